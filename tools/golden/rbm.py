"""Numbers that rbm_test.cpp is held against, from scikit-learn's BernoulliRBM with the same parameters."""
import numpy as np
from sklearn.neural_network import BernoulliRBM

from golden import files

VISIBLE, HIDDEN, EXAMPLES = 7, 5, 12


class Given:
    """Where scikit-learn asks for random numbers, it gets these."""

    def __init__(self, numbers):
        self.numbers = numbers

    def uniform(self, size):
        assert size == self.numbers.shape
        return self.numbers


def write():
    draw = np.random.default_rng(2010)
    rbm = BernoulliRBM(n_components=HIDDEN, random_state=3)
    single = lambda x: x.astype(np.float32).astype(np.float64)  # what both programs hold exactly
    rbm.components_ = single(draw.normal(size=(HIDDEN, VISIBLE)))
    rbm.intercept_visible_, rbm.intercept_hidden_ = single(draw.normal(size=VISIBLE)), single(draw.normal(size=HIDDEN))
    rbm.random_state_ = np.random.RandomState(0)
    x = (draw.random((EXAMPLES, VISIBLE)) < 0.5).astype(np.float64)
    h = (draw.random((EXAMPLES, HIDDEN)) < 0.5).astype(np.float64)
    u_hidden, u_visible = single(draw.random((EXAMPLES, HIDDEN))), single(draw.random((EXAMPLES, VISIBLE)))
    flipped = np.random.RandomState(3).randint(0, VISIBLE, EXAMPLES)  # what score_samples flips with random_state 3
    out = {
        "weights": rbm.components_.T, "visible_bias": rbm.intercept_visible_, "hidden_bias": rbm.intercept_hidden_, "x": x, "h": h,
        "free_energy": rbm._free_energy(x), "hidden_means": rbm.transform(x), "u_hidden": u_hidden, "u_visible": u_visible,
        "hidden_draws": rbm._sample_hiddens(x, Given(u_hidden)), "visible_draws": rbm._sample_visibles(h, Given(u_visible)),
        "flipped": flipped, "score_samples": rbm.score_samples(x),
    }
    files.write("rbm", {name: np.asarray(value, dtype=np.float64).tolist() for name, value in out.items()})
