"""Golden numbers from Python PyTorch for gan/game/golden_test.cpp, gan/nets/convolution_test.cpp and gan/optim/schedules_test.cpp.

The same small networks, data and noise, written with torch.nn and torch.optim alone; no dropout.
float64 throughout, so that what differs is a mistake and not rounding.
"""
import copy
import math

import torch
import torch.nn.functional as F

from golden import files


def values(t):
    return [float(v) for v in t.detach().reshape(-1)]


MASK = (1 << 64) - 1


class Stream:
    """gan/core/random.h, written again: Philox-4x32-10 keyed by hashed names."""

    def __init__(self, key):
        self.key = key

    @staticmethod
    def mix(x):  # splitmix64
        x = (x + 0x9E3779B97F4A7C15) & MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
        return x ^ (x >> 31)

    @staticmethod
    def hash(name):  # FNV-1a
        h = 0xCBF29CE484222325
        for c in name.encode():
            h = ((h ^ c) * 0x100000001B3) & MASK
        return h

    @classmethod
    def of(cls, seed, name):
        return cls(cls.mix(cls.mix(seed) ^ cls.hash(name)))

    def child(self, which):
        if isinstance(which, str):
            return Stream(self.mix(self.key ^ self.hash(which)))
        return Stream(self.mix((self.mix(self.key) + which) & MASK))

    def block(self, step, sample, index):
        c = [step & 0xFFFFFFFF, sample & 0xFFFFFFFF, index, ((step >> 32) << 24) ^ (sample >> 32)]
        k = [self.key & 0xFFFFFFFF, self.key >> 32]
        for _ in range(10):
            p, q = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
            c = [(q >> 32) ^ c[1] ^ k[0], q & 0xFFFFFFFF, (p >> 32) ^ c[3] ^ k[1], p & 0xFFFFFFFF]
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        return c

    def uniform(self, n, size, step):
        rows = [[w for b in range((size + 3) // 4) for w in self.block(step, i, b)][:size] for i in range(n)]
        return torch.tensor([[(w >> 8) / 2**24 for w in row] for row in rows])


def noise(n, size, step, part):
    """z of Trainer (seed 1, noise = "uniform"): variance 1."""
    return (2 * Stream.of(1, "game").child("z").child(part).uniform(n, size, step) - 1) * math.sqrt(3)


def value_functions():
    """Losses and their gradients in the logits, at a fixed handful of logits."""
    bce = F.binary_cross_entropy_with_logits
    one, zero = torch.ones(5), torch.zeros(5)
    games = {
        "minimax": (lambda r, f: bce(r, one) + bce(f, zero), lambda r, f: -bce(f, zero)),
        "non-saturating": (lambda r, f: bce(r, one) + bce(f, zero), lambda r, f: bce(f, one)),
        "least-squares": (lambda r, f: 0.5 * F.mse_loss(r, one) + 0.5 * F.mse_loss(f, zero), lambda r, f: 0.5 * F.mse_loss(f, one)),
        "wasserstein": (lambda r, f: f.mean() - r.mean(), lambda r, f: -f.mean()),
        "hinge": (lambda r, f: F.hinge_embedding_loss(r, -one, margin=1.0) + F.hinge_embedding_loss(-f, -one, margin=1.0),
                  lambda r, f: -f.mean()),
        "relativistic": (lambda r, f: bce(r - f, one), lambda r, f: bce(f - r, one)),
    }
    out = []
    for name, (d_loss, g_loss) in games.items():
        r = torch.tensor([0.3, -1.7, 2.5, 0.9, -0.2], requires_grad=True)
        f = torch.tensor([-0.6, 1.2, 0.1, -2.8, 0.4], requires_grad=True)
        row = {"name": name, "real": values(r), "fake": values(f)}
        for key, loss in (("d", d_loss(r, f)), ("g", g_loss(r, f))):
            gradients = torch.autograd.grad(loss, (r, f), allow_unused=True)
            row[key + "_loss"] = float(loss)
            row[key + "_gradients"] = [values(g) if g is not None else [0.0] * 5 for g in gradients]
        out.append(row)
    return out


class Maxout(torch.nn.Module):
    def __init__(self, inputs, units, pieces):
        super().__init__()
        self.linear, self.units, self.pieces = torch.nn.Linear(inputs, units * pieces), units, pieces

    def forward(self, x):
        return self.linear(x).view(-1, self.units, self.pieces).amax(2)


def cosine(initial, final, t, steps):
    """From initial to final over so many steps, then final."""
    return final + (initial - final) * (1 + math.cos(math.pi * min(t / steps, 1))) / 2


def set_rates(optimizer, rate, beta2):
    for group in optimizer.param_groups:
        group["lr"] = rate
        group["betas"] = (group["betas"][0], beta2)


def adam():
    """Six updates by Adam, for which the rate and beta2 move along a cosine of four steps."""
    w = sines((5,), 0.9)
    optimizer = torch.optim.Adam([w], lr=0.02, betas=(0.3, 0.9), eps=1e-8)
    record = {"start": values(w), "gradients": [], "w": []}
    for t in range(6):
        set_rates(optimizer, cosine(0.02, 0.005, t, 4), cosine(0.9, 0.99, t, 4))
        w.grad = torch.randn(5)
        record["gradients"].append(values(w.grad))
        optimizer.step()
        record["w"].append(values(w))
    return record


def steps(update, relative, method, schedules=False):
    """A few steps of a small game with the paper's kind of networks (dropout apart).

    schedules: the rate, beta2, the penalties and the half-life of G's average move along a cosine of four steps.
    """
    b, z_size, dim = 6, 3, 4
    G = torch.nn.Sequential(torch.nn.Linear(z_size, 5), torch.nn.ReLU(), torch.nn.Linear(5, dim), torch.nn.Sigmoid())
    D = torch.nn.Sequential(Maxout(dim, 4, 3), torch.nn.Linear(4, 5), torch.nn.LeakyReLU(0.2), torch.nn.Linear(5, 1))
    start = {"G": [values(p) for p in G.parameters()], "D": [values(p) for p in D.parameters()]}
    r1 = r2 = 0.5 if relative else 0.0
    if method == "adam":  # a large eps: gradients that cancel to rounding error must not be blown up
        make = lambda net: torch.optim.Adam(net.parameters(), lr=0.01, betas=(0.5, 0.9), eps=1e-2)
    else:  # torch's rule scales the step, not the velocity: with a constant rate both are pylearn2's
        make = lambda net: torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.6)
    d_optimizer, g_optimizer = make(D), make(G)
    bce = F.binary_cross_entropy_with_logits

    def penalty(x):
        x = x.detach().requires_grad_()
        slope, = torch.autograd.grad(D(x).sum(), x, create_graph=True)
        return 0.5 * slope.pow(2).sum(1).mean()

    def d_loss(x, s):
        a, c = D(x).squeeze(1), D(s).squeeze(1)
        if relative:
            return bce(a - c, torch.ones(b))
        return bce(a, torch.ones(b)) + bce(c, torch.zeros(b))

    def g_loss(x, s):
        c = D(s).squeeze(1)
        return bce(c - D(x).squeeze(1), torch.ones(b)) if relative else bce(c, torch.ones(b))

    record = {"update": update, "relative": relative, "method": method, "start": start, "x": [], "d_loss": [], "g_loss": []}
    average = copy.deepcopy(G)
    for t in range(6 if schedules else 3):
        if schedules:
            for optimizer in (d_optimizer, g_optimizer):
                set_rates(optimizer, cosine(0.01, 0.002, t, 4), cosine(0.9, 0.99, t, 4))
            r1, r2 = cosine(0.5, 0.05, t, 4), cosine(0.2, 0.8, t, 4)
        x, z1, z2 = torch.rand(b, dim), noise(b, z_size, t, 0), noise(b, z_size, t, 1)
        record["x"].append(values(x))
        loss = d_loss(x, G(z1).detach())
        record["d_loss"].append(float(loss))
        if update == "simultaneous":
            g = g_loss(x, G(z1))
            g_grads = torch.autograd.grad(g, list(G.parameters()))
            d_optimizer.zero_grad()
            (loss / 2).backward()
            d_optimizer.step()
            for p, grad in zip(G.parameters(), g_grads):
                p.grad = grad
            g_optimizer.step()
        else:
            d_optimizer.zero_grad()
            (loss + r1 * penalty(x) + r2 * penalty(G(z1))).backward()
            d_optimizer.step()
            g = g_loss(x, G(z2))
            g_optimizer.zero_grad()
            g.backward()
            g_optimizer.step()
        record["g_loss"].append(float(g))
        if schedules:
            kept = 0.5 ** (b / max(cosine(0, 20, t, 4), 1e-8))
            with torch.no_grad():
                for a, p in zip(average.parameters(), G.parameters()):
                    a.copy_(p.lerp(a, kept))
    record["end"] = {"G": [values(p) for p in G.parameters()], "D": [values(p) for p in D.parameters()]}
    if schedules:
        record["end"]["average"] = [values(p) for p in average.parameters()]
    return record


def parzen():
    """Log-likelihoods of a Gaussian Parzen window, from torch.distributions."""
    samples, x, sigma = torch.randn(20, 6), torch.randn(7, 6), 0.35
    mixture = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(torch.ones(20)),
        torch.distributions.Independent(torch.distributions.Normal(samples, sigma), 1))
    return {"samples": values(samples), "x": values(x), "sigma": sigma, "log_density": values(mixture.log_prob(x))}


def sines(shape, by):
    return (by * torch.arange(math.prod(shape), dtype=torch.float64)).sin().reshape(shape).requires_grad_()


def convolutions():
    """Layers of images: outputs and gradients. Inputs and parameters are sines, so that they need not be stored."""

    def bias(b, c, sides):  # [c, h, w], or of a channel
        return b.reshape(c, *sides) if b.numel() > c else b.reshape(c, 1, 1)

    def convolution(x, w, b, stride, pad, act):
        y = F.conv2d(x, w, stride=stride, padding=pad)
        return act(y + bias(b, y.shape[1], y.shape[2:]))

    def transposed(x, w, b, stride, pad, act):
        y = F.conv_transpose2d(x, w, stride=stride, padding=pad)
        return act(y + bias(b, y.shape[1], y.shape[2:]))

    def maxout(x, w, b, pieces, pad, pool, stride):
        y = F.conv2d(x, w, padding=pad)
        y = y + bias(b, y.shape[1], y.shape[2:])
        return F.max_pool2d(torch.stack([y[:, i::pieces] for i in range(pieces)]).amax(0), pool, stride, ceil_mode=True)

    same = lambda y: y
    rows = [  # layers, image that comes in, shapes of the parameters, the same in PyTorch
        ('[{ layer = "convolution", channels = 3, kernel = 3, pad = 1, input = [2, 4, 3], activation = "tanh" }]',
         (2, 4, 3), [(3, 2, 3, 3), (3,)], lambda x, w, b: convolution(x, w, b, 1, 1, torch.tanh)),
        ('[{ layer = "convolution", channels = 3, kernel = 3, stride = 2, input = [2, 4, 6], activation = "leaky-relu", tied = false }]',
         (2, 4, 6), [(3, 2, 3, 3), (3, 1, 2)], lambda x, w, b: convolution(x, w, b, 2, 0, lambda y: F.leaky_relu(y, 0.2))),
        ('[{ layer = "transposed-convolution", channels = 2, kernel = 3, stride = 2, pad = 1, input = [3, 2, 3], activation = "sigmoid" }]',
         (3, 2, 3), [(3, 2, 3, 3), (2,)], lambda x, w, b: transposed(x, w, b, 2, 1, torch.sigmoid)),
        ('[{ layer = "transposed-convolution", channels = 2, kernel = 4, stride = 3, input = [3, 2, 1], tied = false }]',
         (3, 2, 1), [(3, 2, 4, 4), (2, 7, 4)], lambda x, w, b: transposed(x, w, b, 3, 0, same)),
        ('[{ layer = "maxout-convolution", channels = 2, pieces = 3, kernel = 2, pad = 1, pool = 3, pool_stride = 2, input = [2, 4, 3] }]',
         (2, 4, 3), [(6, 2, 2, 2), (6,)], lambda x, w, b: maxout(x, w, b, 3, 1, 3, 2)),
        ('[{ layer = "maxout-convolution", channels = 2, pieces = 2, kernel = 2, pool = 2, input = [2, 4, 3], tied = false },'
         ' { layer = "dense", units = 2 }]',
         (2, 4, 3), [(4, 2, 2, 2), (4, 3, 2), (2, 4), (2,)],
         lambda x, w, b, v, c: F.linear(maxout(x, w, b, 2, 0, 2, 2).flatten(1), v, c)),
    ]
    out = []
    for layers, image, sizes, function in rows:
        x, parameters = sines((2, *image), 0.37), [sines(size, 0.7 + 0.1 * i) for i, size in enumerate(sizes)]
        y = function(x, *parameters).flatten(1)
        gradients = torch.autograd.grad((y * sines(y.shape, 0.51)).sum(), [x, *parameters])
        out.append({"layers": layers, "inputs": math.prod(image), "output": values(y), "gradients": [values(g) for g in gradients]})
    return out


def write():
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    files.write("value_functions", value_functions(), indent=1)
    files.write("steps", [steps("simultaneous", False, "momentum"), steps("alternating", False, "momentum"),
                          steps("alternating", True, "adam")], indent=1)
    files.write("parzen", parzen(), indent=1)
    files.write("convolutions", convolutions(), row_a_line=True)
    files.write("schedules", [steps("alternating", True, "adam", schedules=True)], indent=1)
    files.write("adam", adam(), indent=1)
