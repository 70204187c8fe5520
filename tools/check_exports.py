#!/usr/bin/env python3
"""Runs what `gan export --to safetensors` wrote for every layer by its loader, and compares it with the model.

    GAN_EXPORTS=exports build/tensor_tests --gtest_filter=*AllTargetsAreWritten*
    python3 tools/check_exports.py exports
"""
import importlib.util
import os
import sys

import torch

ROUNDING = 1e-5


def share(made, expected):
    return float((made - expected).abs().max() / expected.abs().max().clamp(min=1e-30))


def difference_of(folder):
    spec = importlib.util.spec_from_file_location("generator", os.path.join(folder, "generator.py"))
    loader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loader)
    samples = loader.read_safetensors(os.path.join(folder, "samples.safetensors"))
    with torch.no_grad():
        return share(loader.Generator(folder)(samples["z"], samples.get("label")), samples["x"])


bad = 0
names = sorted(os.listdir(sys.argv[1]))
for name in names:
    difference = difference_of(os.path.join(sys.argv[1], name))
    print(f"{name:28} {difference:.1e}")
    bad += not difference <= ROUNDING
print(f"{len(names)} networks, {bad} differ by more than {ROUNDING:g}")
sys.exit(bad > 0 or not names)
