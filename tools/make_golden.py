#!/usr/bin/env python3
"""Golden numbers for the tests: writes gan/golden/*.json.

    /usr/bin/python3 tools/make_golden.py [PART ...]

The parts are the modules of tools/golden/; without a PART, all of them. A part whose Python package is missing is left out:
a line names the Debian package to install, and the exit status is 1.
"""
import argparse
import importlib
import importlib.util
import sys

sys.dont_write_bytecode = True  # leave no __pycache__ among the sources

PARTS = {  # part: the Python package that it needs, the Debian package that has it
    "game": ("torch", "python3-torch"),
    "penalties": ("torch", "python3-torch"),
    "tied": ("numpy", "python3-numpy"),
    "deep": ("numpy", "python3-numpy"),
    "nce": ("numpy", "python3-numpy"),
    "rbm": ("sklearn", "python3-sklearn"),
    "scores": ("sklearn", "python3-sklearn"),
}


def main():
    parser = argparse.ArgumentParser(description="Writes gan/golden/*.json.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)} [all]")
    parts = parser.parse_args().parts or list(PARTS)
    for part in parts:
        if part not in PARTS:
            parser.error(f"no part is called {part}; there are {', '.join(PARTS)}")
    missing = False
    for part in parts:
        needed, package = PARTS[part]
        if importlib.util.find_spec(needed) is None:
            print(f"{part}: left out, as Python has no {needed}: apt install {package}", file=sys.stderr)
            missing = True
            continue
        importlib.import_module(f"golden.{part}").write()
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
