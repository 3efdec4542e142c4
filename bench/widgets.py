"""How long a key press takes: the callback of each widget of notebook 10, from the new value to the new page.

OMP_NUM_THREADS=1 python bench/widgets.py
"""

import time

import numpy as np

from grokking_anchors import AnchorText
from grokking_anchors.asking import agreement
from grokking_anchors.encoding import all_rules, coverage, precision
from grokking_anchors.sampling import toy_model, toy_sampler
from grokking_anchors.words import movie_snippets, sentiment_model
from grokking_anchors.workshop.knobs import page
from grokking_anchors.workshop.views import belief_view, hold_view, race_view, record_races, threshold_view
from grokking_anchors.workshop.widgets import compare_view, roll_view, staircase_view


def measure(name, view, values, repeats=7):
    """Print the median and the largest time of a view over some values."""
    page(view(values[0]))
    times = []
    for value in values * repeats:
        start = time.perf_counter()
        page(view(value))
        times.append(1000 * (time.perf_counter() - start))
    print(f"{name:34} median {np.median(times):4.0f} ms, largest {max(times):4.0f} ms")


def main():
    """All views."""
    sampler, truth = toy_sampler(), np.array([0.92, 0.88, 0.80, 0.74, 0.70, 0.55, 0.40, 0.30])
    agrees, rules = agreement(toy_model, ["Python is the best programming language."]), all_rules(6)
    held, choices, weights = sampler.enumerate()
    agreed = agrees(sampler.render(choices))
    exact = precision(rules, held, agreed, weights), coverage(rules, held, weights)
    names, races = [str(rule) for rule in rules], record_races(truth, [0.05, 0.1])
    model = sentiment_model(*movie_snippets())
    found = AnchorText(model, seed=0).explain("A well made thriller with a certain level of intelligence.")
    measure("1 hold these words, 400 neighbours", lambda i: hold_view(sampler, agrees, rules[i], 400), [0, 4, 20])
    measure("2 threshold", lambda t: threshold_view(*exact, names, t), [0.5, 0.8, 0.95])
    measure("3 belief", lambda n: belief_view(n // 2, n), [10, 100, 500])
    measure("4 race", lambda step: race_view(races, truth, 0.05, step), [1, 10, 40])
    measure("5, 6 two settings", lambda title: compare_view({title: found, "B": found}), ["A", "C"])
    measure("7 roll of neighbours", lambda i: roll_view(found, i), [1, 2])
    measure("explore: staircase", lambda t: staircase_view(found, t), [0.5, 0.95])


if __name__ == "__main__":
    main()
