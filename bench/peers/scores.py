#!/usr/bin/env python3
"""Scores on features as Python programs compute them.

    python3 bench/peers/scores.py frechet N SIZE THREADS     prints seconds: NumPy's cov, SciPy's sqrtm of the product
    python3 bench/peers/scores.py overlap N SIZE THREADS     prints seconds: scikit-learn's distances, as prdc has it
"""
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = sys.argv[4]

import numpy as np
from scipy import linalg
from sklearn.metrics import pairwise_distances


def frechet(x, y):
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = linalg.sqrtm(a @ b)
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a) + np.trace(b) - 2 * np.trace(root).real


def overlap(x, y):
    kth = lambda d, k: np.partition(d, k, axis=1)[:, k]
    within_x, within_y, between = pairwise_distances(x), pairwise_distances(y), pairwise_distances(x, y)
    near, far = kth(within_y, 3), kth(within_y, 5)
    return ((between <= near).any(1).mean(), (between <= kth(within_x, 3)[:, None]).any(0).mean(),
            (between < far).sum() / 5 / len(x), (between < far).any(0).mean())


def main():
    what, n, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    draw = np.random.default_rng(1)
    x, y = (draw.normal(size=(n, size)).astype(np.float32) + shift for shift in (0, np.float32(0.1)))
    start = time.perf_counter()
    {"frechet": frechet, "overlap": overlap}[what](x, y)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
