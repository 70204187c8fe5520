#!/usr/bin/env python3
"""Trainings that go wrong in known ways: what the doctor finds, when, and what becomes of them where it may act.

  bench/ward.py [--seeds 1,2,3,4,5] [--only NAME|NAME] [--jobs 2] [--out FOLDER] [--gan build/gan] [--json FILE]

Each setting changes something of a patient in bench/ward/. It is trained on one thread, once with run.doctor = "watch" and
once with "act", for each seed. The columns:

  named    seeds for which one of the findings was made that the table below lists for the setting, and the median step
  watched, treated    the median over seeds of a quality in [0, 1], of the best checkpoint by the validation split, on
           other examples. Toys: the share of modes that were found times the share of samples within 3 deviations of a
           mode. Images: the good patient's Fréchet distance over this one's, 1 at most. A run without samples has 0.
  outcome  "saved": watched lies more than 10% below the good patient, treated does not; "lost": treated does, too;
           "harmless": watched does not lie so far below; "data": the data themselves are wrong

Settings without a wanted finding are good ones: every finding there is a false alarm. The checkpoints of good runs
without a finding must be the same, whether the doctor may act or not.
"""
import argparse
import filecmp
import gzip
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
WARD = ROOT / "bench" / "ward"
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
CLOSE = 0.9  # of the good patient's quality

PLAIN = ["game.r1=0", "game.r2=0"]
NON_SATURATING = ["game.value=non-saturating", *PLAIN]
WASSERSTEIN = ["game.value=wasserstein", *PLAIN]
RING, GRID, IMAGES, FEW = "ring8", "grid25", "fashion", "500 images"
RATE_100 = ["training.learning_rate=0.4"]


def dense(units, activation, depth, last, extra=""):
    layer = f'{{layer="dense",units={units},activation="{activation}"{extra}}}'
    return "[" + ",".join([layer] * depth + [f'{{layer="dense",units={last}}}']) + "]"


def generator(*arguments):
    return ["generator.layers=" + dense(*arguments)]


def discriminator(*arguments):
    return ["discriminator.layers=" + dense(*arguments)]


# patient, what is wrong, settings, findings that name the cause
SETTINGS = [
    (RING, "rate x 25", ["training.learning_rate=0.1"], ("diverges", "collapse", "circles")),
    (RING, "rate x 100", RATE_100, ("diverges", "not-finite", "collapse", "circles")),
    (GRID, "rate x 100", RATE_100, ("diverges", "not-finite", "collapse", "circles")),
    (RING, "rate x 10^6, which overflows", ["training.learning_rate=4e3"], ("not-finite", "diverges")),
    (RING, "Wasserstein's game, no penalty", WASSERSTEIN, ("diverges", "collapse", "circles")),
    (GRID, "Wasserstein's game, no penalty", WASSERSTEIN, ("diverges", "collapse", "circles")),
    (RING, "k = 20, no penalty", ["game.k=20", *NON_SATURATING], ("d-too-strong", "collapse", "circles")),
    (RING, "D ten times slower than G, no penalty", ["discriminator.learning_rate=4e-4", *NON_SATURATING], ("collapse", "circles", "d-too-weak")),
    (RING, "minimax, k = 5, no penalty", ["game.value=minimax", "game.k=5", *PLAIN], ("d-too-strong", "collapse", "z-ignored")),
    (GRID, "non-saturating, no penalty", NON_SATURATING, ("collapse", "circles", "d-too-strong")),
    (RING, "beta1 = .95, no penalty", ["optimizer.beta1=0.95", *NON_SATURATING], ("circles", "diverges", "collapse")),
    (RING, "batch of 4, no penalty", ["training.batch_size=4", *NON_SATURATING], ("no-progress",)),
    (RING, "momentum .99, rate .1", ["optimizer.method=momentum", "optimizer.momentum=0.99", "optimizer.final_momentum=0.99", "training.learning_rate=0.1"],
     ("diverges", "not-finite", "collapse", "circles", "z-ignored")),
    (RING, "a D of one unit", discriminator(1, "leaky-relu", 1, 1), ("d-too-weak", "collapse", "diverges")),
    (RING, "a large D, no penalty", [*discriminator(512, "leaky-relu", 4, 1), *NON_SATURATING], ("d-too-strong", "collapse", "circles", "diverges")),
    (RING, "penalties x 1,000", ["game.r1=10", "game.r2=10"], ("d-too-weak",)),
    (GRID, "penalties x 10,000", ["game.r1=30", "game.r2=30"], ("d-too-weak",)),
    (RING, "all of G dead", generator(128, "relu", 3, 2, ",bias=-50"), ("dead-units",)),
    (RING, "ReLU in G, rate x 100", [*generator(128, "relu", 3, 2), *RATE_100], ("dead-units",)),
    (RING, "ReLU in D, rate x 100", [*discriminator(128, "relu", 3, 1), *RATE_100], ("dead-units",)),
    (RING, "six sigmoid layers in G", generator(128, "sigmoid", 6, 2), ("z-ignored", "collapse", "dead-units")),
    (RING, "a G that begins at zero", generator(128, "tanh", 3, 2, ',init="zero"'), ("z-ignored", "collapse", "dead-units")),
    (RING, "100 examples", ["data.train=100", "data.valid=1000", "training.batch_size=50", *NON_SATURATING], ("d-overfits", "memorises")),
    (GRID, "200 examples", ["data.train=200", "data.valid=1000", "training.batch_size=100", *NON_SATURATING], ("d-overfits", "memorises")),
    (RING, "a schedule of a tenth", ["optimizer.schedule_steps=200"], ("schedule",)),
    (RING, "a schedule ten times too long", ["optimizer.schedule_steps=20000"], ("schedule",)),
    (IMAGES, "rate x 100", ["training.learning_rate=0.2"], ("diverges", "not-finite", "collapse", "z-ignored")),
    (IMAGES, "Wasserstein's game, no penalty", WASSERSTEIN, ("diverges", "collapse", "circles")),
    (IMAGES, "non-saturating, k = 5, no penalty", ["game.k=5", *NON_SATURATING], ("d-too-strong", "collapse", "circles")),
    (IMAGES, "penalties x 1,000", ["game.r1=1000", "game.r2=1000"], ("d-too-weak", "collapse")),
    (FEW, "no penalty", NON_SATURATING, ("d-overfits", "memorises", "d-too-strong")),
    (FEW, "one image, 500 times", ["data:same"], ("data-no-variety",)),
    (FEW, "99% of one class", ["data:one-class"], ("data-no-variety",)),
    (FEW, "ten copies of each", ["data:copies"], ("data-duplicates",)),
]
GOOD = [
    (RING, "", [], ()),
    (GRID, "", [], ()),
    (IMAGES, "", [], ()),
    (FEW, "", [], ()),
    (RING, "hinge", ["game.value=hinge"], ()),
    (RING, "least squares", ["game.value=least-squares"], ()),
    (RING, "non-saturating, R1", ["game.value=non-saturating"], ()),
    (GRID, "hinge", ["game.value=hinge"], ()),
    (RING, "half the rate", ["training.learning_rate=2e-3"], ()),
    (IMAGES, "hinge", ["game.value=hinge"], ()),
]
PATIENTS = {
    RING: ("toy.toml", []),
    GRID: ("toy.toml", ["data.source=toy:grid25", "training.steps=4000", "optimizer.schedule_steps=4000", "game.r1=0.003", "game.r2=0.003"]),
    IMAGES: ("images.toml", []),
    FEW: ("images.toml", ["data.train=500", "data.valid=2000"]),
}


def wrong_images(folder, kind):
    """A folder of 500 PNG files of Fashion-MNIST, wrong in that way."""
    import numpy
    from PIL import Image
    place = folder / f"data-{kind}"
    if place.exists():
        return place
    with gzip.open(FASHION / "train-images-idx3-ubyte.gz") as file:
        x = numpy.frombuffer(file.read(16 + 784 * 500), dtype=numpy.uint8, offset=16).reshape(-1, 28, 28)
    for i in range(500):
        number = {"same": 0, "copies": i // 10, "one-class": i}[kind]
        class_folder = place / ("rare" if kind == "one-class" and i < 4 else "usual")
        class_folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(x[number]).save(class_folder / f"{i}.png")
    return place


def called(o, *command):
    return subprocess.run([o.gan, *map(str, command)], capture_output=True, text=True, env=o.environment)


def train(o, setting, seed, mode):
    """The run's folder, what was found, and its test scores."""
    patient, wrong, settings, _ = setting
    run = o.out / "".join(c if c.isalnum() else "-" for c in f"{patient} {wrong} {seed} {mode}")
    shutil.rmtree(run, ignore_errors=True)
    recipe, own = PATIENTS[patient]
    command = ["train", WARD / recipe, "--out", run, "--seed", seed, "--threads", 1, "--quiet"]
    for word in [*own, *settings, f"run.doctor={mode}"]:
        if word.startswith("data:"):
            command += ["--data", wrong_images(o.out, word[5:]), "--set", "run.scores=[\"own\"]"]
        elif not (word.startswith("data.") and any(s.startswith("data:") for s in settings)):
            command += ["--set", word]
    done = called(o, *command)
    if done.returncode not in (0, 4):  # 4: it diverged
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    found = called(o, "doctor", run, "--json")
    if found.returncode:
        sys.exit(found.stderr)
    best = "best" if (run / "checkpoints" / "best").exists() else "last"
    kind = ["--scores", "frechet"] if recipe == "images.toml" else ["--scores", "modes"]
    scored = called(o, "evaluate", run, "--checkpoint", best, "--json", *kind)
    scores = json.loads(scored.stdout) if scored.returncode == 0 else {}
    return {"seed": seed, "doctor": mode, "exit": done.returncode, "run": str(run),
            "findings": json.loads(found.stdout)["findings"], "scores": scores}


def quality(result, good_distance):
    modes = result["scores"].get("modes")
    if modes:
        return modes["covered"] / modes["modes"] * modes["within"]
    distance = next((s["value"] for s in result["scores"].get("scores", []) if s["name"] == "frechet"), None)
    return min(1.0, good_distance / distance) if distance and good_distance else 0.0


def median_distance(results):
    values = [s["value"] for r in results for s in r["scores"].get("scores", []) if s["name"] == "frechet" and s["value"]]
    return statistics.median(values) if values else None


def same_bytes(a, b):
    last = [pathlib.Path(r["run"]) / "checkpoints" / "last" for r in (a, b)]
    return filecmp.cmp(*last, shallow=False)


def row_of(setting, results, good):
    """A line of the table, and its numbers."""
    patient, wrong, _, wanted = setting
    watched = [r for r in results if r["doctor"] == "watch"]
    treated = [r for r in results if r["doctor"] == "act"]
    hits = [[f["from"] for f in r["findings"] if f["name"] in wanted] for r in watched]
    named = sum(bool(steps) for steps in hits)
    first = [min(steps) for steps in hits if steps]
    q = {mode: statistics.median(quality(r, good["distance"]) for r in of) for mode, of in (("watch", watched), ("act", treated))}
    others = sorted({f["name"] for r in watched for f in r["findings"] if f["name"] not in wanted})
    changed = sorted({f["name"] for r in treated for f in r["findings"] if f["done"]})
    row = {"patient": patient, "wrong": wrong, "named": named, "seeds": len(watched), "step": statistics.median(first) if first else None,
           "others": others, "treated for": changed, "watched": q["watch"], "acted": q["act"]}
    low = CLOSE * good["quality"]
    row["outcome"] = "harmless" if q["watch"] >= low else "saved" if q["act"] >= low else "lost"
    if any(word.startswith("data:") for word in setting[2]):
        row["outcome"] = "data"
    return row


def line_of(row):
    step = f" (step {row['step']:.0f})" if row["step"] is not None else ""
    others = ", ".join(row["others"]) or "nothing"
    return (f"| {row['patient']} | {row['wrong'] or 'nothing'} | {row['named']} of {row['seeds']}{step} | {others} | "
            f"{row['watched']:.2f} | {row['acted']:.2f} | {', '.join(row['treated for']) or 'nothing'} | {row['outcome']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--only", default="", help="of settings whose line in the table holds one of these words, separated by |")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time, of one thread each")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("ward"))
    parser.add_argument("--gan", type=pathlib.Path, default=ROOT / "build" / "gan")
    parser.add_argument("--json", type=pathlib.Path)
    o = parser.parse_args()
    o.out.mkdir(parents=True, exist_ok=True)
    o.environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    only = [word for word in o.only.split("|") if word]
    seeds = [int(seed) for seed in o.seeds.split(",")]
    asked = [s for s in [*GOOD, *SETTINGS] if not only or any(word in f"{s[0]}, {s[1]}" for word in only)]
    patients = {s[0] for s in asked}
    # Good patients first: the others are compared with them.
    chosen = [s for s in [*GOOD, *SETTINGS] if s in asked or (s in GOOD[:4] and s[0] in patients)]
    rows, good, alarms, runs, harmed, kept = [], {}, 0, 0, [], []
    print("| patient | what is wrong | named | also found | watched | treated | treated for | outcome |")
    print("|---|---|---|---|---|---|---|---|")
    with ThreadPoolExecutor(o.jobs) as pool:
        pending = [(s, [pool.submit(train, o, s, seed, mode) for seed in seeds for mode in ("watch", "act")]) for s in chosen]
        for setting, futures in pending:
            results = [f.result() for f in futures]
            kept.append({"patient": setting[0], "wrong": setting[1], "results": results})
            if setting in GOOD[:4]:
                watched = [r for r in results if r["doctor"] == "watch"]
                distance = median_distance(watched)
                good[setting[0]] = {"distance": distance, "quality": statistics.median(quality(r, distance) for r in watched)}
            row = row_of(setting, results, good[setting[0]])
            if not setting[3]:
                runs += len(seeds)
                alarms += sum(len(r["findings"]) for r in results if r["doctor"] == "watch")
                by_seed = {(r["seed"], r["doctor"]): r for r in results}
                pairs = [(by_seed[seed, "watch"], by_seed[seed, "act"]) for seed in seeds]
                harmed += [a["run"] for a, b in pairs if not a["findings"] and not same_bytes(a, b)]
                row["outcome"] = "good"
            rows.append(row)
            print(line_of(row), flush=True)
    planted = [r for r in rows if r["outcome"] != "good"]
    named = sum(r["named"] > r["seeds"] / 2 for r in planted)
    wrong = [r for r in planted if r["outcome"] in ("saved", "lost")]
    saved = sum(r["outcome"] == "saved" for r in wrong)
    print(f"\n{named} of {len(planted)} planted causes were named (for most seeds). {len(wrong)} went wrong, of which {saved} were saved.\n"
          f"{alarms} false alarms in {runs} good runs; {len(harmed)} good runs without a finding were changed.")
    if o.json:
        o.json.write_text(json.dumps({"rows": rows, "runs": kept}, indent=1) + "\n")


if __name__ == "__main__":
    main()
