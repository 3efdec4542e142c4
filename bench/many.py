"""Are two workers faster than one? 100 rows of census, a pipeline with gradient boosting; the ratio of both.

OMP_NUM_THREADS=1 python bench/many.py [--rows 100] [--workers 2] [--repeat 3] [--question perturb]
"""

import argparse
import pickle
import resource
import time

import numpy as np
from joblib.externals.loky import get_reusable_executor
from tabular import census

from grokking_anchors import AnchorTabular, explain_many


def seconds(explainer, rows, n_jobs, **options):
    """Wall and CPU seconds of all rows, the start of the workers and their CPU included; and the rules."""
    start, cpu = time.perf_counter(), spent()
    found = explain_many(explainer, rows, n_jobs=n_jobs, **options)
    wall = time.perf_counter() - start
    if n_jobs > 1:
        get_reusable_executor().shutdown(wait=True)  # the next run starts them again; their CPU is counted now
    return wall, spent() - cpu, [one.anchor for one in found]


def spent():
    """CPU of this process and of all that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def main():
    """A line for each repetition, and the median of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--question", default="perturb")
    args = parser.parse_args()
    model, train, test, _ = census()
    explainer = AnchorTabular(model, seed=0).fit(train)
    print(f"explainer: {len(pickle.dumps(explainer)) / 1e6:.1f} MB")
    ratios, options = [], dict(distribution=args.question)
    explainer.explain(test.iloc[[0]], **options)  # what is loaded once
    for _ in range(args.repeat):
        one, cpu, rules = seconds(explainer, test[: args.rows], 1, **options)
        several, cpus, same = seconds(explainer, test[: args.rows], args.workers, **options)
        assert rules == same
        ratios.append(one / several)
        print(f"1 worker {one:.1f} s (CPU {cpu:.1f}), {args.workers} workers {several:.1f} s (CPU {cpus:.1f}), "
              f"{ratios[-1]:.2f} times as fast, {cpu / cpus * args.workers:.2f} by CPU (other processes do not count)",
              flush=True)  # fmt: skip
    print(f"median: {np.median(ratios):.2f} times as fast")


if __name__ == "__main__":
    main()
