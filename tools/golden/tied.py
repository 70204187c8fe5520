"""Golden numbers from NumPy for gan/baselines/tied_golden_test.cpp.

Two updates of a deep generative stochastic network and of a contractive autoencoder, written out by hand: no framework,
no autograd; float64. Noise is an input.
"""
import numpy as np

from golden import files


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def cross_entropy(p, x):
    return -x * np.log(p) - (1 - x) * np.log(1 - p)


def flat(a):
    return [round(float(v), 12) for v in np.asarray(a).reshape(-1)]


def gsn(rng):
    """Bengio et al. 2014: 784-1500-1500 in small. Walkback through N steps; momentum as an average of gradients."""
    rows, dim, n1, n2, N = 3, 5, 4, 6, 4
    rate, mu, corruption, sigma = 0.25, 0.5, 0.4, 2.0
    W1, W2 = rng.normal(size=(n1, dim)), rng.normal(size=(n2, n1))
    b0, b1, b2 = rng.normal(size=dim), rng.normal(size=n1), rng.normal(size=n2)
    parameters = [W1, W2, b0, b1, b2]
    out = {"rows": rows, "sizes": [dim, n1, n2], "steps": N, "rate": rate, "momentum": mu, "corruption": corruption, "noise": sigma,
           "start": [flat(p) for p in parameters], "updates": []}
    moments = [np.zeros_like(p) for p in parameters]
    for _ in range(2):
        x = rng.uniform(size=(rows, dim))
        corrupt, pixels = rng.uniform(size=(rows, dim)), rng.uniform(size=(N, rows, dim))
        before, after = rng.normal(size=(N, rows, n2)), rng.normal(size=(N, rows, n2))
        h0 = [np.where(corrupt < corruption / 2, 1.0, np.where(corrupt < corruption, 0.0, x))]
        h1, h2, y2, p = [None], [np.zeros((rows, n2))], [None], [None]
        for k in range(1, N + 1):
            h1.append(np.tanh(h0[k - 1] @ W1.T + h2[k - 1] @ W2 + b1))        # odd layers
            p.append(sigmoid(h1[k] @ W1 + b0))                                # even ones
            h0.append((pixels[k - 1] < (1 - corruption) * p[k] + corruption / 2).astype(float))
            y2.append(np.tanh(h1[k] @ W2.T + b2 + sigma * before[k - 1]))
            h2.append(y2[k] + sigma * after[k - 1])
        losses = [cross_entropy(p[k], x).mean() for k in range(1, N + 1)]

        dW1, dW2, db0, db1, db2 = (np.zeros_like(q) for q in parameters)
        dh2 = np.zeros((rows, n2))
        for k in range(N, 0, -1):
            da0 = (p[k] - x) / (rows * dim)
            da2 = dh2 * (1 - y2[k] ** 2)
            dh1 = da0 @ W1.T + da2 @ W2
            da1 = dh1 * (1 - h1[k] ** 2)
            dh2 = da1 @ W2.T                                                  # into h2 of the step before
            dW1 += h1[k].T @ da0 + da1.T @ h0[k - 1]
            dW2 += da2.T @ h1[k] + h2[k - 1].T @ da1
            db0 += da0.sum(0)
            db1 += da1.sum(0)
            db2 += da2.sum(0)
        for q, m, g in zip(parameters, moments, (dW1, dW2, db0, db1, db2)):
            m *= mu
            m += (1 - mu) * g
            q -= rate * m
        out["updates"].append({"x": flat(x), "corruption": flat(corrupt), "pixels": flat(pixels), "before": flat(before), "after": flat(after),
                               "losses": flat(losses), "end": [flat(q) for q in parameters]})
    return out


def cae(rng):
    """Rifai et al. 2011: tied weights, cross-entropy, the penalty and its derivatives written out unit by unit."""
    rows, dim, n = 3, 5, 4
    rate, mu, weight = 0.25, 0.5, 0.7
    W, b, c = rng.normal(size=(n, dim)), rng.normal(size=dim), rng.normal(size=n)
    parameters = [W, b, c]
    out = {"rows": rows, "sizes": [dim, n], "rate": rate, "momentum": mu, "contraction": weight, "start": [flat(p) for p in parameters], "updates": []}
    moments = [np.zeros_like(p) for p in parameters]
    for _ in range(2):
        x = rng.uniform(size=(rows, dim))
        h = sigmoid(x @ W.T + c)
        p = sigmoid(h @ W + b)
        error = (p - x) / rows
        dW, db, dc = h.T @ error, error.sum(0), np.zeros(n)
        jacobian = 0.0
        for r in range(rows):
            dh = W @ error[r]
            for j in range(n):
                s, q = h[r, j] * (1 - h[r, j]), W[j] @ W[j]
                jacobian += s ** 2 * q / rows
                dh[j] += weight / rows * 2 * s * q * (1 - 2 * h[r, j])        # through h
                dW[j] += weight / rows * s ** 2 * 2 * W[j]                    # through the weights' length
                dW[j] += dh[j] * s * x[r]
                dc[j] += dh[j] * s
        for q, m, g in zip(parameters, moments, (dW, db, dc)):
            m *= mu
            m += (1 - mu) * g
            q -= rate * m
        out["updates"].append({"x": flat(x), "cross_entropy": float(cross_entropy(p, x).sum() / rows), "jacobian": float(jacobian), "end": [flat(q) for q in parameters]})
    return out


def write():
    rng = np.random.default_rng(1)
    files.write("tied", {"gsn": gsn(rng), "cae": cae(rng)}, indent=0)
