"""Random problems with exact truth: every rule's precision and coverage is known by enumeration.

Predicates hold independently; a table says for each of the 2**d patterns whether the model agrees.
"""

import numpy as np

from grokking_anchors.encoding import all_rules
from grokking_anchors.sampling import IndependentSampler
from grokking_anchors.search import superset_sums


class Problem(IndependentSampler):
    """A sampler, its model, and the truth about all 2**d rules; coverage is counted, as if no formula were known."""

    def __init__(self, keep, table):
        super().__init__([f"p{i}" for i in range(len(keep))], keep)
        self.table, self.powers = table.astype(float), 2 ** np.arange(len(keep))[::-1]
        held, _, weights = self.enumerate()
        self.exact_coverage = superset_sums(held, weights)
        self.exact_precision = superset_sums(held, weights * self.table) / self.exact_coverage

    def coverage(self, rules):
        """No formula."""
        return None

    def render(self, choices):
        """The input is the pattern itself."""
        return choices

    def agrees(self, inputs):
        """Look the pattern up."""
        return self.table[inputs @ self.powers]

    def truth(self, rule):
        """Exact precision and coverage of one rule."""
        i = int(rule @ self.powers)
        return self.exact_precision[i], self.exact_coverage[i]

    def best_coverage(self, threshold):
        """The largest coverage that any rule of sufficient precision has."""
        return self.exact_coverage[self.exact_precision >= threshold].max()


def random_tree(held, rng, depth):
    """A decision tree over predicates with random leaves, as a table."""
    if depth == 0 or rng.random() < 0.1:
        return np.full(len(held), rng.random() < 0.5)
    return np.where(
        held[:, rng.integers(held.shape[1])], random_tree(held, rng, depth - 1), random_tree(held, rng, depth - 1)
    )


def tree(held, rng):
    """One tree of depth 3 to 5."""
    return random_tree(held, rng, rng.integers(3, 6))


def forest(held, rng):
    """The majority of 15 trees."""
    return np.mean([random_tree(held, rng, 4) for _ in range(15)], axis=0) > 0.5


def majority(held, rng):
    """A weighted vote of some predicates."""
    weights = rng.exponential(size=held.shape[1]) * (rng.random(held.shape[1]) < 0.7)
    weights[rng.integers(len(weights))] += 1
    return held @ weights > weights.sum() * rng.uniform(0.4, 0.8)


def linear(held, rng):
    """A linear model with weights of both signs."""
    return held @ rng.normal(size=held.shape[1]) + 0.3 * rng.normal() > 0


def either(held, rng):
    """One of up to three conjunctions of up to three predicates."""
    parts = [
        held[:, rng.choice(held.shape[1], rng.integers(1, 4), replace=False)].all(axis=1)
        for _ in range(rng.integers(1, 4))
    ]
    return np.any(parts, axis=0)


def near(held, rng):
    """A planted rule whose precision lies within .025 of .95; elsewhere the model wavers."""
    planted = held[:, rng.choice(held.shape[1], rng.integers(1, 4), replace=False)].all(axis=1)
    return rng.random(len(held)) < np.where(planted, rng.uniform(0.935, 0.975), rng.uniform(0.2, 0.8))


def mostly(held, rng):
    """The model nearly always says the same, so that the empty rule is (nearly) valid."""
    return rng.random(len(held)) < rng.uniform(0.955, 0.995)


def only_full(held, rng):
    """Noise: hardly any rule is valid but the one that holds everything."""
    return rng.random(len(held)) < rng.uniform(0.3, 0.8)


def trap(held, rng):
    """Every short rule lies near .9475."""
    return rng.random(len(held)) < 0.9475


FAMILIES = [tree, forest, majority, linear, either, near, mostly, only_full]


def problem(family, seed, d=None):
    """Problem number `seed` of a family; 6 to 14 predicates unless `d` is given."""
    rng = np.random.default_rng([FAMILIES.index(family) if family in FAMILIES else 99, seed])
    d = d or rng.integers(6, 15)
    while True:
        keep = rng.uniform(0.2, 0.8, d) if rng.random() < 0.5 else np.full(d, 0.5)
        table = family(all_rules(d), rng)
        if not table[-1]:  # the instance itself must agree
            table = (
                ~table
                if family in (tree, forest, majority, linear)
                else np.where(np.arange(2**d) == 2**d - 1, True, table)
            )
        made = Problem(keep, table)
        if family in (mostly, trap) or made.exact_precision[0] < 0.95:
            return made
