"""Numbers that the tests of scores on features are held against: Fréchet distances by SciPy's sqrtm of the product of the
covariances, kernel distances by scikit-learn's polynomial kernel, precision, recall, density and coverage from whole
matrices of distances, and Pillow's bicubic resize in floating point."""
import numpy as np
from PIL import Image
from scipy import linalg
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import polynomial_kernel

from golden import files

SAMPLES, DATA, SIZE = 60, 50, 9
NEAR, FAR = 3, 5  # neighbours of precision and recall; of density and coverage


def frechet(x, y):
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = linalg.sqrtm(a @ b)
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a) + np.trace(b) - 2 * np.trace(root).real)


def squared_mmd(x, y):
    settings = {"degree": 3, "gamma": 1 / x.shape[1], "coef0": 1}
    xx, yy, xy = polynomial_kernel(x, **settings), polynomial_kernel(y, **settings), polynomial_kernel(x, y, **settings)
    within = lambda k: (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))
    return float(within(xx) + within(yy) - 2 * xy.mean())


def radii(x, k):
    return np.sort(pairwise_distances(x), axis=1)[:, k]  # column 0 is the vector itself


def resized(image, size):
    return np.asarray(Image.fromarray(image.astype(np.float32), mode="F").resize((size, size), Image.BICUBIC))


def write():
    draw = np.random.default_rng(2017)
    single = lambda x: x.astype(np.float32).astype(np.float64)  # what both programs hold exactly
    x = single(draw.normal(size=(SAMPLES, SIZE)) @ draw.normal(size=(SIZE, SIZE)) * 0.5)
    y = single(draw.normal(size=(DATA, SIZE)) + 0.3)
    between = pairwise_distances(x, y)
    far = radii(y, FAR)
    image = np.floor(draw.random((7, 9)) * 256)
    files.write("scores", {
        "x": x.tolist(), "y": y.tolist(), "frechet": frechet(x, y), "squared_mmd": squared_mmd(x, y),
        "precision": float((between <= radii(y, NEAR)).any(1).mean()),
        "recall": float((between <= radii(x, NEAR)[:, None]).any(0).mean()),
        "density": float((between < far).sum() / FAR / SAMPLES),
        "coverage": float((between < far).any(0).mean()),
        "image": image.tolist(), "smaller": resized(image, 4).astype(float).tolist(),
        "larger": resized(image, 13).astype(float).tolist(),
    })
