"""Golden numbers from Python PyTorch for gan/game/penalties_test.cpp and gan/nets/spectral_norm_test.cpp.

WGAN-GP and DRAGAN as torch.autograd differentiates them, twice; spectral normalisation by torch.nn.utils.spectral_norm.
float64 throughout.
"""
import torch

from golden import files
from golden.game import Maxout, Stream, noise, sines, values


def penalised_steps(*names, every=1, clip=0.0):
    """Three steps of a Wasserstein game in which D is penalised in every so many updates."""
    b, z_size, dim, weight = 6, 3, 4, 10.0
    G = torch.nn.Sequential(torch.nn.Linear(z_size, 5), torch.nn.ReLU(), torch.nn.Linear(5, dim), torch.nn.Sigmoid())
    D = torch.nn.Sequential(Maxout(dim, 4, 3), torch.nn.Linear(4, 5), torch.nn.LeakyReLU(0.2), torch.nn.Linear(5, 1))
    start = {"G": [values(p) for p in G.parameters()], "D": [values(p) for p in D.parameters()]}
    d_optimizer, g_optimizer = (torch.optim.SGD(net.parameters(), lr=0.02) for net in (D, G))
    stream = Stream.of(1, "game").child("penalty").child(0)

    def points(of, x, s, t):
        if of == "wgan_gp":
            share = stream.child("between").uniform(b, 1, t)
            return share * x + (1 - share) * s
        around = stream.child("around")
        return x + 0.5 * x.std(unbiased=False) * around.uniform(b, dim, t) * around.child("share").uniform(b, 1, t)

    def penalty(x):
        x = x.detach().requires_grad_()
        slope, = torch.autograd.grad(D(x).sum(), x, create_graph=True)
        return (slope.norm(dim=1) - 1).pow(2).mean()

    record = {"names": list(names), "every": every, "clip": clip, "weight": weight, "start": start, "x": [], "d_loss": [], "g_loss": []}
    for t in range(3):
        x, s = torch.rand(b, dim), G(noise(b, z_size, t, 0)).detach()
        record["x"].append(values(x))
        loss = D(s).mean() - D(x).mean()
        record["d_loss"].append(float(loss))
        if t % every == 0:
            loss = loss + every * weight * sum(penalty(points(of, x, s, t)) for of in names)
        d_optimizer.zero_grad()
        loss.backward()
        d_optimizer.step()
        if clip:
            with torch.no_grad():
                for p in D.parameters():
                    p.clamp_(-clip, clip)
        g = -D(G(noise(b, z_size, t, 1))).mean()
        record["g_loss"].append(float(g))
        g_optimizer.zero_grad()
        g.backward()
        g_optimizer.step()
    record["end"] = {"G": [values(p) for p in G.parameters()], "D": [values(p) for p in D.parameters()]}
    return record


def spectral_norm():
    """Four updates of layers whose weights are divided by their largest singular value."""
    rows = [  # layers, what comes in, the same in PyTorch
        ('[{ layer = "dense", units = 4, spectral_norm = true }]', (3,), torch.nn.Linear(3, 4)),
        ('[{ layer = "convolution", channels = 3, kernel = 2, spectral_norm = true }]', (2, 4, 3), torch.nn.Conv2d(2, 3, 2)),
        ('[{ layer = "transposed-convolution", channels = 2, kernel = 3, stride = 2, pad = 1, spectral_norm = true }]', (3, 2, 3),
         torch.nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1)),
    ]
    out = []
    for layers, shape, plain in rows:
        layer = torch.nn.utils.spectral_norm(plain)
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        x = sines((5, *shape), 0.37).detach()
        row = {"layers": layers, "shape": list(shape), "steps": []}
        for t in range(4):
            y = layer(x)  # one power iteration
            if t == 0:
                row["start"] = {"weight": values(layer.weight_orig), "bias": values(layer.bias),
                                "u": values(layer.weight_u), "v": values(layer.weight_v)}
            optimizer.zero_grad()
            (y * sines(y.shape, 0.51).detach()).sum().backward()
            row["steps"].append({"output": values(y), "weight": values(layer.weight_orig.grad), "bias": values(layer.bias.grad)})
            optimizer.step()
        layer(x)  # the iteration that belongs to the last update
        row["end"] = {"weight": values(layer.weight_orig), "bias": values(layer.bias),
                      "u": values(layer.weight_u), "v": values(layer.weight_v)}
        layer.eval()
        row["evaluated"] = values(layer(x))
        out.append(row)
    return out


def write():
    torch.manual_seed(2)
    torch.set_default_dtype(torch.float64)
    files.write("penalties", [penalised_steps("wgan_gp"), penalised_steps("dragan"), penalised_steps("wgan_gp", every=2),
                              penalised_steps("wgan_gp", "dragan"), penalised_steps(clip=0.3)], indent=1)
    files.write("spectral_norm", spectral_norm(), indent=1)
