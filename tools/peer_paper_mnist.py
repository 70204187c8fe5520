#!/usr/bin/env python3
"""The paper's MNIST settings in plain Python PyTorch: a peer to hold `gan train paper-mnist` against.

    /usr/bin/python3 tools/peer_paper_mnist.py FOLDER_OF_IDX_FILES [--epochs 10] [--seed 1]

Written from the published settings alone (see recipes/paper-mnist.toml): both players move at
once, D's objective is halved, one fake batch and one set of masks. Prints the test Parzen log-likelihood by the paper's
protocol after epochs 1, 2, 5, 10, 20 ...; other random numbers than gan's, so compare within their spread over seeds.
"""
import argparse
import gzip
import math
import pathlib

import torch
import torch.nn.functional as F


def images(path):
    raw = gzip.open(path, "rb").read()
    return torch.frombuffer(bytearray(raw[16:]), dtype=torch.uint8).view(-1, 784).float() / 255


def parzen(samples, valid, test):
    def log_density(x, sigma):
        out = []
        for block in x.split(500):
            d = torch.cdist(block, samples) ** 2
            out.append(torch.logsumexp((-d / (2 * sigma**2)).double(), 1) - math.log(len(samples)))
        return torch.cat(out) - 784 * math.log(sigma * math.sqrt(2 * math.pi))

    sigma = max((10 ** (-1 + i / 9) for i in range(10)), key=lambda s: log_density(valid[:1000], s).mean())
    return log_density(test, sigma).mean().item(), sigma


def affine(inputs, outputs, r):
    layer = torch.nn.Linear(inputs, outputs)
    torch.nn.init.uniform_(layer.weight, -r, r)
    torch.nn.init.zeros_(layer.bias)
    return layer


parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--threads", type=int, default=2)
args = parser.parse_args()
torch.manual_seed(args.seed)
torch.set_num_threads(args.threads)

train = images(args.folder / "train-images-idx3-ubyte.gz")
test = images(args.folder / "t10k-images-idx3-ubyte.gz")
train, valid = train[:50000], train[50000:]

G = torch.nn.ModuleList([affine(100, 1200, 0.05), affine(1200, 1200, 0.05), affine(1200, 784, 0.05)])
D = torch.nn.ModuleList([affine(784, 1200, 0.005), affine(240, 1200, 0.005), affine(240, 1, 0.005)])
mean = train.mean(0).clamp(1e-7, 1 - 1e-7)
G[2].bias.data = torch.log(mean / (1 - mean))


def generate(n):
    z = (2 * torch.rand(n, 100) - 1) * math.sqrt(3)
    return torch.sigmoid(G[2](F.relu(G[1](F.relu(G[0](z))))))


def discriminate(x):
    def drop(h, keep):
        return h * (torch.rand_like(h) < keep) / keep

    h = D[0](drop(x, 0.8)).view(-1, 240, 5).max(2)[0]
    h = D[1](drop(h, 0.5)).view(-1, 240, 5).max(2)[0]
    return D[2](drop(h, 0.5)).squeeze(1)


g_parameters, d_parameters = list(G.parameters()), list(D.parameters())
velocity = {p: torch.zeros_like(p) for p in g_parameters + d_parameters}
update = 0
for epoch in range(1, args.epochs + 1):
    mu = 0.5 + 0.2 * min(max((epoch - 1) / 249, 0), 1)
    for batch in torch.randperm(50000).view(500, 100):
        eta = max(1e-6, 0.1 / 1.000004**update)
        update += 1
        fake = generate(100)
        a, c = discriminate(train[batch]), discriminate(fake)
        d = (F.softplus(-a).mean() + F.softplus(c).mean()) / 2
        g = F.softplus(-c).mean()
        d_gradients = torch.autograd.grad(d, d_parameters, retain_graph=True)
        g_gradients = torch.autograd.grad(g, g_parameters)
        with torch.no_grad():
            for p, grad in zip(d_parameters + g_parameters, d_gradients + g_gradients):
                velocity[p].mul_(mu).sub_(grad, alpha=eta)
                p.add_(velocity[p])
    if epoch in (1, 2, 5) or epoch % 10 == 0:
        with torch.no_grad():
            score, sigma = parzen(generate(10000), valid, test)
        print(f"epoch {epoch}: test Parzen {score:.1f} (sigma {sigma:.4f}), D(x) {torch.sigmoid(a).mean():.3f}, D(G(z)) {torch.sigmoid(c).mean():.3f}", flush=True)
