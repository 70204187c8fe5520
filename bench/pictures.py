#!/usr/bin/env python3
"""How fast pictures are imported, and how soon a training on imported ones begins: `./run bench pictures [--json] [--rounds 3] [--small ZIP]`.

  import   `gan info` on a ZIP file of JPEGs, with an empty cache: pictures a second, and decoded megabytes a second
  Pillow   the same files decoded by Python's Pillow in as many processes as there are cores
  start    `gan train --steps 1` on the imported pictures, without scores and pictures: seconds from the start of the command until the
           checkpoint of its first step is there

Small pictures are 50,000 of 32 x 32 (those of --small, or Fashion-MNIST's training images, enlarged and tinted); large ones are 2,000
of 512 x 384, smooth colours with some grain.
"""
import argparse
import gzip
import io
import json
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy
from PIL import Image

from bench import ROOT, processor

GAN = ROOT / "build" / "gan"
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")


def jpeg(pixels):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90)
    return out.getvalue()


def small_pictures():
    with gzip.open(FASHION) as file:
        x = numpy.frombuffer(file.read(), dtype=numpy.uint8, offset=16).reshape(-1, 28, 28)
    rng = numpy.random.default_rng(1)
    for image in x[:50000]:
        tint = rng.uniform(.5, 1, 3)
        yield jpeg((numpy.pad(image, 2)[..., None] * tint).astype(numpy.uint8))


def large_pictures():
    rng = numpy.random.default_rng(2)
    for _ in range(2000):
        coarse = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=numpy.uint8)).resize((512, 384), Image.BICUBIC)
        grain = rng.integers(-12, 13, (384, 512, 3))
        yield jpeg(numpy.clip(numpy.asarray(coarse) + grain, 0, 255).astype(numpy.uint8))


def stored(file, pictures):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as out:
        for i, bytes_of in enumerate(pictures):
            out.writestr(f"{i}.jpg", bytes_of)
    return file


def seconds_of(command, cache):
    begin = time.perf_counter()
    done = subprocess.run([str(word) for word in command], env={**os.environ, "XDG_CACHE_HOME": str(cache)}, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))}: {done.stderr.strip()}")
    return time.perf_counter() - begin


def seconds_to_first_step(file, run, cache):
    command = [GAN, "train", "--data", file, "--steps", 1, "--quiet", "--out", run,
               *("--set", "run.evaluate_every=0", "--set", "run.sample_every=0")]
    first = run / "checkpoints" / "step-0000001.safetensors"
    begin = time.perf_counter()
    with subprocess.Popen([str(word) for word in command], env={**os.environ, "XDG_CACHE_HOME": str(cache)}) as training:
        while not first.exists() and training.poll() is None:
            time.sleep(.002)
        seconds = time.perf_counter() - begin
    if training.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))}: exit code {training.returncode}")
    return seconds


def decoded_size(bytes_of):
    return numpy.asarray(Image.open(io.BytesIO(bytes_of))).nbytes


def by_pillow(file):
    """Seconds, number and bytes of all pictures in the file."""
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")]
        begin = time.perf_counter()
        with multiprocessing.Pool() as pool:
            sizes = pool.map(decoded_size, (archive.read(name) for name in names), chunksize=64)
    return time.perf_counter() - begin, len(names), sum(sizes)


def measured(file, rounds, folder):
    imports, starts, peer = [], [], []
    folder.mkdir(exist_ok=True)
    for turn in range(rounds):
        imports.append(seconds_of([GAN, "info", file], folder / f"cache-{turn}"))
        seconds, number, size = by_pillow(file)
        peer.append(seconds)
    os.sync()  # the caches were written just now
    for turn in range(rounds):
        starts.append(seconds_to_first_step(file, folder / f"run-{turn}", folder / f"cache-{turn}"))
    seconds = {"import": statistics.median(imports), "Pillow": statistics.median(peer)}
    return {"pictures": number, "start": statistics.median(starts),
            **{who: {"pictures_per_second": number / s, "megabytes_per_second": size / 1e6 / s} for who, s in seconds.items()}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="./run bench pictures")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", type=pathlib.Path, help="a ZIP file of small JPEGs")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        small = options.small or stored(folder / "small.zip", small_pictures())
        found = {"machine": processor(), "small": measured(small, options.rounds, folder)}
        found["large"] = measured(stored(folder / "large.zip", large_pictures()), options.rounds, folder / "large")
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(found["machine"])
    for kind in ("small", "large"):
        row = found[kind]
        print(f"\n{row['pictures']:,} {kind} pictures")
        for who in ("import", "Pillow"):
            print(f"  {who:8}{row[who]['pictures_per_second']:10,.0f} pictures/s {row[who]['megabytes_per_second']:8,.0f} MB/s")
        print(f"  start   {row['start']:10.2f} s")


if __name__ == "__main__":
    main()
