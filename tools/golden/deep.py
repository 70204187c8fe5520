"""Numbers that dbn_test.cpp and dbm_test.cpp are held against: two small deep models, by sums over all their states."""
import itertools

import numpy as np

from golden import files

VISIBLE, HIDDEN = 5, (3, 4, 2)


def states(n):
    """All of n binary units, the first one changing fastest."""
    return np.array([s[::-1] for s in itertools.product((0.0, 1.0), repeat=n)])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def log_sum(x):
    return x.max() + np.log(np.exp(x - x.max()).sum())


def log_bernoulli(x, p):
    return (x * np.log(p) + (1 - x) * np.log(1 - p)).sum(-1)


def dbn(w, b, c, v):
    """exact log p(v) and its bound with Q by the same weights: w[l], visible biases b[l] and hidden ones c[l] of each RBM."""
    h = [states(n) for n in HIDDEN]
    top = [[x @ w[2] @ y + b[2] @ x + c[2] @ y for y in h[2]] for x in h[1]]
    log_z = log_sum(np.array(top).ravel())
    log_top = np.array([log_sum(np.array(row)) for row in top])  # log p* of x_2
    exact, bound = [], []
    for x in v:
        terms, expected = [], 0
        for h1 in h[0]:
            for i, h2 in enumerate(h[1]):
                joint = log_bernoulli(x, sigmoid(b[0] + w[0] @ h1)) + log_bernoulli(h1, sigmoid(b[1] + w[1] @ h2)) + log_top[i]
                log_q = log_bernoulli(h1, sigmoid(c[0] + x @ w[0])) + log_bernoulli(h2, sigmoid(c[1] + h1 @ w[1]))
                terms.append(joint)
                expected += np.exp(log_q) * (joint - log_q)
        exact.append(log_sum(np.array(terms)) - log_z)
        bound.append(expected)
    return {"log_p": exact, "bound": bound, "log_z": log_z}


def dbm(w, b, v):
    """exact log p*(v), log Z, and the mean-field bound at the best of its fixed points from many starts."""
    h = [states(n) for n in HIDDEN]

    def log_joint(x, h1, h2, h3):
        return x @ w[0] @ h1 + h1 @ w[1] @ h2 + h2 @ w[2] @ h3 + b[0] @ x + b[1] @ h1 + b[2] @ h2 + b[3] @ h3

    def log_p(x):
        return log_sum(np.array([log_joint(x, *rest) for rest in itertools.product(*h)]))

    def elbo(x, mu):
        entropy = -sum((m * np.log(m) + (1 - m) * np.log(1 - m)).sum() for m in mu)
        return log_joint(x, *mu) + entropy

    log_z = log_sum(np.array([log_p(x) for x in states(VISIBLE)]))
    draw = np.random.default_rng(3)
    best, means = [], []
    for x in v:
        found = (-np.inf, None)
        for _ in range(20):
            mu = [draw.random(n) for n in HIDDEN]
            for _ in range(3000):  # one unit after the other: any order climbs
                for layer in range(3):
                    for unit in range(HIDDEN[layer]):
                        below = (x if layer == 0 else mu[layer - 1]) @ w[layer][:, unit]
                        above = w[layer + 1][unit] @ mu[layer + 1] if layer < 2 else 0
                        mu[layer][unit] = sigmoid(below + above + b[layer + 1][unit])
            found = max(found, (elbo(x, mu), np.concatenate(mu).tolist()), key=lambda f: f[0])
        best.append(found[0]), means.append(found[1])
    return {"log_p": [log_p(x) for x in v], "log_z": log_z, "bound": best, "means": means}


def write():
    draw = np.random.default_rng(2009)
    single = lambda x: x.astype(np.float32).astype(np.float64)  # what both programs hold exactly
    sizes = (VISIBLE,) + HIDDEN
    w = [single(draw.normal(size=s)) for s in zip(sizes, HIDDEN)]
    b = [single(draw.normal(size=n)) for n in sizes]
    c = [single(draw.normal(size=n)) for n in HIDDEN]
    v = states(VISIBLE)[[0, 3, 12, 21, 26, 31]]
    out = {"weights": [x.tolist() for x in w], "biases": [x.tolist() for x in b], "hidden_biases": [x.tolist() for x in c], "v": v.tolist(),
           "dbn": dbn(w, b, c, v), "dbm": dbm(w, b, v)}
    files.write("deep", out)
