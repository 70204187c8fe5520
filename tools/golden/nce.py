"""Numbers that nce_test.cpp is held against, from the formulas of Gutmann & Hyvarinen (2012) in NumPy float64, with gradients
written by hand."""
import numpy as np

from golden import files

DIM, FEATURES, POOLS, DATA, NOISE = 3, 4, 2, 7, 21


def loss_and_gradients(points, log_p0, slopes, log_pn, c, nu):
    """points: data x and noise y; log_p0: function of x; slopes: function of (x, weights) giving, for each parameter,
    sum_n weights_n d log p0(x_n)."""
    h, values = {}, {}
    for name, x in points.items():
        u = log_p0(x) + c - log_pn(x)
        values[name] = 1 / (1 + nu * np.exp(-u))
        h[name] = u
    loss = -(np.log(values["x"]).sum() + np.log(1 - values["y"]).sum()) / DATA
    weights = {"x": -(1 - values["x"]) / DATA, "y": values["y"] / DATA}
    parts = [slopes(points[name], weights[name]) for name in points]
    gradients = [a + b for a, b in zip(*parts)]
    accuracy = (np.mean(h["x"] > 0) + np.mean(h["y"] < 0)) / 2
    pull = max(np.mean(1 - values["x"]), nu * np.mean(values["y"]))
    return {"u_x": h["x"].tolist(), "u_y": h["y"].tolist(), "loss": loss, "gradients": [g.tolist() for g in gradients],
            "c_gradient": weights["x"].sum() + weights["y"].sum(), "accuracy": accuracy, "pull": pull}


root = np.array([[1.2, 0, 0], [0.4, 0.9, 0], [-0.3, 0.2, 1.1]])
mean, covariance = np.array([0.1, -0.2, 0.3]), root @ root.T


def gaussian(x):
    z = x - mean
    return -0.5 * np.sum(z @ np.linalg.inv(covariance) * z, 1) - 0.5 * np.log(np.linalg.det(2 * np.pi * covariance))


def write():
    draw = np.random.default_rng(2012)
    single = lambda v: v.astype(np.float32).astype(np.float64)  # what both programs hold exactly
    points = {"x": single(draw.laplace(size=(DATA, DIM))), "y": single(draw.normal(size=(NOISE, DIM)))}
    nu = NOISE / DATA
    unmixing = single(draw.normal(size=(DIM, DIM)))
    components = loss_and_gradients(points, lambda x: -np.sqrt(2) * np.abs(x @ unmixing.T).sum(1),
                                    lambda x, w: [-np.sqrt(2) * (np.sign(x @ unmixing.T) * w[:, None]).T @ x], gaussian, -1.3, nu)

    features, log_pooling, offsets = single(draw.normal(size=(FEATURES, DIM))), single(draw.normal(size=(POOLS, FEATURES))), single(draw.normal(size=POOLS))
    pooling = np.exp(log_pooling)
    responses = lambda x: np.log1p((x @ features.T) ** 2 @ pooling.T)

    def energy_slopes(x, w):
        s = x @ features.T
        inner = (s ** 2) @ pooling.T
        outer = -w[:, None] / (1 + np.exp(-(np.log1p(inner) + offsets)))  # [N, K]
        through = outer / (1 + inner)
        return [(2 * s * (through @ pooling)).T @ x, through.T @ (s ** 2) * pooling, outer.sum(0)]

    energy = loss_and_gradients(points, lambda x: -np.log1p(np.exp(responses(x) + offsets)).sum(1), energy_slopes, gaussian, -0.4, nu)

    line = {name: v[:, :1] for name, v in points.items()}
    precision = loss_and_gradients(line, lambda x: -0.7 * x[:, 0] ** 2 / 2, lambda x, w: [np.array((-x[:, 0] ** 2 / 2 * w).sum())],
                                   lambda x: -x[:, 0] ** 2 / 2 - 0.5 * np.log(2 * np.pi), -0.9, nu)
    out = {"x": points["x"].tolist(), "y": points["y"].tolist(),
           "mean": mean.tolist(), "covariance": covariance.tolist(), "unmixing": unmixing.tolist(),
           "features": features.tolist(), "log_pooling": log_pooling.tolist(), "offsets": offsets.tolist(),
           "components": components, "energy": energy, "precision": precision}
    files.write("nce", out)
