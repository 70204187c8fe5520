"""A generator that `gan export --to safetensors` wrote, in plain PyTorch.

    from generator import Generator
    x = Generator()(torch.randn(16, 64))          # or (z, label); in the data's own units

Run as a program, it compares itself with the samples of gan in samples.safetensors.
"""
import json
import os
import struct

import torch
import torch.nn.functional as F

ACTIVATIONS = {"linear": lambda x, slope: x, "relu": lambda x, slope: F.relu(x), "leaky-relu": F.leaky_relu,
               "sigmoid": lambda x, slope: torch.sigmoid(x), "hard-sigmoid": lambda x, slope: (x / 6 + 0.5).clamp(0, 1),
               "tanh": lambda x, slope: torch.tanh(x)}


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    types = {"F32": torch.float32, "I64": torch.int64}
    return {name: torch.frombuffer(data, dtype=types[t["dtype"]], offset=t["data_offsets"][0],
                                   count=torch.Size(t["shape"]).numel()).reshape(t["shape"])
            for name, t in header.items() if name != "__metadata__"}


def filter_of(x, total):  # [1, 3, 3, 1] along each side, for each channel
    side = torch.tensor([1.0, 3, 3, 1], device=x.device)
    return (side[:, None] * side * (total / 64)).expand(x.shape[1], 1, 4, 4)


class Generator(torch.nn.Module):
    def __init__(self, folder=os.path.dirname(os.path.abspath(__file__))):
        super().__init__()
        with open(os.path.join(folder, "config.json")) as file:
            self.config = json.load(file)
        for name, tensor in read_safetensors(os.path.join(folder, "model.safetensors")).items():
            self.register_buffer(name.replace(".", "/"), tensor)

    def forward(self, z, label=None):
        values = {0: z}
        for o in self.config["operations"]:
            values[o["out"]] = self.apply_operation(o, label, *(values[i] for i in o["in"]))
        return values[o["out"]]

    def apply_operation(self, o, label, x, other=None):
        kind = o["operation"]
        w, b = (getattr(self, f"{o.get('tensors')}.{part}".replace(".", "/"), None) for part in ("weight", "bias"))
        if kind == "affine":
            x = F.linear(x, w, b)
        elif kind == "convolution":
            call = F.conv_transpose2d if o["transposed"] else F.conv2d
            x = call(x, w, b if b.dim() == 1 else None, stride=o["stride"], padding=o["pad"], groups=o["groups"])
            x = x if b.dim() == 1 else x + b
        elif kind == "scale":
            x = x * w.reshape(-1, *[1] * (x.dim() - 2)) + b.reshape(-1, *[1] * (x.dim() - 2))
        elif kind == "scale-of-class":
            label = label if label is not None else torch.zeros(len(x), dtype=torch.int64, device=x.device)
            w, b = (table[label].reshape(*x.shape[:2], *[1] * (x.dim() - 2)) for table in (w, b))
            x = x * w + b
        elif kind == "max-of-pieces":
            x = x.unflatten(1, (-1, o["pieces"])).amax(2)
        elif kind == "max-of-windows":
            x = F.max_pool2d(x, o["window"], o["stride"], ceil_mode=True)
        elif kind == "upsample-nearest":
            x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        elif kind == "upsample-bilinear":
            x = F.conv_transpose2d(x, filter_of(x, 4), stride=2, padding=1, groups=x.shape[1])
        elif kind == "downsample":
            x = F.conv2d(x, filter_of(x, 1), stride=2, padding=1, groups=x.shape[1])
        elif kind == "average-pool":
            x = F.avg_pool2d(x, o["window"], o["stride"])
        elif kind == "crop":
            x = x[:, :, o["top"]:o["top"] + o["height"], o["left"]:o["left"] + o["width"]]
        elif kind == "add":
            x = x + other
        elif kind == "join-class":
            x = torch.cat([x, w[label if label is not None else x.new_zeros(len(x), dtype=torch.int64)]], 1)
        elif kind == "own-units":
            x = x / w + b
        elif kind not in ("reshape", "activate"):
            raise ValueError(f"config.json: unknown operation {kind}")
        return ACTIVATIONS[o.get("activation", "linear")](x, o.get("slope", 0)).reshape(-1, *o["shape"])


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    samples = read_safetensors(os.path.join(here, "samples.safetensors"))
    with torch.no_grad():
        difference = Generator()(samples["z"], samples.get("label")) - samples["x"]
    print(f"{float(difference.abs().max() / samples['x'].abs().max().clamp(min=1e-30)):.9g}")
