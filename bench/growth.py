"""How CPU and memory grow: with columns, training rows, words, pixels and the number of explanations.

python bench/growth.py [--axes columns rows words pixels instances] [--seeds 3]; four minutes on two cores

Every point is measured in a process of its own, with a planted model that costs next to nothing. Writes
bench/results/growth.csv and growth.png.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
SIZES = {
    "columns": [10, 50, 100, 200, 500, 1_000, 2_000],
    "rows": [1_000, 10_000, 100_000, 1_000_000],
    "words": [10, 30, 100, 300, 1_000, 2_000],
    "pixels": [32**2, 64**2, 128**2, 256**2, 512**2, 1024**2],
    "instances": [1, 10, 100, 300],
}
TITLES = {
    "columns": "columns (3,000 rows)",
    "rows": "training rows (10 columns)",
    "words": "words",
    "pixels": "pixels (slic)",
    "instances": "explanations kept (10 columns)",
}
FIELDS = ["axis", "size", "seed", "outcome", "fit", "outside", "inside", "peak_mb", "base_mb", "calls", "rows"]


class Timed:
    """A model that adds up its calls, rows and CPU seconds."""

    def __init__(self, function):
        self.function, self.seconds, self.calls, self.rows = function, 0.0, 0, 0

    def __call__(self, inputs):
        start = time.process_time()
        answers = self.function(inputs)
        self.seconds += time.process_time() - start
        self.calls, self.rows = self.calls + 1, self.rows + len(inputs)
        return answers


def three_high(rows):
    """1 where the first three columns are above 0."""
    return (rows[:, :3] > 0).all(axis=1).astype(int)


def planted_words(texts):
    """1 where both planted words are there."""
    return np.array([int(" w2 " in text and " w7 " in text) for text in texts])


def bright_corner(pictures):
    """1 where the first quarter of the picture is bright on average."""
    half = pictures.shape[1] // 2
    return (pictures[:, :half, :half].mean(axis=(1, 2, 3)) > 128).astype(int)


def table(rows, columns, count=1):
    """An explainer of a random table, fitted, its model, and `count` rows of it that are given 1."""
    from grokking_anchors import AnchorTabular

    data, model = np.random.default_rng(0).normal(size=(rows, columns)), Timed(three_high)
    instances = np.abs(np.random.default_rng(1).normal(size=(count, columns))) + 0.1
    return lambda: AnchorTabular(model).fit(data), model, np.minimum(instances, 2)


def text(words):
    """An explainer of a text of numbered words."""
    from grokking_anchors import AnchorText

    model = Timed(planted_words)
    return lambda: AnchorText(model), model, ["The " + " ".join(f"w{i}" for i in range(words - 2)) + " end"]


def picture(pixels):
    """An explainer of a noisy picture with a bright quarter."""
    from grokking_anchors import AnchorImage

    side, model, rng = int(pixels**0.5), Timed(bright_corner), np.random.default_rng(0)
    image = rng.integers(0, 60, size=(side, side, 3))
    image[: side // 2, : side // 2] += 170
    return lambda: AnchorImage(model, image.shape), model, [image.astype(np.uint8)]


MAKERS = {
    "columns": lambda size: table(3_000, size),
    "rows": lambda size: table(size, 10),
    "words": text,
    "pixels": picture,
    "instances": lambda size: table(3_000, 10, size),
}


def megabytes():
    """The largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def point(axis, size, seed):
    """One measurement, in this process: a small explanation first, so that imports are paid for."""
    make, _, instances = MAKERS[axis](SIZES[axis][0])
    make().explain(instances[0], seed=0)
    make, model, instances = MAKERS[axis](size)
    base, start = megabytes(), time.process_time()
    explainer = make()
    fitted = time.process_time()
    kept = [explainer.explain(one, seed=seed) for one in instances]
    total = time.process_time() - fitted
    told = dict(axis=axis, size=size, seed=seed, outcome=kept[-1].outcome, fit=fitted - start, base_mb=base)
    cost = dict(outside=total - model.seconds, inside=model.seconds, calls=model.calls, rows=model.rows)
    return told | cost | dict(peak_mb=megabytes())


def measured(axis, size, seed):
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--point", axis, str(size), str(seed)]
    environment = dict(os.environ, OMP_NUM_THREADS="1", PYTHONPATH=str(HERE.parent))
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{axis} {size}: {done.stderr}")
    line = json.loads(done.stdout)
    print(f"{axis:10}{size:9,}  fit {line['fit']:.2f} s  explain {line['outside']:.3f} s outside the model  "
          f"peak {line['peak_mb']:.0f} MB (before {line['base_mb']:.0f})  {line['calls']} calls  "
          f"{line['rows']} rows  {line['outcome']}", flush=True)  # fmt: skip
    return line


def curve(axis, lines, name):
    """Teal: medians over seeds, the last one written beside its point; thin: every seed."""
    grouped = groupby(lines, key=lambda line: float(line["size"]))
    sizes, values = zip(*((size, [float(line[name]) for line in some]) for size, some in grouped))
    medians = [np.median(some) for some in values]
    axis.loglog(sizes, medians, "o-", color="#0b7a75", ms=5)
    for size, some in zip(sizes, values):
        axis.plot([size] * len(some), some, ".", color="#8a8f94", ms=4, zorder=1)
    for i in (0, -1):
        label = f"{medians[i]:,.0f} MB" if name == "peak_mb" else f"{medians[i]:.2g} s"
        axis.annotate(label, (sizes[i], medians[i]), (0, 8 if i else -14), textcoords="offset points",
                      ha="right" if i else "left", color="#0b7a75", fontsize=9)  # fmt: skip


def draw(lines, path):
    """CPU above, memory below, one pair for each axis."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    by_axis = {name: list(some) for name, some in groupby(lines, key=lambda line: line["axis"])}
    figure, axes = plt.subplots(2, len(by_axis), figsize=(3.1 * len(by_axis), 5.4), sharey="row", squeeze=False)
    for (name, some), (above, below) in zip(by_axis.items(), axes.T):
        curve(above, some, "outside")
        curve(below, some, "peak_mb")
        below.set_xlabel(TITLES[name], fontsize=10)
        for axis in (above, below):
            axis.spines[["top", "right"]].set_visible(False)
            axis.grid(color="#e4e6e8")
            axis.margins(x=0.12, y=0.2)
    axes[0, 0].set_ylabel("CPU s outside the model")
    axes[1, 0].set_ylabel("peak memory, MB")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main():
    """Measure, store, draw."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--axes", nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--report", action="store_true", help="measure nothing, draw what growth.csv holds")
    parser.add_argument("--point", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.point:
        axis, size, seed = options.point
        return print(json.dumps(point(axis, int(size), int(seed))))
    if options.report:
        with open(RESULTS / "growth.csv", newline="") as file:
            return draw(list(csv.DictReader(file)), RESULTS / "growth.png")
    points = [(axis, size, seed) for axis in options.axes for size in SIZES[axis] for seed in range(options.seeds)]
    with ThreadPoolExecutor(options.jobs) as pool:
        lines = list(pool.map(lambda one: measured(*one), points))
    RESULTS.mkdir(exist_ok=True)
    if (RESULTS / "growth.csv").exists():  # the axes not measured now stay as they are
        with open(RESULTS / "growth.csv", newline="") as file:
            lines += [line for line in csv.DictReader(file) if line["axis"] not in options.axes]
    lines.sort(key=lambda line: (list(SIZES).index(line["axis"]), int(line["size"])))
    with open(RESULTS / "growth.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(lines)
    draw(lines, RESULTS / "growth.png")


if __name__ == "__main__":
    main()
