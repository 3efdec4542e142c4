"""Views of 03 to 05b: ranges follow one another, things keep their place, edges end where they should."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from grokking_anchors.asking import agreement
from grokking_anchors.sampling import toy_model, toy_sampler
from grokking_anchors.workshop import figures, views
from grokking_anchors.workshop.knobs import live

TRUTH = np.array([0.92, 0.88, 0.80, 0.74, 0.70, 0.55, 0.40, 0.30])
WORDS = np.array("Python is the best programming language".split())


def name(rule):
    """A rule in braces."""
    return "{" + ", ".join(WORDS[rule]) + "}"


@pytest.fixture(scope="module")
def races():
    """Races with a small and a large tolerance."""
    return views.record_races(TRUTH, [0.1, 0.3], repeats=5)


@pytest.fixture(scope="module")
def searches():
    """The toy's search with a narrow and a wide beam."""
    agrees = agreement(toy_model, ["Python is the best programming language."])
    return views.searches_of(toy_sampler(), agrees, [1, 4])


def ranges(ax):
    """What the axes reach from and to."""
    return *ax.get_xlim(), *ax.get_ylim()


# ---- 03 -------------------------------------------------------------------------------------------


def test_hits_never_exceed_the_pulls():
    """When pulls shrink, the hits follow: slider and sentence say the same."""
    panel = live(views.belief_view, dict(pulls=500, hits=450), pulls=[10, 50, 500], hits=views.hits_of)
    for pulls in (50, 10, 500, 10):
        panel.controls["pulls"].value = pulls
        hits = panel.values["hits"]
        assert hits <= pulls and f">{hits} hits in {pulls} pulls" in panel.screen.value


def test_rounds_follow_tau(races):
    """A race that ends earlier has fewer rounds to choose from, and no text names a round past the end."""
    rounds = lambda tau: range(1, len(races[tau][0]) + 1)
    view = lambda tau, step: views.race_view(races, TRUTH, tau, step)
    last = len(races[0.1][0])
    assert len(races[0.3][0]) < last
    panel = live(view, dict(tau=0.1, step=last), tau=[0.1, 0.3], step=rounds)
    panel.controls["tau"].value = 0.3
    end = len(races[0.3][0])
    assert panel.values["step"] == end and f"Tau 0.3, round {end} of {end}" in panel.screen.value


def test_arms_keep_their_place(races):
    """In every round arm i lies in line i, on the same axes; two are thick until it is decided, and none then."""
    seen = set()
    for step, state in enumerate(races[0.1][0], 1):
        ax = views.race_view(races, TRUTH, 0.1, step).picture.axes[0]
        seen.add(ranges(ax))
        bars = [line for line in ax.lines if len(line.get_xdata()) == 2]
        for i in range(len(TRUTH)):
            (bar,) = (bar for bar in bars if list(bar.get_ydata()) == [i, i])
            assert list(bar.get_xdata()) == [state.lower[i], state.upper[i]]
        labels = [label.get_text() for label in ax.get_yticklabels()]
        assert [re.match(r"arm (\d)", label)[1] for label in labels] == list("01234567")
        assert [i for i, label in enumerate(labels) if "✓" in label] == sorted(state.beam)
        thin = min(bar.get_linewidth() for bar in bars)
        assert sum(bar.get_linewidth() > thin for bar in bars) == (0 if state.gap <= 0.1 else 2)
        title = "".join(ax.get_title(side) for side in ("left", "center"))
        assert title.endswith("decided") == (step == len(races[0.1][0]))
    assert len(seen) == 1


# ---- 04 -------------------------------------------------------------------------------------------


def segments(ax):
    """Both ends of every edge."""
    loose = [np.c_[line.get_xdata(), line.get_ydata()] for line in ax.lines]
    return loose + [path for many in ax.collections if isinstance(many, LineCollection) for path in many.get_segments()]


def test_edges_end_at_boxes(searches):
    """Each edge runs from the right side of one box to the left side of another, and through none."""
    ax = figures.search_tree(searches[4], name).axes[0]
    boxes = [box.get_bbox() for box in ax.patches]
    edges = segments(ax)
    assert len(boxes) == sum(len(level.candidates.rules) for level in searches[4]) and len(edges) >= len(boxes) - 1
    for (left, low), (right, high) in edges:
        assert any(np.isclose(left, box.x1) and box.y0 < low < box.y1 for box in boxes)
        assert any(np.isclose(right, box.x0) and box.y0 < high < box.y1 for box in boxes)
        assert not any(box.x0 < (left + right) / 2 < box.x1 for box in boxes)


def test_tree_keeps_its_axes_and_whole_names(searches):
    """Whatever has grown, one beam has one scale; each rule's whole name is in the picture."""
    for beam_size, levels in searches.items():
        axes = [views.tree_view(searches, name, beam_size, step).picture.axes[0] for step in views.tree_steps(levels)]
        assert len({ranges(ax) for ax in axes}) == 1
        told = " ".join(text.get_text() for text in axes[-1].texts)
        assert all(name(rule) in told for level in levels for rule in level.candidates.rules)


# ---- 05, 05b --------------------------------------------------------------------------------------


def test_bets_have_equal_axes():
    """Of two panels neither is wider or higher, and no axis moves with the samples that are seen."""
    rng = np.random.default_rng(0)
    games = {0.95: rng.random((3, 50))}
    assert len({ranges(views.bet_view(games, 0.95, seen).picture.axes[0]) for seen in (1, 20, 50)}) == 1
    one, other = figures.betting(rng.random((3, 50)), 2 ** rng.random((3, 50)).cumsum(axis=1), goal=20).axes
    assert ranges(one) == ranges(other)


def test_search_view_tells_every_strategy():
    """Rule, coverage and samples of each; a rule without a certificate is called no anchor."""
    rule = np.array([False, True, False, True, False, False])
    found = dict(rule=rule, precision=0.99, precision_interval=(0.96, 1.0), coverage=0.25, queries=dict(rows=1574))
    ways = {"beam": SimpleNamespace(**found, certified=True), "exact": SimpleNamespace(**found, certified=False)}
    text = views.search_view({(0.95, 0.1): ways}, name, 0.95, 0.1).text
    assert text == (
        "Threshold 0.95, delta 0.1: beam finds the anchor {is, best}, coverage 0.25, 1,574 samples; "
        "exact finds no anchor, closest is {is, best}, coverage 0.25, 1,574 samples."
    )
