"""One package, one setting, one case: explain, count, then check every claim. Run by peers.py in a process of its own.

python bench/run_case.py --package ours --case adult --out rows.csv [--setting strict] [--cold] [--profile]
"""

import argparse
import cProfile
import csv
import pstats
import resource
import sys
import time
import warnings

import numpy as np
from cases import FRESH, LISTED, MOST_ROWS, load
from packages import EXPLAINERS, PACKAGES

FIELDS = [
    *("package", "setting", "case", "instance", "seed", "outcome", "reported", "true", "coverage", "length", "calls"),
    *("rows", "distinct", "outside", "inside", "peak_mb", "base_mb", "rule"),
]


class TooMany(Exception):
    """More rows than an explanation may ask for."""


class Counter:
    """A model that counts calls, rows, distinct rows and its own CPU seconds, and stops at MOST_ROWS."""

    def __init__(self, labels, proba=None):
        self.labels, self.proba = labels, proba and (lambda inputs: self.ask(proba, inputs))
        self.clear()

    def clear(self):
        """Everything is 0 again."""
        self.calls, self.rows, self.inside, self.own, self.seen = 0, 0, 0.0, 0.0, set()

    def __call__(self, inputs, *more):
        return self.ask(self.labels, inputs, *more)

    def ask(self, function, inputs, *more):
        """The model's answers."""
        start = time.process_time()
        answers = function(inputs, *more)
        self.inside += time.process_time() - start
        self.note(inputs)
        self.own += time.process_time() - start
        return answers

    def note(self, inputs):
        """Count. `own` holds the seconds of this, and those of the model."""
        self.calls, self.rows = self.calls + 1, self.rows + len(inputs)
        arrays = isinstance(inputs, np.ndarray) and inputs.dtype.kind not in "UO"
        self.seen.update(hash(one.tobytes() if arrays else str(one)) for one in inputs)
        if self.rows > MOST_ROWS:
            raise TooMany(f"more than {MOST_ROWS} rows")


def look_up(held, problem):
    """Does the model of an enumerated problem agree: `(n,)` floats."""
    return problem.table[held @ problem.powers].astype(float)


def counted(world):
    """The world's model, counting."""
    if world["kind"] == "listed":
        return Counter(look_up)
    model = world["model"]
    return Counter(model.predict, getattr(model, "predict_proba", None) if world["kind"] == "picture" else None)


def megabytes():
    """The largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def explained(prepare, x, seed, model):
    """What was found (None: stopped) and its CPU seconds outside the model; only the package's own work is timed."""
    ask, read = prepare(x, seed)
    model.clear()
    start = time.process_time()
    try:
        answer = ask()
    except TooMany:
        return None, time.process_time() - start - model.own
    outside = time.process_time() - start - model.own
    return read(answer), outside


def line(found, model, outside):
    """The figures of one explanation."""
    cost = dict(calls=model.calls, rows=model.rows, distinct=len(model.seen), outside=outside, inside=model.inside)
    cost["peak_mb"] = megabytes()
    if found is None:
        return cost | dict(outcome="stopped")
    said = dict(outcome="claimed" if found.claimed else "none", reported=found.reported, coverage=found.coverage)
    return cost | said | dict(length=found.length, rule=found.key, true=found.truth)


def checked(found, label, predict, seed=12345):
    """The precision of a claim on fresh rows."""
    rng = np.random.default_rng(seed)
    if found.agrees:
        return float(np.mean(found.agrees(FRESH, rng)))
    return float((np.asarray(predict(found.fresh(FRESH, rng))) == label).mean())


def check_all(runs, world):
    """Write the true precision into each claimed line; equal rules of one instance are checked once."""
    known, predict = {}, world["model"].predict
    for row, found in runs:
        if found is None or not found.claimed:
            continue
        place = row["instance"], found.key
        if place not in known:
            x = world["instances"][row["instance"]]
            label = predict([x] if world["kind"] == "text" else x[None])[0]
            known[place] = checked(found, label, predict)
        row["true"] = known[place]


def plan(instances, seeds, repeat):
    """Instances with seed 0, the first `repeat` of them with all seeds, in the order in which they are run."""
    return [(i, seed) for i in range(instances) for seed in range(seeds if i < repeat else 1)]


def measure(options):
    """One line per explanation."""
    world = load(options.case)
    model, runs = counted(world), []
    prepare = EXPLAINERS[options.package, world["kind"]](world, model, options.setting)
    base = megabytes()
    for i, seed in plan(options.instances, options.seeds, options.repeat):
        x = i if world["kind"] == "listed" else world["instances"][i]
        found, outside = explained(prepare, x, seed, model)
        runs.append((dict(instance=i, seed=seed, base_mb=base) | line(found, model, outside), found))
    if options.case not in LISTED:
        model.clear()
        check_all(runs, world)
    return [row for row, _ in runs]


def cold(options):
    """One line: CPU seconds from the first import of the package to its first explanation, the model apart."""
    world = load(options.case)
    model, x = counted(world), world["instances"][0]
    world["model"].predict([x] if world["kind"] == "text" else x[None])
    start = time.process_time()
    ask, read = EXPLAINERS[options.package, world["kind"]](world, model, "cold")(x, 0)
    answer = ask()
    seconds = time.process_time() - start - model.own
    return [dict(instance=0, seed=0) | line(read(answer), model, seconds)]


def profiled(options, lines=25):
    """Where the CPU goes, printed."""
    profile = cProfile.Profile()
    profile.runcall(measure, options)
    pstats.Stats(profile).sort_stats("tottime").print_stats(lines)


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--package", choices=PACKAGES, required=True)
    parser.add_argument("--case", required=True)
    parser.add_argument("--setting", default="default")
    parser.add_argument("--out", help="a CSV file to add lines to")
    for name, value in (("instances", 5), ("seeds", 1), ("repeat", 0)):
        parser.add_argument(f"--{name}", type=int, default=value)
    for flag in ("cold", "profile"):
        parser.add_argument(f"--{flag}", action="store_true")
    return parser.parse_args()


def main():
    """Measure and write."""
    warnings.filterwarnings("ignore")
    options = arguments()
    if options.profile:
        return profiled(options)
    own = dict(package=options.package, setting="cold" if options.cold else options.setting, case=options.case)
    rows = cold(options) if options.cold else measure(options)
    with open(options.out or sys.stdout.fileno(), "a", newline="") as file:
        csv.DictWriter(file, FIELDS).writerows(own | row for row in rows)


if __name__ == "__main__":
    main()
