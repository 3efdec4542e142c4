"""The environment of the peers, and the models that all packages explain. Run it once; about two minutes.

python bench/peers_setup.py             makes bench/.peers/ with alibi 0.9.6, anchor-exp 0.0.2.0 and all fitted models
python bench/peers_setup.py --models    only the models and the check
"""

import argparse
import json
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import problems
import sklearn
from cases import LISTED, PLACE

HERE = Path(__file__).resolve().parent
THEIRS = PLACE / "venv" / "bin" / "python"
SAME = HERE / "results" / "peers_same.json"


def install():
    """A virtual environment with both peers and the scikit-learn version of this one."""
    venv.create(PLACE / "venv", with_pip=True)
    wanted = ["-r", str(HERE / "peers_requirements.txt"), f"scikit-learn=={sklearn.__version__}"]
    subprocess.run([THEIRS, "-m", "pip", "install", "-q", *wanted], check=True)


def store_problems(n=200):
    """Enumerated problems as arrays: chances to keep `(n, 14)` and tables `(n, 2**14)`, padded; sizes `(n,)`."""
    for name in LISTED:
        made = [problems.problem(getattr(problems, name), 1000 + seed) for seed in range(n)]
        keep, table = np.zeros((n, 14)), np.zeros((n, 2**14), bool)
        for i, one in enumerate(made):
            keep[i, : len(one.keep)], table[i, : len(one.table)] = one.keep, one.table
        np.savez_compressed(PLACE / f"{name}.npz", keep=keep, table=table, sizes=[len(one.keep) for one in made])


def said(python):
    """The fingerprints of the labels in the environment of this interpreter."""
    told = subprocess.run([python, HERE / "cases.py", "check"], check=True, capture_output=True, text=True)
    return json.loads(told.stdout)


def compare():
    """Do the models answer alike in both environments? Stored for the report; raises SystemExit if not."""
    ours, theirs = said(sys.executable), said(THEIRS)
    same = {name: ours[name] == theirs[name] for name in ours}
    SAME.parent.mkdir(exist_ok=True)
    SAME.write_text(json.dumps(same, indent=1) + "\n")
    print("labels of all instances and of 1,000 random inputs are equal in both environments:", same)
    if not all(same.values()):
        raise SystemExit("the environments disagree: nothing can be compared")


def main():
    """Install, fit, compare."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", action="store_true", help="leave the environment as it is")
    PLACE.mkdir(exist_ok=True)
    if not parser.parse_args().models:
        install()
    subprocess.run([THEIRS, HERE / "cases.py", "build"], check=True)  # older numpy: both can read what it writes
    store_problems()
    compare()


if __name__ == "__main__":
    main()
