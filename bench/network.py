#!/usr/bin/env python3
"""A step of two workers over a network of a given rate, and a prediction for more: as root, `python3 bench/network.py [--json]`.

Each worker is in a network namespace of its own; a token bucket (tc tbf) limits what the wire between them carries. Weak scaling: a batch of
100 for each, one thread each. The step of n workers is predicted as

    compute + own cost of a sum + 2 (n - 1) / n * bytes / rate + 2 (n - 1) * sums * latency

the time of Gloo's ring of n, where `compute` is the step of one worker, `bytes` the gradients of both networks, `sums` the number of
buckets and of small sums, and `own cost` is what two workers lose where the wire costs nothing (loopback).
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys

from bench import BENCH, NETWORKS, best_openblas, processor, size
from machines import EACH, together

ADDRESS = "10.77.0.{}"
NAMES = ("gan-net-0", "gan-net-1")
BUCKET = 1 << 20  # floats, as in gan/workers/gradient_sum.cpp


def ip(*words, fine=False):
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode and not fine:
        sys.exit(f"bench: ip {' '.join(words)}: {done.stderr.strip()} (this needs root)")


def make_network(gigabits):
    remove_network()
    for name in NAMES:
        ip("netns", "add", name)
    ip("link", "add", "gan-veth-0", "type", "veth", "peer", "name", "gan-veth-1")
    for i, name in enumerate(NAMES):
        ip("link", "set", f"gan-veth-{i}", "netns", name)
        ip("-n", name, "addr", "add", f"{ADDRESS.format(i + 1)}/24", "dev", f"gan-veth-{i}")
        ip("-n", name, "link", "set", f"gan-veth-{i}", "up")
        ip("-n", name, "link", "set", "lo", "up")
        subprocess.run(["ip", "netns", "exec", name, "tc", "qdisc", "add", "dev", f"gan-veth-{i}", "root", "tbf", "rate", f"{gigabits}gbit",
                        "burst", "1mb", "latency", "100ms"], check=True)


def remove_network():
    for name in NAMES:
        ip("netns", "del", name, fine=True)


def over_network(command):
    port, running = random.randrange(20000, 40000), []
    for rank, name in enumerate(NAMES):
        environment = {**os.environ, "OPENBLAS_CORETYPE": best_openblas(), "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1", "RANK": str(rank),
                       "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "1", "MASTER_ADDR": ADDRESS.format(1), "MASTER_PORT": str(port),
                       "GLOO_SOCKET_IFNAME": f"gan-veth-{rank}"}
        running.append(subprocess.Popen(["ip", "netns", "exec", name, "taskset", "-c", str(rank), *map(str, command)], env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    answers = [process.communicate() for process in running]
    if any(process.returncode for process in running):
        sys.exit(f"bench: {answers[0][1].strip()} {answers[1][1].strip()}")
    return float(answers[0][0].split()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--recipe", default="paper-mnist")
    parser.add_argument("--rates", type=float, nargs="+", default=[1, 10, 25])
    options = parser.parse_args()
    mine = [f"recipes/{options.recipe}.toml", "fused", "fp32", 1]
    floats = [size(net) for net in NETWORKS[options.recipe]]
    sums = sum(max(1, n // BUCKET) for n in floats) + 2
    measured = {"one": [], "loopback": [], **{(rate, wire): [] for rate in options.rates for wire in ("fp32", "bf16")}}
    try:
        for _ in range(options.rounds):
            measured["one"].append(together([BENCH, "step", *mine, EACH, options.seconds], 1, 1))
            measured["loopback"].append(together([BENCH, "together", *mine, 2 * EACH, options.seconds, "fp32"], 2, 1))
            for rate in options.rates:
                make_network(rate)
                for wire in ("fp32", "bf16"):
                    measured[rate, wire].append(over_network([BENCH, "together", *mine, 2 * EACH, options.seconds, wire]))
    finally:
        remove_network()
    ms = {what: statistics.median(values) for what, values in measured.items()}

    def predicted(n, rate, latency):
        own = ms["loopback"] - ms["one"]
        return ms["one"] + own + 2 * (n - 1) / n * 4 * sum(floats) / (rate * 1e9 / 8) * 1e3 + 2 * (n - 1) * sums * latency

    counts = (2, 4, 8, 16, 32, 64)
    table = [(rate, latency, [predicted(n, rate, latency) for n in counts]) for rate in options.rates for latency in (0, 0.1, 1)]
    if options.json:
        print(json.dumps({"processor": processor(), "recipe": options.recipe, "measured": {str(what): values for what, values in measured.items()},
                          "predicted": [{"gigabits": rate, "latency_ms": latency, "ms": dict(zip(counts, row))} for rate, latency, row in table]}))
        return
    print(f"{processor()}; {options.recipe}, batch {EACH} a worker, float32, one thread each; {4e-6 * sum(floats):.1f} MB of gradients; medians of {options.rounds}\n")
    print(f"one worker {ms['one']:.1f} ms, two over loopback {ms['loopback']:.1f} ms\n")
    print("two workers, measured and predicted, ms")
    for rate in options.rates:
        print(f"  {rate:4g} Gbit/s   {ms[rate, 'fp32']:7.1f} {predicted(2, rate, 0):7.1f}   bfloat16 on the wire {ms[rate, 'bf16']:7.1f}")
    print("\npredicted, ms      " + "".join(f"{n:>8}" for n in counts) + "  workers")
    for rate, latency, row in table:
        print(f"  {rate:4g} Gbit/s {latency:3g} ms" + "".join(f"{value:8.1f}" for value in row))


if __name__ == "__main__":
    main()
