#!/usr/bin/env python3
"""How much faster several processes train than one, beside PyTorch's DDP over Gloo: `./run bench machines [--json] [--rounds 3]`.

Each process has one thread. Weak scaling: every process has a batch of 100; strong scaling: all together have one of 400.
Everything is measured in turn, round after round, and medians are compared. Needs an otherwise idle machine.

  gan bf16     gradients sent in bfloat16 (--wire bf16)
  efficiency   time of one process over time of n (weak), over n times that (strong); at most what the cores allow
  to threads   time of one process with n threads and the same batch over time of n processes: 1 where nothing is lost
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys

from bench import BENCH, ROOT, best_openblas, processor, python_with

PEER = ROOT / "bench" / "peers" / "ddp.py"
EACH, ALL = 100, 400


def together(command, processes, threads):
    """What rank 0 prints."""
    port = random.randrange(20000, 40000)
    running = []
    for rank in range(processes):
        environment = {**os.environ, "OPENBLAS_CORETYPE": best_openblas(), "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(threads),
                       "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(processes), "LOCAL_WORLD_SIZE": str(processes),
                       "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "GLOO_SOCKET_IFNAME": "lo"}
        running.append(subprocess.Popen([str(word) for word in command], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True))
    try:
        answers = [process.communicate(timeout=300) for process in running]
    finally:
        for process in running:
            process.kill()
    if any(process.returncode for process in running):
        sys.exit(f"bench: {' '.join(map(str, command))}: {[answer[1].strip().splitlines()[-1:] for answer in answers]}")
    return float(answers[0][0].split()[-1])


def jobs_of(options, python):
    """(system, recipe, scaling, processes, threads): command, processes, threads."""
    jobs = {}
    for recipe in options.recipes:
        for scaling in ("weak", "strong"):
            for n in options.processes:
                batch = EACH * n if scaling == "weak" else ALL
                for processes, threads in {(n, 1), (1, n)} if n <= options.cores else {(n, 1)}:
                    mine = [f"recipes/{recipe}.toml", "fused", "fp32", threads, batch, options.seconds]
                    if processes == 1:
                        jobs["gan", recipe, scaling, n, 1] = ([BENCH, "step", *mine], 1, threads)
                    for wire in ("fp32", "bf16") if processes > 1 else ():
                        jobs["gan" if wire == "fp32" else "gan bf16", recipe, scaling, n, processes] = (
                            [BENCH, "together", *mine, wire], processes, threads)
                    if python:
                        jobs["DDP", recipe, scaling, n, processes] = ([python, PEER, recipe, threads, batch, options.seconds], processes, threads)
    return jobs


def rows_of(times):
    ms = {what: statistics.median(values) for what, values in times.items()}
    rows = []
    for (system, recipe, scaling, n, processes), mine in ms.items():
        if processes != n:
            continue
        alone = system.split()[0]
        one = ms[alone, recipe, scaling, 1, 1]
        threads = ms.get((alone, recipe, scaling, n, 1))
        rows.append({"system": system, "recipe": recipe, "scaling": scaling, "processes": n, "ms": round(mine, 3),
                     "efficiency": round(one / mine / (n if scaling == "strong" else 1), 3),
                     "to_threads": threads and round(threads / mine, 3),
                     "all": times[system, recipe, scaling, n, processes]})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--recipes", nargs="+", default=["paper-mnist", "mnist-dense"])
    options = parser.parse_args()
    options.cores = len(os.sched_getaffinity(0))
    python = python_with("torch.distributed")
    jobs = jobs_of(options, python)
    times = {what: [] for what in jobs}
    for turn in range(options.rounds):
        for what, (command, processes, threads) in jobs.items():
            if sys.stderr.isatty():
                print(f"\r\033[Kround {turn + 1} of {options.rounds}: {' '.join(map(str, what))}", end="", file=sys.stderr)
            times[what].append(together(command, processes, threads))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    rows = rows_of(times)
    if options.json:
        print(json.dumps({"processor": processor(), "cores": options.cores, "rounds": options.rounds, "rows": rows}))
        return
    print(f"{processor()}, {options.cores} processors, one thread a process, float32; medians of {options.rounds}\n")
    print(f"{'':10}{'recipe':14}{'scaling':9}{'processes':>9}{'ms':>9}{'efficiency':>12}{'to threads':>12}")
    for row in rows:
        to_threads = f"{row['to_threads']:.0%}" if row["to_threads"] else ""
        print(f"{row['system']:10}{row['recipe']:14}{row['scaling']:9}{row['processes']:9}{row['ms']:9.2f}{row['efficiency']:12.0%}{to_threads:>12}")


if __name__ == "__main__":
    main()
