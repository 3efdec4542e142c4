"""Side by side with alibi 0.9.6 and anchor-exp 0.0.2.0: the same models, the same instances, the same promise.

python bench/peers_setup.py             once
python bench/peers.py                   all cases; about 12 minutes on two free cores
python bench/peers.py --cases adult digits --instances 5 --seeds 2 --packages ours
python bench/peers.py --report          the tables and the picture again, from bench/results/peers.csv

Every package runs in a process and an environment of its own, with one thread. README.md says what is measured.
"""

import argparse
import csv
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
THEIRS, RESULTS = HERE / ".peers" / "venv" / "bin" / "python", HERE / "results"
KINDS = {
    **{case: "table" for case in ("cancer", "adult", "block")},
    **{"snippets": "text", "similar": "text", "digits": "picture", "digits_empty": "picture"},
    **{"near": "listed", "tree": "listed"},
}
SETTINGS = {  # besides the defaults
    ("ours", "table"): ["bare"],
    ("ours", "listed"): ["beam", "surrogate"],
    ("alibi", "text"): ["strict"],
    ("alibi", "listed"): ["strict"],
    **{("anchor_exp", kind): ["strict"] for kind in ("table", "text", "picture", "listed")},
}
SIZES = {"cancer": (10, 2), "similar": (3, 1), "near": (60, 0), "tree": (60, 0)}  # instances, those with all seeds
SLOW = {"similar"}  # half a minute of CPU per explanation for alibi: its defaults only
THREADS = {"cancer"}  # measured once more with as many threads as the libraries like
COLD = {"adult", "snippets", "digits"}  # cases of the first explanation in a fresh process


def settings(package, case):
    """The settings of a package in a case; none where it does not offer the case."""
    if case == "similar" and package == "anchor_exp":
        return []  # its similar words come from a language model on a hub
    more = [] if case in SLOW else SETTINGS.get((package, KINDS[case]), [])
    vectors = case == "similar" and package == "ours" and importlib.util.find_spec("spacy") is not None
    return ["default", *more, *["vectors"] * vectors, *["threads"] * (case in THREADS)]


def sizes(case, setting, options):
    """Instances, seeds, and how many instances are explained with all seeds."""
    instances, repeat = SIZES.get(case, (20, 5))
    instances, repeat = options.instances or instances, min(repeat, options.instances or repeat)
    if setting == "threads":
        return min(instances, 3), 1, 0
    return instances, options.seeds, repeat if setting in ("default", "vectors") else 0


def jobs(options):
    """The command lines of all processes, the longest first."""
    made = []
    for case in options.cases:
        for package in options.packages:
            for setting in settings(package, case):
                n, seeds, repeat = sizes(case, setting, options)
                more = ["--instances", n, "--seeds", seeds, "--repeat", repeat]
                made.append((package, case, setting, ["--setting", setting, *more]))
            if case in COLD:
                made += [(package, case, "cold", ["--cold"])] * 3
    return sorted(made, key=lambda job: (job[1] not in ("similar", "cancer"), job[0] == "ours"))


def run(job):
    """The lines of one process; an empty list, with its complaint printed, if it fails."""
    package, case, setting, more = job
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    environment |= dict(PYTHONPATH=str(HERE.parent)) | ({} if setting == "threads" else dict(OMP_NUM_THREADS="1"))
    start = time.perf_counter()
    with tempfile.NamedTemporaryFile("r", suffix=".csv", newline="") as file:
        command = [sys.executable if package == "ours" else THEIRS, HERE / "run_case.py", "--package", package]
        command += ["--case", case, "--out", file.name, *more]
        done = subprocess.run(list(map(str, command)), env=environment, capture_output=True, text=True)
        lines = list(csv.reader(file))
    complaint = "" if done.returncode == 0 else f"FAILED: {done.stderr.strip().splitlines()[-1]}"
    print(f"{case:13}{package:11}{setting:9}{len(lines):4} lines {time.perf_counter() - start:6.1f} s {complaint}",
          file=sys.stderr, flush=True)  # fmt: skip
    return lines


def store(lines, path):
    """Write all lines, with a head, in a fixed order."""
    from run_case import FIELDS

    path.parent.mkdir(exist_ok=True)
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([FIELDS, *sorted(lines, key=lambda line: (line[2], line[0], line[1]))])


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--packages", nargs="+", default=["alibi", "anchor_exp", "ours"])
    parser.add_argument("--instances", type=int, help="per case, instead of the defaults")
    parser.add_argument("--seeds", type=int, default=5, help="for the instances that show how stable a rule is")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--out", default="peers", help="name of the files in bench/results/")
    parser.add_argument("--report", action="store_true", help="measure nothing, read the CSV file")
    return parser.parse_args()


def main():
    """Measure, store, report."""
    options = arguments()
    path = RESULTS / f"{options.out}.csv"
    if not THEIRS.exists() and not options.report:
        raise SystemExit("first: python bench/peers_setup.py")
    if not options.report:
        with ThreadPoolExecutor(options.jobs) as pool:
            lines = [line for part in pool.map(run, jobs(options)) for line in part]
        store(lines, path)
    import peers_report  # not before the processes were started: a child inherits the peak memory of its parent

    same = json.loads((RESULTS / "peers_same.json").read_text())
    peers_report.report(path, same)


if __name__ == "__main__":
    main()
