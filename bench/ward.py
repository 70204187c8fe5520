#!/usr/bin/env python3
"""Trainings that go wrong in known ways: what the doctor finds, when, and what becomes of them.

  bench/ward.py [--seeds 1,2] [--only NAMES] [--act] [--out FOLDER] [--gan build/gan] [--json FILE]

Each setting changes one thing of a recipe. It is trained for a few seconds on one thread with run.doctor = "watch"
(with --act, also with "act"), and `gan doctor --json` says what was found. A planted cause counts as named where
one of the findings that the table lists for it was made. The good recipes stand at the end: every finding there is a
false alarm.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
STEPS = 2000
PLAIN = ["game.r1=0", "game.r2=0", "game.final_r1=none", "game.final_r2=none"]
BAD_START = ("collapse", "diverges", "not-finite", "d-too-strong", "z-ignored", "dead-units", "circles")


def dense(units, activation, depth, last, extra=""):
    layer = f'{{layer="dense",units={units},activation="{activation}"{extra}}}'
    return "[" + ",".join([layer] * depth + [f'{{layer="dense",units={last}}}']) + "]"


# name: (recipe, settings, findings that name the cause)
SETTINGS = {
    "rate x 10": ("ring8", ["training.learning_rate=1e-2"], BAD_START),
    "rate x 100": ("ring8", ["training.learning_rate=1e-1"], BAD_START),
    "rate x 100, grid": ("grid25", ["training.learning_rate=1e-1"], BAD_START),
    "wasserstein, no penalty": ("ring8", ["game.value=wasserstein", *PLAIN], ("diverges", "collapse", "not-finite")),
    "wasserstein, no penalty, grid": ("grid25", ["game.value=wasserstein", *PLAIN],
                                      ("diverges", "collapse", "not-finite")),
    "k = 20, no penalty": ("ring8", ["game.k=20", "game.value=non-saturating", *PLAIN], ("d-too-strong", "collapse")),
    "minimax, no penalty": ("ring8", ["game.value=minimax", *PLAIN], ("d-too-strong", "collapse", "z-ignored")),
    "minimax, k = 5, grid": ("grid25", ["game.value=minimax", "game.k=5", *PLAIN],
                             ("d-too-strong", "collapse", "z-ignored")),
    "non-saturating, no penalty": ("ring8", ["game.value=non-saturating", *PLAIN],
                                   ("collapse", "circles", "d-too-strong")),
    "non-saturating, no penalty, grid": ("grid25", ["game.value=non-saturating", *PLAIN],
                                         ("collapse", "circles", "d-too-strong")),
    "beta1 = .95": ("ring8", ["optimizer.beta1=0.95", "game.value=non-saturating", *PLAIN],
                    ("circles", "diverges", "collapse", "d-too-strong")),
    "momentum .99, rate .1": ("ring8", ["optimizer.method=momentum", "optimizer.momentum=0.99",
                                        "optimizer.final_momentum=0.99", "training.learning_rate=0.1"], BAD_START),
    "D of one unit": ("ring8", ["discriminator.layers=" + dense(1, "leaky-relu", 1, 1)], ("d-too-weak", "collapse")),
    "penalty x 1000": ("ring8", ["game.r1=100", "game.r2=100", "game.final_r1=none", "game.final_r2=none"], ("d-too-weak",)),
    "penalty x 10000, grid": ("grid25", ["game.r1=100", "game.r2=100"], ("d-too-weak",)),
    "G dead from the start": ("ring8", ["generator.layers=" + dense(128, "relu", 2, 2, ",bias=-50")],
                              ("dead-units", "z-ignored")),
    "ReLU in G, rate x 100": ("ring8", ["training.learning_rate=1e-1", "generator.layers=" + dense(128, "relu", 3, 2)],
                              ("dead-units",)),
    "ReLU in D, rate x 100": ("ring8", ["training.learning_rate=1e-1",
                                        "discriminator.layers=" + dense(128, "relu", 3, 1)], ("dead-units",)),
    "sigmoid hidden layers": ("ring8", ["generator.layers=" + dense(128, "sigmoid", 6, 2)],
                              ("z-ignored", "collapse", "d-too-strong")),
    "G without z": ("ring8", ["generator.layers=" + dense(128, "tanh", 3, 2, ",init=\"zero\"")],
                    ("z-ignored", "collapse")),
    "50 examples": ("ring8", ["data.train=50", "data.valid=1000", "training.batch_size=25", *PLAIN,
                              "game.value=non-saturating"], ("d-overfits", "memorises")),
    "200 examples, grid": ("grid25", ["data.train=200", "data.valid=1000", "training.batch_size=50", *PLAIN,
                                      "game.value=non-saturating"], ("d-overfits", "memorises")),
    "schedule too early": ("ring8", ["optimizer.schedule_steps=300"], ("schedule",)),
    "schedule too late": ("ring8", ["optimizer.schedule_steps=20000"], ("schedule",)),
    "batch 2, no penalty": ("ring8", ["training.batch_size=2", "game.value=non-saturating", *PLAIN],
                            ("collapse", "circles", "d-too-strong", "d-overfits")),
    "one example, 500 times": ("data:same", [], ("data-no-variety",)),
    "10 copies of each": ("data:copies", [], ("data-duplicates", "data-split")),
}
GOOD = {
    "ring8": ("ring8", [], ()),
    "ring8, hinge": ("ring8", ["game.value=hinge"], ()),
    "grid25": ("grid25", [], ()),
    "gaussian1d": ("gaussian1d", [], ()),
}


def table(folder, name):
    """Data that are wrong themselves."""
    file = folder / f"{name}.csv"
    rows = ["1.5,2.5"] * 500 if name == "same" else [f"{i % 97 / 7:.4f},{i % 89 / 5:.4f}" for i in range(60)] * 10
    file.write_text("\n".join(rows) + "\n")
    return file


def train(o, recipe, settings, seed, mode, name):
    """The run's folder, its exit code, and what was found."""
    run = o.out / f"{name}-{seed}-{mode}".replace(" ", "_").replace(",", "").replace("/", "")
    subprocess.run(["rm", "-rf", run], check=True)
    command = [o.gan, "train", "--out", run, "--seed", str(seed), "--threads", "1", "--quiet", "--steps", str(o.steps)]
    if recipe.startswith("data:"):
        command += ["--data", table(o.out, recipe[5:])]
    else:
        command += [recipe, "--set", f"optimizer.schedule_steps={o.steps}"]
    for setting in [f"run.doctor={mode}", "run.evaluate_every=200", "run.checkpoint_every=200", "run.sample_every=0",
                    *settings]:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 4):  # 4: it diverged
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    found = subprocess.run([o.gan, "doctor", run, "--json"], capture_output=True, text=True)
    if found.returncode:
        sys.exit(found.stderr)
    return run, done.returncode, json.loads(found.stdout)["findings"]


def score(run):
    """The newest share of samples near a mode, and modes found; nothing where there are none."""
    modes = quality = None
    for line in (run / "metrics.jsonl").read_text().splitlines():
        numbers = json.loads(line)
        modes, quality = numbers.get("modes", modes), numbers.get("within", quality)
    return modes, quality


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--only", default="", help="names of settings, separated by |")
    parser.add_argument("--act", action="store_true")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("ward"))
    parser.add_argument("--gan", type=pathlib.Path, default=ROOT / "build" / "gan")
    parser.add_argument("--json", type=pathlib.Path)
    o = parser.parse_args()
    o.out.mkdir(parents=True, exist_ok=True)
    os.environ["OMP_NUM_THREADS"] = "1"
    only = [name for name in o.only.split("|") if name]
    rows, named, planted, false_alarms, good_runs = [], 0, 0, 0, 0
    print("| setting | seed | doctor | planted | found (step) | modes | near a mode |\n|---|---|---|---|---|---|---|")
    for name, (recipe, settings, wanted) in {**SETTINGS, **GOOD}.items():
        if only and name not in only:
            continue
        for seed in map(int, o.seeds.split(",")):
            for mode in ["watch", "act"] if o.act else ["watch"]:
                run, code, findings = train(o, recipe, settings, seed, mode, name)
                hits = [f for f in findings if f["name"] in wanted]
                if mode == "watch" and wanted:
                    planted += 1
                    named += bool(hits)
                if mode == "watch" and not wanted:
                    good_runs += 1
                    false_alarms += len(findings)
                modes, quality = score(run)
                rows.append({"setting": name, "seed": seed, "doctor": mode, "exit": code, "findings": findings,
                             "named": bool(hits), "modes": modes, "near": quality})
                found = ", ".join(f"{f['name']} ({f['from']})" for f in findings) or "nothing"
                print(f"| {name} | {seed} | {mode} | {'yes' if hits else 'no' if wanted else 'good'} | {found} | "
                      f"{modes if modes is not None else ''} | {quality if quality is not None else ''} |", flush=True)
    print(f"\nplanted causes named: {named} of {planted}; false alarms: {false_alarms} in {good_runs} good runs")
    if o.json:
        o.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
