#!/usr/bin/env python3
"""Fréchet distance over time: the same networks and the same game trained by `gan` and by a plain PyTorch script, with two threads
on this machine, one after the other: `./run bench equal-time [--seconds 180] [--points 6] [--out results/equal-time]`.

Both train network (a) of bench/images/ on Fashion-MNIST: the same number of weights, losses, penalties, optimiser and average.
PyTorch has the memory layout and the precision in which its step is fastest here. The time of `gan` is that of its commands as
a whole, with every start and checkpoint; that of PyTorch has its steps and the reading of the data. Samples are compared with test
images on the features of the classifier that `gan evaluate` trains.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from bench import ROOT, number, python_with

RECIPE = ROOT / "bench" / "images" / "a.toml"
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
GAN = ROOT / "build" / "gan"
PEERS = ROOT / "bench" / "peers"
THREADS, CALIBRATION = 2, 100


def called(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def frechet(samples):
    said = json.loads(called(GAN, "evaluate", samples, "--data", "fashion-mnist", "--scores", "frechet", "--json"))
    return said["scores"][0]


def of_gan(seconds, points, folder):
    curve, spent, steps, run = [], 0.0, 0, folder / "run"
    for point in range(1, points + 1):
        while steps == 0 or spent < 0.97 * seconds * point / points:  # the first steps tell how many there is time for
            more = CALIBRATION if steps == 0 else max(1, int((seconds * point / points - spent) / spent * steps))
            steps += more
            begin = time.perf_counter()
            start = ["--resume"] if run.exists() else [RECIPE, "--threads", THREADS]
            called(GAN, "train", *start, "--steps", steps, "--out", run, "--quiet")
            spent += time.perf_counter() - begin
        called(GAN, "sample", run, "-n", 10000, "--out", folder / f"gan{point}.npy", "--force")
        curve.append({"seconds": round(spent, 2), "steps": steps, **frechet(folder / f"gan{point}.npy")})
    return curve


def of_pytorch(seconds, points, folder):
    python = python_with("torch")
    ways = [(layout, precision) for layout in ("channels-last", "contiguous") for precision in ("fp32", "bf16")]
    layout, precision = min(ways, key=lambda way: number([python, PEERS / "images.py", "step", "a", *way, THREADS, 100, 3], THREADS))
    print(f"PyTorch is fastest here {layout}, in {precision}")
    lines = called(python, PEERS / "equal_time.py", DATA, layout, precision, seconds, points, folder).split()
    return [{"seconds": float(lines[2 * i]), "steps": int(lines[2 * i + 1]), **frechet(folder / f"{i + 1}.npy")} for i in range(points)]


def drawn(curves):
    """An SVG of both curves, with their intervals."""
    width, height, left, bottom = 640, 360, 60, 40
    most_x = max(p["seconds"] for curve in curves.values() for p in curve)
    most_y = max(p["high"] for curve in curves.values() for p in curve)
    x = lambda v: left + (width - left - 20) * v / most_x
    y = lambda v: height - bottom - (height - bottom - 20) * v / most_y
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
           '<rect width="100%" height="100%" fill="white"/>',
           f'<path d="M{left} 20V{height - bottom}H{width - 20}" fill="none" stroke="black"/>',
           f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">seconds of training, two threads</text>',
           f'<text x="14" y="{height / 2}" text-anchor="middle" transform="rotate(-90 14 {height / 2})">Fréchet distance</text>']
    for i in range(5):
        out.append(f'<text x="{left - 6}" y="{y(most_y * i / 4) + 4:.1f}" text-anchor="end">{most_y * i / 4:.3g}</text>')
        out.append(f'<text x="{x(most_x * i / 4):.1f}" y="{height - bottom + 16}" text-anchor="middle">{most_x * i / 4:.0f}</text>')
    for row, ((name, curve), colour) in enumerate(zip(curves.items(), ("#1f5fbf", "#c0392b"))):
        line = " ".join(f"{x(p['seconds']):.1f},{y(p['value']):.1f}" for p in curve)
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for p in curve:
            out.append(f'<path d="M{x(p["seconds"]):.1f} {y(p["low"]):.1f}V{y(p["high"]):.1f}" stroke="{colour}"/>')
        out.append(f'<text x="{width - 24}" y="{36 + 18 * row}" text-anchor="end" fill="{colour}">{name}</text>')
    return "\n".join([*out, "</svg>\n"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="./run bench equal-time")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--points", type=int, default=6)
    parser.add_argument("--out", default="equal-time", help="written with .json and .svg")
    options = parser.parse_args()
    if not python_with("torch"):
        sys.exit("bench: there is no Python with torch: apt install python3-torch")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        curves = {"gan": of_gan(options.seconds, options.points, folder),
                  "PyTorch": of_pytorch(options.seconds, options.points, folder)}
    pathlib.Path(options.out + ".json").write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")
    pathlib.Path(options.out + ".svg").write_text(drawn(curves), encoding="utf-8")
    for name, curve in curves.items():
        print(name)
        for p in curve:
            print(f"  {p['seconds']:7.1f} s {p['steps']:7,} steps   {p['value']:.3f} [{p['low']:.3f}, {p['high']:.3f}]")


if __name__ == "__main__":
    main()
