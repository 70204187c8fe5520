"""Milliseconds of a step of scikit-learn's BernoulliRBM (PCD-1), 784-500, batch 100, for bench/bench.py:
sklearn_rbm.py float32|float64 SECONDS. The numbers of threads are OMP_NUM_THREADS's."""
import statistics
import sys
import time

import numpy as np
from sklearn.neural_network import BernoulliRBM

numbers, seconds = sys.argv[1], float(sys.argv[2])
STEPS = 20
x = (np.random.default_rng(1).random((100 * STEPS, 784)) < 0.13).astype(numbers)
times = []
end = time.perf_counter() + seconds
while time.perf_counter() < end or len(times) < 3:
    rbm = BernoulliRBM(n_components=500, learning_rate=0.01, batch_size=100, n_iter=1, random_state=1)
    begin = time.perf_counter()
    rbm.fit(x)
    times.append(1e3 * (time.perf_counter() - begin) / STEPS)
print(statistics.median(times))
