#!/usr/bin/env python3
"""Trains network (a) of bench/images/ on Fashion-MNIST in eager PyTorch, as peers/images.py has it.

    python3 bench/peers/equal_time.py DATA LAYOUT PRECISION SECONDS POINTS OUT

DATA is the gzipped IDX file of the training images, of which the first 50,000 are used; LAYOUT and PRECISION as in images.py.
After each of POINTS equal parts of SECONDS, 10,000 samples of the average of G are written to OUT/<k>.npy (which takes none of
the time), and a line "seconds steps" is printed.
"""
import gzip
import pathlib
import sys
import time

import numpy
import torch

from images import Pair

BATCH, TRAINING, SAMPLES = 100, 50_000, 10_000


def main():
    data, layout, precision, seconds, points, out = sys.argv[1:]
    seconds, points, out = float(seconds), int(points), pathlib.Path(out)
    torch.manual_seed(1)
    torch.set_num_threads(2)
    torch.set_flush_denormal(True)
    begin = time.perf_counter()
    with gzip.open(data) as file:
        pixels = numpy.frombuffer(file.read(), dtype=numpy.uint8, offset=16).reshape(-1, 1, 28, 28)
    x = torch.from_numpy(pixels[:TRAINING].astype(numpy.float32) / 255)
    pair, steps, spent = Pair("a", layout == "channels-last", precision == "bf16"), 0, time.perf_counter() - begin
    for point in range(1, points + 1):
        begin = time.perf_counter()
        while spent + time.perf_counter() - begin < seconds * point / points:
            if steps % (TRAINING // BATCH) == 0:
                order = torch.randperm(TRAINING)
            first = steps * BATCH % TRAINING
            pair.step(x[order[first:first + BATCH]].to(memory_format=pair.layout))
            steps += 1
        spent += time.perf_counter() - begin
        kept, pair.G = pair.G, pair.average
        with torch.inference_mode():
            images = torch.cat([pair.generate(1000).contiguous() for _ in range(SAMPLES // 1000)])
        pair.G = kept
        numpy.save(out / f"{point}.npy", images.numpy())
        print(f"{spent:.2f} {steps}", flush=True)


if __name__ == "__main__":
    main()
