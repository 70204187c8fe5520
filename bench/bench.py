#!/usr/bin/env python3
"""How fast gan is beside PyTorch on this machine: `./run bench [--json] [--quick] [--rounds 5] [--threads 1 2]`.
Networks of images are measured by `./run bench images` (images.py).

Everything is measured in turn, round after round in one run, and the medians are compared: a machine that slows down
slows down both. Needs an otherwise idle machine and a Python with torch (python3-torch); without it, the peer is left out.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "build" / "gan_bench"
LIBTORCH = ROOT / "build" / "gan_bench_libtorch"
PEER = ROOT / "bench" / "peers" / "pytorch.py"
EARLIER = ("dbn-mnist", "dbm-mnist", "gsn-mnist", "cae-mnist")
PEER_RBM = ROOT / "bench" / "peers" / "sklearn_rbm.py"


def python_with(module):
    for python in (os.environ.get("PYTHON"), "python3", "/usr/bin/python3"):
        if python and subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0:
            return python
    return None


def best_openblas():
    """An OpenBLAS that is older than the processor would run at a fifth of its speed: as cli/launch.cpp has it, for the peers too."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = next((line.split() for line in file if line.startswith("flags")), [])
    return next((core for flag, core in (("avx512bw", "SkylakeX"), ("avx2", "Haswell")) if flag in flags), "")


def said(command, threads):
    environment = {**os.environ, "OPENBLAS_CORETYPE": best_openblas(), "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run([str(word) for word in command], cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout.split()


def number(command, threads):
    return float(said(command, threads)[-1])


def measured(jobs, rounds):
    """What each job, a command and its number of threads, prints in each round. All are run in turn."""
    times = {what: [] for what in jobs}
    for turn in range(rounds):
        for i, (what, (command, threads)) in enumerate(jobs.items()):
            if sys.stderr.isatty():
                print(f"\r\033[Kround {turn + 1} of {rounds}, {i + 1} of {len(jobs)}: {' '.join(map(str, what))}", end="", file=sys.stderr)
            times[what].append(number(command, threads))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return times


def processor():
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


# Inputs and outputs of each product of G and of D.
NETWORKS = {
    "paper-mnist": ([(100, 1200), (1200, 1200), (1200, 784)], [(784, 1200), (240, 1200), (240, 1)]),
    "mnist-dense": ([(100, 1200), (1200, 1200), (1200, 784)], [(784, 1200), (1200, 600), (600, 1)]),
    "paper-cifar10-full": ([(100, 8000), (8000, 8000), (8000, 3072)], [(3072, 8000), (1600, 8000), (1600, 1)]),
}


def size(net):
    return sum(a * b for a, b in net)


def flops_of_step(recipe, batch):
    """Multiplications and additions of the products that the step needs, once each."""
    g, d = NETWORKS[recipe]
    if recipe == "mnist-dense":  # D: G forward, D forward, back to x, tangent, dW; then G: G and D forward, D back to the samples, G back
        work = size(g) + 2 * (4 * size(d)) + size(g) + 2 * size(d) + size(d) + size(g[1:]) + size(g)
    else:  # G forward; D forward on both; D back; dW; to the samples; G back
        work = size(g) + 2 * size(d) + 2 * size(d[1:]) + 2 * size(d) + size(d[:1]) + size(g[1:]) + size(g)
    return 2 * batch * work


def rbm_jobs(python, threads, seconds):
    jobs = {("rbm", f"gan {name}", threads): ([BENCH, "rbm", k, persistent, threads, seconds], threads)
            for name, k, persistent in (("CD-1", 1, 0), ("PCD-1", 1, 1), ("PCD-25", 25, 1))}
    for recipe in EARLIER:
        jobs["earlier", recipe, threads] = ([BENCH, "earlier", f"recipes/{recipe}.toml", threads, seconds], threads)
    jobs["ais", "gan", threads] = ([BENCH, "ais", threads, seconds], threads)
    for numbers in ("float32", "float64") if python else ():
        jobs["rbm", f"scikit-learn PCD-1 {numbers}", threads] = ([python, PEER_RBM, numbers, seconds], threads)
    return jobs


def print_rbm(median, python):
    print("\nan RBM, 784-500, batch 100: an epoch of 500 steps")
    for what, m in sorted((item for item in median.items() if item[0][0] == "rbm"), key=lambda item: item[1]):
        print(f"  {what[1]:30}{what[2]:8}{m / 2:9.2f} s")
    if not python:
        print("  scikit-learn is not here (python3-sklearn), so its BernoulliRBM was left out")
    for what, m in median.items():
        if what[0] == "ais":
            print(f"annealed importance sampling of it, 100 runs of 14,500 temperatures, {what[2]} threads: {m:.0f} s")


def print_earlier(median):
    print("\nother earlier methods, batch 100, milliseconds a step of the last stage")
    for what, m in median.items():
        if what[0] == "earlier":
            print(f"  {what[1]:22}{what[2]:8}{m:9.2f}")


def start_up(command):
    """Milliseconds until it has ended, the best of ten: the rest is noise."""
    def once():
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return 1e3 * (time.perf_counter() - begin)
    return min(once() for _ in range(10))


def print_memory(formats, threads):
    print("\nmemory of a training above that of its start, MiB, batch 100: weights 4 bytes each, moments 4 (Adam 8), bfloat16 copies 2,")
    print("an average of G 4 and 2; activations twice (values and derivatives) and tiles")
    for recipe in ("paper-mnist", "mnist-dense"):
        g, d = (size(net) + sum(b for _, b in net) for net in NETWORKS[recipe])
        each = 16 if recipe == "paper-mnist" else 20
        budget = (each * (g + d) + (4 * g if recipe == "mnist-dense" else 0)) / 2**20
        for precision in formats:
            used = number([BENCH, "memory", f"recipes/{recipe}.toml", "fused", precision, threads, 100], threads)
            print(f"  {recipe:16}{precision}  {used:7.0f}   (at {each} bytes a parameter{', 4 more of G' if recipe == 'mnist' else ''}: {budget:.0f}, and activations)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="./run bench")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each measurement in each round")
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({1, min(2, os.cpu_count())}))
    parser.add_argument("--batches", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--quick", action="store_true", help="one round, batch 100")
    parser.add_argument("--large", action="store_true", help="the 8,000-wide networks of the paper's CIFAR-10 too: 10 GiB, minutes")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.batches = 1, [100]
    python, seconds = python_with("torch"), options.seconds
    python_rbm = python_with("sklearn")
    formats = said([BENCH, "formats"], 1)
    recipes = ["paper-mnist", "mnist-dense"] + (["paper-cifar10-full"] if options.large else [])

    jobs = {}  # what -> (command, threads)
    for threads in options.threads:
        for precision in formats:
            jobs["product", precision, threads] = ([BENCH, "product", precision, threads, seconds], threads)
            if python:
                jobs["sample", f"PyTorch {precision}", threads] = ([python, PEER, "sample", precision, threads, seconds], threads)
            jobs["sample", f"gan {precision}", threads] = ([BENCH, "sample", "recipes/mnist-dense.toml", "fused", precision, threads, seconds], threads)
        jobs.update(rbm_jobs(python_rbm, threads, seconds))
        jobs["parzen", "fp32", threads] = ([BENCH, "parzen", threads], threads)
        for recipe in recipes:
            for batch in options.batches if recipe != "paper-cifar10-full" else [100]:
                for engine, precision in [("fused", p) for p in formats] + [("reference", "fp32")]:
                    jobs["step", recipe, batch, f"gan {engine} {precision}", threads] = (
                        [BENCH, "step", f"recipes/{recipe}.toml", engine, precision, threads, batch, seconds], threads)
                for precision in formats:
                    arguments = ["step", recipe, precision, threads, batch, seconds]
                    jobs["step", recipe, batch, f"libtorch {precision}", threads] = ([LIBTORCH, *arguments], threads)
                    if python:
                        jobs["step", recipe, batch, f"PyTorch {precision}", threads] = ([python, PEER, *arguments], threads)

    times = measured(jobs, options.rounds)
    median = {what: statistics.median(values) for what, values in times.items()}

    if options.json:
        rows = [{"what": list(what), "median": median[what], "all": values} for what, values in times.items()]
        print(json.dumps({"processor": processor(), "cores": os.cpu_count(), "rounds": options.rounds, "measured": rows}, indent=1))
        return
    print(f"{processor()}, {os.cpu_count()} cores; medians of {options.rounds} rounds\n")
    rate = {(p, t): median["product", p, t] for p in formats for t in options.threads}
    for threads in options.threads:
        print(f"matrix products, {threads} thread{'s' if threads > 1 else ''}: {', '.join(f'{rate[p, threads]:.0f} GFLOP/s in {p}' for p in formats)}")
    for recipe in recipes:
        for batch in sorted({what[2] for what in median if what[:2] == ("step", recipe)}):
            mine = {what: m for what, m in median.items() if what[0] == "step" and what[1:3] == (recipe, batch)}
            best = min(m for what, m in mine.items() if not what[3].startswith("gan"))
            print(f"\na step of {recipe}, batch {batch} (best peer: {best:.1f} ms)")
            print(f"  {'':22}{'threads':>8}{'ms':>9}{'of the rate':>13}{'peer /':>11}")
            for what, m in sorted(mine.items(), key=lambda item: item[1]):
                precision = what[3].split()[-1]
                share = flops_of_step(recipe, batch) / (m * 1e6) / rate[precision, what[4]]
                print(f"  {what[3]:22}{what[4]:8}{m:9.2f}{100 * share:12.0f}%{best / m:11.2f}")
    print("\nsampling, images/s through G to a .npy file")
    for what, m in sorted((item for item in median.items() if item[0][0] == "sample"), key=lambda item: -item[1]):
        print(f"  {what[1]:22}{what[2]:8}{m:12,.0f}")
    print("\nParzen windows, 10,000 samples, 10,000 test and 1,000 validation images")
    for threads in options.threads:
        m = median["parzen", "fp32", threads]
        print(f"  {threads} threads: {m:.2f} s, {100 * 2e-9 * 10000 * 11000 * 784 / m / rate['fp32', threads]:.0f}% of the matrix rate")
    print_rbm(median, python_rbm)
    print_earlier(median)
    threads = max(options.threads)
    print(f"\ndata: {number([BENCH, 'data', 1, seconds], 1) / 1e6:.1f} million images/s into batches of 100, one thread")
    print_memory(formats, threads)
    print(f"\nstart-up: gan --version {start_up([ROOT / 'build' / 'gan', '--version']):.0f} ms", end="")
    print(f", python3 -c 'import torch' {start_up([python, '-c', 'import torch']):.0f} ms" if python else "")


if __name__ == "__main__":
    main()
