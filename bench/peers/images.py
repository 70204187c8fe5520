#!/usr/bin/env python3
"""The networks (a) to (d) of bench/images/ and their training step in eager PyTorch, as a good user would write them.

    python3 bench/peers/images.py parameters NET                                      prints those of G and of D
    python3 bench/peers/images.py step NET LAYOUT PRECISION THREADS BATCH SECONDS     prints milliseconds a step (median)
    python3 bench/peers/images.py sample NET LAYOUT PRECISION THREADS SECONDS         prints images a second, to a .npy

NET is a, b, c or d, LAYOUT channels-last or contiguous, PRECISION fp32 or bf16 (torch.autocast). Optimisers and the
average of G are in their multi-tensor form. Data are random: they cost nothing to fetch.
"""
import copy
import sys
import tempfile

import numpy
import torch
import torch.nn.functional as F
from torch import nn

from pytorch import timed


def leaky():
    return nn.LeakyReLU(0.2, inplace=True)


def small_dcgan():
    G = nn.Sequential(
        nn.Linear(64, 6272), leaky(), nn.Unflatten(1, (128, 7, 7)),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), leaky(),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Sigmoid())
    D = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1), leaky(),
        nn.Conv2d(64, 128, 4, 2, 1), leaky(),
        nn.Flatten(), nn.Linear(6272, 1))
    return G, D


def dcgan():
    G = nn.Sequential(
        nn.Linear(100, 4096), nn.Unflatten(1, (256, 4, 4)), nn.BatchNorm2d(256), nn.ReLU(inplace=True),
        nn.ConvTranspose2d(256, 128, 4, 2, 1), nn.BatchNorm2d(128), nn.ReLU(inplace=True),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.ReLU(inplace=True),
        nn.ConvTranspose2d(64, 3, 4, 2, 1), nn.Tanh())
    D = nn.Sequential(
        nn.Conv2d(3, 64, 4, 2, 1), leaky(),
        nn.Conv2d(64, 128, 4, 2, 1), nn.BatchNorm2d(128), leaky(),
        nn.Conv2d(128, 256, 4, 2, 1), nn.BatchNorm2d(256), leaky(),
        nn.Flatten(), nn.Linear(4096, 1))
    for module in [*G.modules(), *D.modules()]:
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(module.weight, 0, 0.02)
            nn.init.zeros_(module.bias)
    return G, D


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        wide = 2 * channels
        self.layers = nn.Sequential(
            nn.Conv2d(channels, wide, 1), leaky(),
            nn.Conv2d(wide, wide, 3, padding=1, groups=wide // 16), leaky(),
            nn.Conv2d(wide, channels, 1))
        nn.init.zeros_(self.layers[-1].weight)
        nn.init.zeros_(self.layers[-1].bias)

    def forward(self, x):
        return x + self.layers(x)


class Upsample(nn.Module):
    """[1, 3, 3, 1] / 4 along each side, zeros outside: the bilinear interpolation of the image in a frame of zeros."""

    def forward(self, x):
        return F.interpolate(F.pad(x, (1, 1, 1, 1)), scale_factor=2, mode="bilinear", align_corners=False)[:, :, 2:-2, 2:-2]


class Downsample(nn.Module):
    """[1, 3, 3, 1] / 8 along each side, every second position, zeros outside."""

    def __init__(self, channels):
        super().__init__()
        side = torch.tensor([1.0, 3.0, 3.0, 1.0])
        self.channels = channels
        self.register_buffer("filter", (torch.outer(side, side) / 64).repeat(channels, 1, 1, 1))

    def forward(self, x):
        return F.conv2d(x, self.filter, stride=2, padding=1, groups=self.channels)


def residual():
    G = nn.Sequential(
        nn.Linear(64, 3136), nn.Unflatten(1, (64, 7, 7)),
        Block(64), Block(64),
        Upsample(), nn.Conv2d(64, 64, 1), Block(64), Block(64),
        Upsample(), nn.Conv2d(64, 32, 1), Block(32),
        nn.Conv2d(32, 1, 1), nn.Sigmoid())
    D = nn.Sequential(
        nn.Conv2d(1, 32, 1), Block(32),
        Downsample(32), nn.Conv2d(32, 64, 1), Block(64), Block(64),
        Downsample(64), nn.Conv2d(64, 64, 1), Block(64), Block(64),
        nn.Flatten(), nn.Linear(3136, 1))
    return G, D


# Networks, size of z, shape of an example, relativistic pairing with R1 and R2 (or the non-saturating game), betas of Adam
NETS = {
    "a": (small_dcgan, 64, (1, 28, 28), True, (0.0, 0.99)),
    "b": (small_dcgan, 64, (1, 28, 28), False, (0.5, 0.999)),
    "c": (dcgan, 100, (3, 32, 32), False, (0.5, 0.999)),
    "d": (residual, 64, (1, 28, 28), True, (0.0, 0.99)),
}


class Pair:
    def __init__(self, net, channels_last, bf16):
        make, self.z, self.shape, self.relativistic, betas = NETS[net]
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        self.bf16 = bf16
        self.G, self.D = (network.to(memory_format=self.layout) for network in make())
        self.average = copy.deepcopy(self.G)
        self.opt_g = torch.optim.Adam(self.G.parameters(), lr=2e-4, betas=betas, foreach=True)
        self.opt_d = torch.optim.Adam(self.D.parameters(), lr=2e-4, betas=betas, foreach=True)
        self.one_batch = not any(isinstance(module, nn.BatchNorm2d) for module in self.D.modules())

    def autocast(self):
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16)

    def data(self, batch):
        return torch.rand(batch, *self.shape).to(memory_format=self.layout)

    def generate(self, n):
        with self.autocast():
            return self.G(torch.randn(n, self.z)).float()

    def judge(self, x):
        with self.autocast():
            return self.D(x).float().squeeze(1)

    def d_loss(self, x, fake):
        batch = len(x)
        if not self.one_batch:  # batch norm: data and samples apart, as published
            return F.softplus(-self.judge(x)).mean() + F.softplus(self.judge(fake)).mean()
        both = torch.cat([x, fake]).requires_grad_(self.relativistic)
        y = self.judge(both)
        real, made = y.split(batch)
        if not self.relativistic:
            return F.softplus(-real).mean() + F.softplus(made).mean()
        slope = torch.autograd.grad(y.sum(), both, create_graph=True)[0]
        return F.softplus(made - real).mean() + slope.square().sum() / (2 * batch)  # R1 and R2 of weight 1

    def g_loss(self, x):
        made = self.judge(self.generate(len(x)))
        if not self.relativistic:
            return F.softplus(-made).mean()
        with torch.no_grad():
            real = self.judge(x)
        return F.softplus(real - made).mean()

    def step(self, x):
        with torch.no_grad():
            fake = self.generate(len(x))
        d = self.d_loss(x, fake)
        self.opt_d.zero_grad(set_to_none=True)
        d.backward(inputs=list(self.D.parameters()))
        self.opt_d.step()
        self.D.requires_grad_(False)
        g = self.g_loss(x)
        self.opt_g.zero_grad(set_to_none=True)
        g.backward()
        self.opt_g.step()
        self.D.requires_grad_(True)
        with torch.no_grad():
            torch._foreach_mul_(list(self.average.parameters()), 0.999)
            torch._foreach_add_(list(self.average.parameters()), list(self.G.parameters()), alpha=0.001)
        return d.item(), g.item()

    def sample_to_file(self, n):
        with torch.inference_mode():
            images = torch.cat([self.generate(1000).contiguous() for _ in range(n // 1000)])
        with tempfile.TemporaryFile() as file:
            numpy.save(file, images.numpy())


def main():
    torch.manual_seed(1)
    torch.set_flush_denormal(True)
    what, net = sys.argv[1:3]
    if what == "parameters":
        print(*(sum(p.numel() for p in network.parameters()) for network in NETS[net][0]()))
        return
    layout, precision, threads = sys.argv[3:6]
    torch.set_num_threads(int(threads))
    pair = Pair(net, layout == "channels-last", precision == "bf16")
    if what == "step":
        x = pair.data(int(sys.argv[6]))
        print(1e3 * timed(lambda: pair.step(x), float(sys.argv[7])))
    else:
        pair.G.eval()
        print(10000 / timed(lambda: pair.sample_to_file(10000), float(sys.argv[6])))


if __name__ == "__main__":
    main()
