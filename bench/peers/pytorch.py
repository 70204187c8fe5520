#!/usr/bin/env python3
"""One training step as a good PyTorch user would write it, eager: the peer of bench/bench.cpp.

    python3 bench/peers/pytorch.py step RECIPE PRECISION THREADS BATCH SECONDS     prints milliseconds a step (median)
    python3 bench/peers/pytorch.py sample PRECISION THREADS SECONDS                prints images a second, to a .npy

The same networks, update rules, dropout and penalties as recipes/paper-mnist.toml and recipes/mnist-dense.toml. Optimisers
are torch.optim's, in their multi-tensor form; bf16 is torch.autocast. Data are random: they cost nothing to fetch.
"""
import copy
import math
import statistics
import sys
import tempfile
import time

import numpy
import torch
import torch.nn.functional as F
from torch import nn


class Maxout(nn.Module):
    def __init__(self, inputs, units, pieces):
        super().__init__()
        self.affine, self.shape = nn.Linear(inputs, units * pieces), (units, pieces)

    def forward(self, x):
        return self.affine(x).view(-1, *self.shape).amax(2)


def generator(width=1200, outputs=784):
    return nn.Sequential(nn.Linear(100, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs), nn.Sigmoid())


class Paper:
    """Simultaneous updates, momentum, dropout, one fake batch for both players."""

    def __init__(self, batch, autocast, width=1200, inputs=784, units=240):
        self.batch, self.autocast = batch, autocast
        self.G = generator(width, inputs)
        self.D = nn.Sequential(nn.Dropout(0.2), Maxout(inputs, units, 5), nn.Dropout(0.5), Maxout(units, units, 5), nn.Dropout(0.5), nn.Linear(units, 1))
        self.opt_g = torch.optim.SGD(self.G.parameters(), lr=0.1, momentum=0.5, foreach=True)
        self.opt_d = torch.optim.SGD(self.D.parameters(), lr=0.1, momentum=0.5, foreach=True)

    def step(self, x):
        with self.autocast():
            fake = self.G((2 * torch.rand(self.batch, 100) - 1) * math.sqrt(3))
            a, c = self.D(torch.cat([x, fake])).float().squeeze(1).split(self.batch)
        d = (F.softplus(-a).mean() + F.softplus(c).mean()) / 2
        g = F.softplus(-c).mean()
        self.opt_d.zero_grad(set_to_none=True)
        self.opt_g.zero_grad(set_to_none=True)
        d.backward(inputs=list(self.D.parameters()), retain_graph=True)
        g.backward(inputs=list(self.G.parameters()))
        self.opt_d.step()
        self.opt_g.step()
        return d.item(), g.item()


class Quick:
    """Alternating updates, relativistic pairing, R1 and R2 by double backward, Adam, an average of G."""

    def __init__(self, batch, autocast):
        self.batch, self.autocast = batch, autocast
        self.G = generator()
        self.D = nn.Sequential(nn.Linear(784, 1200), nn.LeakyReLU(0.2), nn.Linear(1200, 600), nn.LeakyReLU(0.2), nn.Linear(600, 1))
        self.average = copy.deepcopy(self.G)
        self.opt_g = torch.optim.Adam(self.G.parameters(), lr=1e-3, betas=(0.0, 0.99), foreach=True)
        self.opt_d = torch.optim.Adam(self.D.parameters(), lr=1e-3, betas=(0.0, 0.99), foreach=True)

    def step(self, x):
        with torch.no_grad(), self.autocast():
            fake = self.G(torch.randn(self.batch, 100)).float()
        both = torch.cat([x, fake]).requires_grad_()
        with self.autocast():
            y = self.D(both).float().squeeze(1)
        a, c = y.split(self.batch)
        d = F.softplus(c - a).mean()
        slope = torch.autograd.grad(y.sum(), both, create_graph=True)[0]
        penalty = slope.square().sum() / (2 * self.batch)
        self.opt_d.zero_grad(set_to_none=True)
        (d + penalty).backward(inputs=list(self.D.parameters()))
        self.opt_d.step()
        with self.autocast():
            made = self.G(torch.randn(self.batch, 100))
            a, c = self.D(torch.cat([x, made.float()])).float().squeeze(1).split(self.batch)
        g = F.softplus(a - c).mean()
        self.opt_g.zero_grad(set_to_none=True)
        g.backward(inputs=list(self.G.parameters()))
        self.opt_g.step()
        with torch.no_grad():
            torch._foreach_mul_(list(self.average.parameters()), 0.999)
            torch._foreach_add_(list(self.average.parameters()), list(self.G.parameters()), alpha=0.001)
        return d.item(), g.item()


def autocast_of(precision):
    return lambda: torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16")


def timed(act, seconds):
    """Median seconds of one call, over `seconds`, after a warm-up."""
    for _ in range(3):
        act()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        begin = time.perf_counter()
        act()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main():
    what = sys.argv[1]
    torch.manual_seed(1)
    torch.set_flush_denormal(True)
    if what == "step":
        recipe, precision, threads, batch, seconds = sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6])
        torch.set_num_threads(threads)
        large = {"width": 8000, "inputs": 3072, "units": 1600} if recipe == "paper-cifar10-full" else {}
        model = (Quick if recipe == "mnist-dense" else Paper)(batch, autocast_of(precision), **large)
        x = torch.rand(batch, large.get("inputs", 784))
        print(1e3 * timed(lambda: model.step(x), seconds))
    else:
        precision, threads, seconds = sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
        torch.set_num_threads(threads)
        G = generator().eval()

        def draw():
            with torch.inference_mode(), autocast_of(precision)():
                images = torch.cat([G(torch.randn(1000, 100)).float() for _ in range(10)])
            with tempfile.TemporaryFile() as file:
                numpy.save(file, images.numpy())

        print(10000 / timed(draw, seconds))


if __name__ == "__main__":
    main()
