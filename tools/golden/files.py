"""Reading and writing the JSON files of gan/golden/."""
import json
import math
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "gan" / "golden"
SAME = 1e-9  # releases of a library differ by less: in the order of a sum, say


def read(name):
    """What is stored under this name; None where nothing is."""
    file = FOLDER / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def difference(a, b):
    """The largest absolute difference between the numbers of two JSON values; infinity where they differ in another way."""
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (a, b))
    if numbers:
        return abs(a - b) if math.isfinite(a - b) else math.inf
    if isinstance(a, dict) and isinstance(b, dict) and list(a) == list(b):
        return max((difference(a[key], b[key]) for key in a), default=0.0)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return max(map(difference, a, b), default=0.0)
    return 0.0 if type(a) is type(b) and a == b else math.inf


def write(name, value, indent=None, row_a_line=False):
    """Stores the value, unless what is stored is the same but for rounding; says which."""
    if row_a_line:
        text = "[" + ",\n".join(json.dumps(row) for row in value) + "]\n"
    else:
        text = json.dumps(value, indent=indent) + "\n"
    stored = read(name)
    by = math.inf if stored is None else difference(stored, json.loads(text))
    if by < SAME:
        print(f"{name}.json: as it was (largest difference {by:.1g})")
        return
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{name}.json: written (largest difference {by:.1g})")
