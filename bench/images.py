#!/usr/bin/env python3
"""How fast networks of images are trained and sampled here, beside PyTorch: `./run bench images [--json] [--rounds 3]`.

A step of each network of bench/images/ is measured in both engines, float32 and bfloat16 and each number of threads;
beside it the same step in eager PyTorch from Python (peers/images.py) and from C++ (peers/images.cpp), channels-last and
not. Everything is measured in turn, round after round, and medians are compared. `peer_over` is the time of the best
peer, whatever its precision, layout and number of threads, over the time of the row. Needs an otherwise idle machine.
"""
import argparse
import json
import os
import statistics
import sys

from bench import BENCH, ROOT, measured, processor, python_with, said

PEER = ROOT / "bench" / "peers" / "images.py"
PEER_CPP = ROOT / "build" / "gan_bench_images"
BATCH = 100
LAYOUTS = {"contiguous": "", "channels-last": " channels-last"}
SAMPLED = "a"
NETS = {
    "a": "a small DCGAN at 28 x 28, relativistic pairing, R1 and R2",
    "b": "the same networks in the non-saturating game, without penalties",
    "c": "DCGAN with batch norm at 32 x 32 x 3",
    "d": "a residual pair at 28 x 28, relativistic pairing, R1 and R2",
}


def recipe(net):
    return f"bench/images/{net}.toml"


def peers(python):
    """Name, command."""
    return ([("PyTorch", [python, PEER])] if python else []) + [("libtorch", [PEER_CPP])]


def refuse_other_networks(net, counts, python):
    mine = [counts[player]["parameters"] for player in "GD"]
    for name, command in peers(python):
        theirs = [int(word) for word in said([*command, "parameters", net], 1)]
        if theirs != mine:
            sys.exit(f"bench: ({net}): G and D have {mine} parameters in {recipe(net)}, {theirs} in {name}: a comparison of different networks says nothing")


def operations_of_step(counts, batch):
    """Multiplications and additions of the matrix products that a step needs, each once.

    `products` are those of one example on its way through a network, `first` those of its first layer with weights. A way
    back to a network's input costs as much as the way forward, and so do the gradients of its weights; a way back to the
    weights alone leaves out `first`.
    """
    g, d = counts["G"], counts["D"]
    if counts["penalised"]:
        # Data and samples: forward, back to x, and forward again with the slopes (the derivative of the penalty; the masks
        # of a piecewise linear D are constant), then one product for each weight: both of its terms are sums over the same
        # slopes, so they are added before.
        d_step = g["products"] + 2 * 4 * d["products"]
    else:
        d_step = g["products"] + 2 * (3 * d["products"] - d["first"])
    answers = 2 if counts["relativistic"] else 1  # D is asked about data too where G's loss compares
    g_step = (3 * g["products"] - g["first"]) + (answers + 1) * d["products"]
    return 2 * batch * (d_step + g_step)


def jobs_of(options, formats, counts, python):
    """What is measured, (kind, net, engine, precision, threads), by which command with how many threads."""
    jobs, seconds = {}, options.seconds
    for threads in options.threads:
        for precision in formats:
            jobs["product", "", "gan", precision, threads] = ([BENCH, "product", precision, threads, seconds], threads)
    for net in options.nets:
        fused = [] if counts[net]["why_not_fused"] else [("fused", precision) for precision in formats]
        for threads in options.threads:
            for engine, precision in [*fused, ("reference", "fp32")]:
                jobs["step", net, f"gan {engine}", precision, threads] = (
                    [BENCH, "step", recipe(net), engine, precision, threads, BATCH, seconds], threads)
                if net == SAMPLED:
                    jobs["sample", net, f"gan {engine}", precision, threads] = (
                        [BENCH, "sample", recipe(net), engine, precision, threads, seconds], threads)
            for layout, suffix in LAYOUTS.items():
                for precision in formats:
                    for name, command in peers(python):
                        jobs["step", net, name + suffix, precision, threads] = (
                            [*command, "step", net, layout, precision, threads, BATCH, seconds], threads)
                    if net == SAMPLED and python:
                        jobs["sample", net, "PyTorch" + suffix, precision, threads] = (
                            [python, PEER, "sample", net, layout, precision, threads, seconds], threads)
    return jobs


def rounded(ratio):
    return None if ratio is None else round(ratio, 3)


def rows_of(times, counts):
    """A row for each step, and for sampling rows whose net is "a sampling" and whose milliseconds are those of 1,000 images."""
    median = {what: statistics.median(values) for what, values in times.items()}
    in_ms = {what: 1e6 / m if what[0] == "sample" else m for what, m in median.items() if what[0] != "product"}

    def best_peer(kind, net, precision=None):
        return min((ms for what, ms in in_ms.items()
                    if what[:2] == (kind, net) and not what[2].startswith("gan") and precision in (None, what[3])), default=None)

    rows = []
    for what, ms in in_ms.items():
        kind, net, engine, precision, threads = what
        work = operations_of_step(counts[net], BATCH) if kind == "step" else 2 * 1000 * counts[net]["G"]["products"]
        best, alike = best_peer(kind, net), best_peer(kind, net, precision)
        row = {
            "net": net if kind == "step" else f"{net} sampling",
            "engine": engine,
            "precision": precision,
            "threads": threads,
            "ms": round(ms, 4),
            "peer_over": rounded(best and best / ms),
            "peer_over_same_precision": rounded(alike and alike / ms),
            "share_of_matrix_rate": rounded(work / (ms * 1e6) / median["product", "", "gan", precision, threads]),
            "all": times[what],
        }
        if kind == "sample":
            row["images_per_second"] = round(median[what], 1)
        if engine == "gan reference" and counts[net]["why_not_fused"]:
            row["why_not_fused"] = counts[net]["why_not_fused"]
        rows.append(row)
    return rows


def machine(times, options, python):
    rates = {}
    for (kind, _, _, precision, threads), values in times.items():
        if kind == "product":
            rates.setdefault(precision, {})[str(threads)] = round(statistics.median(values), 1)
    torch = said([python, "-c", "import torch; print(torch.__version__)"], 1)[0] if python else None
    return {"processor": processor(), "cores": os.cpu_count(), "matrix_gflops": rates, "pytorch": torch,
            "batch": BATCH, "rounds": options.rounds, "seconds": options.seconds}


def print_table(here, rows, counts, options):
    print(f"{here['processor']}, {here['cores']} cores, PyTorch {here['pytorch'] or 'is missing'}; batch {BATCH}, medians of {here['rounds']} rounds\n")
    for threads in options.threads:
        rates = ", ".join(f"{rate[str(threads)]:.0f} GFLOP/s in {precision}" for precision, rate in here["matrix_gflops"].items())
        print(f"matrix products, {threads} thread{'s' if threads > 1 else ''}: {rates}")
    for net in dict.fromkeys(row["net"] for row in rows):
        mine, name = [row for row in rows if row["net"] == net], net.split()[0]
        if net == name:
            print(f"\na step of ({net}), {NETS[net]}: {operations_of_step(counts[net], BATCH) / 1e9:.1f} GFLOP")
        else:
            print(f"\n1,000 images from G of ({name}) to a .npy file")
        print(f"  {'':26}{'':6}{'threads':>8}{'ms':>10}{'of the rate':>13}{'peer /':>9}")
        for row in sorted(mine, key=lambda row: row["ms"]):
            ratio = "-" if row["peer_over"] is None else f"{row['peer_over']:.2f}"
            print(f"  {row['engine']:26}{row['precision']:6}{row['threads']:8}{row['ms']:10.2f}{100 * row['share_of_matrix_rate']:12.0f}%{ratio:>9}")
        if counts[name]["why_not_fused"]:
            print(f"  the fused engine does not train it: {counts[name]['why_not_fused']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="./run bench images")
    parser.add_argument("--json", action="store_true", help="one object: machine, rows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each measurement in each round")
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({1, min(2, os.cpu_count())}))
    parser.add_argument("--nets", nargs="+", choices=NETS, default=list(NETS))
    parser.add_argument("--quick", action="store_true", help="one round")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    python, formats = python_with("torch"), said([BENCH, "formats"], 1)
    if not python:
        print("bench: there is no Python with torch (python3-torch), so its rows are left out", file=sys.stderr)
    counts = {net: json.loads(" ".join(said([BENCH, "networks", recipe(net)], 1))) for net in options.nets}
    for net in options.nets:
        refuse_other_networks(net, counts[net], python)

    times = measured(jobs_of(options, formats, counts, python), options.rounds)
    here, rows = machine(times, options, python), rows_of(times, counts)
    if options.json:
        print(json.dumps({"machine": here, "rows": rows}, indent=1))
    else:
        print_table(here, rows, counts, options)


if __name__ == "__main__":
    main()
