"""The promise, measured against exact truth: broken promises, coverage, model calls and rows.

OMP_NUM_THREADS=1 python bench/search.py [--problems 260] [--method ours] [--trap]
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

sys.path.insert(0, str(Path(__file__).parent))
import problems  # noqa: E402

from grokking_anchors.asking import BudgetSpent, Queries  # noqa: E402
from grokking_anchors.beam_search import LowerBoundTest, Tally, beam_search, coverage_counter, exceeds  # noqa: E402
from grokking_anchors.search import find_anchor, wilson  # noqa: E402
from grokking_anchors.settings import Settings  # noqa: E402


class PeersTest(LowerBoundTest):
    """Accept when the mean reaches the threshold and the lower bound comes within .05 of it."""

    def __call__(self, candidates, beam):
        """The slack, then the mean."""
        self.slack, settings = 0.05, self.tally.queries.settings
        fine = [i for i in beam if exceeds(self.tally, candidates.rules[[i]], self.slack)]
        hits, pulls = self.tally.count(candidates.rules[fine])
        return super().__call__(candidates, np.array(fine, int)[hits >= settings.threshold * pulls])


def ours(world, seed, delta, **options):
    """The package's search, growing rules: what problems of any size get."""
    options = dict(threshold=0.95, delta=delta, seed=seed, search="beam") | options
    result = find_anchor(world, world.agrees, **options)
    return result.rule if result.certified else None, result.queries


def thorough(world, seed, delta):
    """More of everything."""
    return ours(world, seed, delta, min_samples_start=2000, batch_size=200, beam_size=8, max_pulls=20_000)


def even(world, seed, delta):
    """A bandit that pulls every arm equally often, three batches of each."""
    return ours(world, seed, delta, bandit=equally)


def equally(pull, arms, n_top, batch_size, **options):
    """Notebook 05b's exercise."""
    for _ in range(3):
        arms = arms.asked(pull, np.full(len(arms.hits), batch_size))
        yield arms.best(n_top), arms


def auto(world, seed, delta):
    """As users get it: every input, where they are few."""
    return ours(world, seed, delta, search="auto")


def talk(world, seed, delta, accept=LowerBoundTest):
    """Notebook 04: the lower bound as acceptance, no fresh samples."""
    queries = Queries(world, world.agrees, Settings(delta=delta))
    tally = Tally(queries, np.random.default_rng(seed))
    test = accept(tally)
    try:
        tally.draw(np.zeros((1, len(world.predicates)), bool), [100])
        list(beam_search(tally, test, coverage_counter(world, 10_000, np.random.default_rng([seed, 1]))))
    except BudgetSpent:
        pass
    return test.best_rule, queries.counts()


def slack(world, seed, delta):
    """The acceptance rule of today's packages on the same search."""
    return talk(world, seed, delta, PeersTest)


def measure(method, family, seed, delta, d):
    """One run: claimed, broken, coverage over the best possible, calls, rows, distinct rows."""
    world = problems.problem(family, seed, d)
    rule, queries = method(world, seed, delta)
    cost = queries["calls"], queries["rows"], queries["distinct"]
    if rule is None:
        return (0, 0, 0.0, *cost)
    precision, coverage = world.truth(rule)
    broken = precision < 0.95
    return (1, broken, 0.0 if broken else coverage / world.best_coverage(0.95), *cost)


def line(method, family, runs):
    """One line of the table: means over `(n, 6)` runs, the share of broken promises with its interval."""
    claims, broken, *means = runs.mean(axis=0)
    low, high = wilson(broken, len(runs))
    cells = [f"{value:9.3f}" if i == 0 else f"{value:9.2f}" for i, value in enumerate(means)]
    return f"{method:9} {family:10} {len(runs):5} {claims:7.3f} {broken:7.4f} [{low:.4f}, {high:.4f}] {' '.join(cells)}"


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--problems", type=int, default=260, help="per family")
    methods = ["ours", "auto", "thorough", "even", "talk", "slack"]
    parser.add_argument("--method", nargs="+", default=["ours"], choices=methods)
    parser.add_argument("--delta", type=float, default=0.05)
    parser.add_argument("--trap", action="store_true", help="d = 14, every short rule near .9475")
    options = parser.parse_args()
    families, d = ([problems.trap], 14) if options.trap else (problems.FAMILIES, None)
    jobs = [(family, seed) for family in families for seed in range(options.problems)]
    print("method    family      runs  claims  broken [95 %]            coverage     calls      rows  distinct")
    for name in options.method:
        work = (delayed(measure)(globals()[name], family, seed, options.delta, d) for family, seed in jobs)
        table = np.array(Parallel(n_jobs=-1)(work), float)
        for family in families:
            print(line(name, family.__name__, table[[job[0] is family for job in jobs]]))
        print(line(name, "all", table))


if __name__ == "__main__":
    main()
