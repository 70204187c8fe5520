#!/usr/bin/env python3
"""How fast scores on features are computed here, beside SciPy and scikit-learn: `./run bench scores [--json] [--rounds 3]`.

Measured in turn, round after round; medians. `peer_over` is the peer's time over ours. Needs an otherwise idle machine.
"""
import argparse
import json
import os
import statistics

from bench import BENCH, ROOT, measured, processor, python_with

PEER = ROOT / "bench" / "peers" / "scores.py"
JOBS = {  # what: examples, numbers of a feature vector
    "frechet": (50_000, 2048),
    "overlap": (10_000, 2048),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="./run bench scores")
    parser.add_argument("--json", action="store_true", help="one object: machine, rows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count()))
    options = parser.parse_args()
    python, threads = python_with("sklearn"), options.threads
    jobs = {("product", "gan"): ([BENCH, "product", "fp32", threads, 1], threads)}
    for what, (n, size) in JOBS.items():
        jobs[what, "gan"] = ([BENCH, what, n, size, threads], threads)
        if python:
            jobs[what, "Python"] = ([python, PEER, what, n, size, threads], threads)
    median = {what: statistics.median(values) for what, values in measured(jobs, options.rounds).items()}
    rate = median.pop(("product", "gan"))

    rows = []
    for what, (n, size) in JOBS.items():
        ours, peer = median[what, "gan"], median.get((what, "Python"))
        row = {"score": what, "examples": n, "size": size, "seconds": round(ours, 3), "peer_over": peer and round(peer / ours, 2)}
        if what == "overlap":  # products of all pairs within each set and between them
            row["share_of_matrix_rate"] = round(3 * 2e-9 * n * n * size / ours / rate, 3)
        rows.append(row)
    here = {"processor": processor(), "threads": threads, "matrix_gflops": round(rate, 1), "rounds": options.rounds}
    if options.json:
        print(json.dumps({"machine": here, "rows": rows}, indent=1))
        return
    print(f"{here['processor']}, {threads} threads, {rate:.0f} GFLOP/s in products of float32\n")
    for row in rows:
        share = f", {100 * row['share_of_matrix_rate']:.0f}% of the matrix rate" if "share_of_matrix_rate" in row else ""
        peer = f", {row['peer_over']:.1f} times as fast as Python" if row["peer_over"] else ""
        print(f"  {row['score']:10}{row['examples']:8,} x {row['size']}: {row['seconds']:.2f} s{share}{peer}")


if __name__ == "__main__":
    main()
