"""Short rules, and bins that reach: length against coverage, and where the edges of a table come from."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from grokking_anchors import AnchorTabular, Sampler, find_anchor
from grokking_anchors.search import best_listed, chain, is_shorter
from grokking_anchors.settings import Settings

SHARES = 0, 0.1, 0.3, 0.6, 0.99
QUARTILES = 25, 50, 75


@pytest.fixture(scope="module")
def tumours():
    """Thirty columns that move together, and a linear model."""
    data = load_breast_cancer()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
    return AnchorTabular(model, seed=0).fit(data.data), data.data


@pytest.fixture(scope="module")
def flowers():
    """Iris, and a tree that cuts where no quartile lies."""
    data = load_iris()
    return DecisionTreeClassifier(max_depth=3, random_state=0).fit(data.data, data.target), data.data


# ---- length against coverage -----------------------------------------------------------------


@pytest.mark.parametrize("question", ["perturb", "observe"])
def test_a_larger_short_never_gives_a_longer_rule(tumours, question):
    """In predicates and in columns; the coverage that is left is at least the share that was asked for."""
    explainer, X = tumours
    shorter = 0
    for i in (0, 40):
        found = [explainer.explain(X[i], short=short, distribution=question, count_rows=0) for short in SHARES]
        for size in ([int(one.rule.sum()) for one in found], [len(one.anchor) for one in found]):
            assert size == sorted(size, reverse=True)
        wide, certified = found[0].coverage, [one.certified for one in found]
        assert all(certified)
        assert all(one.coverage >= (1 - short) * wide - 1e-9 for one, short in zip(found, SHARES))
        shorter += found[0].rule.sum() - found[-1].rule.sum()
    assert shorter > 0


def test_tables_give_up_a_fifth_by_default(tumours):
    """The same rule as with short=.2; what it gave up is said, and is one argument away."""
    explainer, X = tumours
    told = 0
    for i in (0, 60):
        one, same, wide = (explainer.explain(X[i], count_rows=0, **how) for how in ({}, dict(short=0.2), dict(short=0)))
        assert one.anchor == same.anchor and one.coverage >= 0.8 * wide.coverage
        if one.coverage < wide.coverage:
            told += 1
            assert f"{wide.rule.sum()} predicates covers {wide.coverage:.3g} (short=0)" in one.reason
        assert "short=0" not in wide.reason
    assert told


def test_the_default_is_shorter_than_the_widest(tumours):
    """Over five tumours: fewer predicates, four fifths of the coverage at least."""
    explainer, X = tumours
    found = [[explainer.explain(X[i], short=s, seed=i, count_rows=0) for i in range(100, 200, 20)] for s in (None, 0)]
    sizes, covers = np.array([[(one.rule.sum(), one.coverage) for one in row] for row in found]).transpose(2, 0, 1)
    assert sizes[0].mean() < sizes[1].mean() and (covers[0] >= 0.8 * covers[1] - 1e-9).all()


def test_a_budget_keeps_what_is_certified(tumours):
    """Wherever it ends the search, it binds, and short stays monotonic."""
    explainer, X = tumours
    for most in (2000, 8000):
        found = [explainer.explain(X[20], short=short, max_queries=most, count_rows=0) for short in SHARES[::2]]
        assert all(one.queries["rows"] <= most for one in found)
        sizes = [int(one.rule.sum()) for one in found]
        assert sizes == sorted(sizes, reverse=True)


class Four(Sampler):
    """Three predicates about one column, one about another; 16 inputs."""

    predicates, columns, exact_reuse, n_inputs = list("abcd"), np.array([0, 0, 0, 1]), True, 16

    def draw(self, rules, rng):
        held = rules | (rng.random(rules.shape) < 0.5)
        return held, held

    def render(self, choices):
        return choices

    def enumerate(self):
        held = np.indices((2,) * 4).reshape(4, -1).T == 1
        return held, held, np.full(16, 1 / 16)


def test_shorter_means_fewer_predicates_and_no_more_columns():
    """A rule about two columns is not shorter than three bounds of one."""
    one, two, three = (np.array(list(bits)) == "1" for bits in ("0010", "0011", "1110"))
    assert is_shorter(Four(), one, two) and is_shorter(Four(), one, three) and not is_shorter(Four(), two, two)
    assert not is_shorter(Four(), two, three)  # three bounds of one column


def test_links_of_a_chain_are_certified_and_get_shorter(tumours):
    """From the widest on."""
    explainer, X = tumours
    sampler = explainer.sampler(X[20])
    result = find_anchor(sampler, lambda rows: explainer.predictor(rows) == explainer.predictor(X[[20]]), seed=0)
    links = chain(sampler, result.tested)
    assert all(link.certificate.verdict == "certified" for link in links)
    assert all(is_shorter(sampler, b.rule, a.rule) and b.coverage <= a.coverage for a, b in zip(links, links[1:]))
    assert links[0].coverage == max(t.coverage for t in result.tested if t.certificate.verdict == "certified")


def test_a_listing_gives_up_coverage_for_fewer_predicates():
    """Of valid rules that cover enough, the one of fewest predicates; with nothing to give, the widest."""
    precisions, coverages = np.ones(8), np.array([0.1, 0.2, 0.3, 0.8, 0.4, 0.5, 0.6, 1.0])
    found = [best_listed(precisions, coverages, Settings(), given)[0] for given in (0, 0.25, 0.6, 0.95)]
    assert found == [7, 3, 4, 0]


def test_other_kinds_give_up_nothing():
    """Unless they are asked to."""
    assert Sampler.short == 0 and Settings().short is None


@pytest.mark.parametrize("wrong", [-0.1, 1, 1.5, "long"])
def test_short_is_a_share(tumours, wrong):
    """Below 1; the message names it."""
    explainer, X = tumours
    with pytest.raises((ValueError, TypeError), match="short"):
        explainer.explain(X[0], short=wrong)


def test_a_claim_has_nothing_to_give_up(tumours):
    """A rule of one's own is tested as it is."""
    explainer, X = tumours
    with pytest.raises(TypeError, match="short"):
        explainer.evaluate({"column 0": (None, 100)}, X[0], short=0.1)


# ---- bins that reach -------------------------------------------------------------------------


def test_default_bins_reach_where_quartiles_do_not(flowers):
    """The edges of the model's answers are among them; the result says so, and nearly all is certified."""
    model, X = flowers
    by_default = AnchorTabular(model).fit(X)
    quartiles = AnchorTabular(model).fit(X, disc_perc=QUARTILES)
    good, poor = (
        [one.explain(X[i], seed=i, count_rows=0) for i in range(0, 150, 7)] for one in (by_default, quartiles)
    )
    assert sum(one.certified for one in good) >= 21 > 16 >= sum(one.certified for one in poor)
    assert all("answers change" in one.facts()["Bins"] and one.meta["bins"] for one in good)
    assert any(abs(edge - 2.45) < 0.5 for edge in by_default.table.columns[2].edges)


@pytest.mark.parametrize("how", [dict(disc_perc=QUARTILES), dict(bins=QUARTILES)])
def test_what_is_asked_for_is_not_refined(flowers, how):
    """The edges are the quartiles, the model is not asked, and the result has nothing to say of it."""
    model, X = flowers
    asked = []
    explainer = AnchorTabular(lambda rows: asked.append(len(rows)) or model.predict(rows)).fit(X, **how)
    assert not asked
    for column, values in zip(explainer.table.columns, X.T):
        cuts = np.percentile(values, QUARTILES)
        assert len(column.edges) <= 3
        assert {(values <= e).sum() for e in column.edges} <= {(values <= c).sum() for c in cuts}
    found = explainer.explain(X[60], seed=0, count_rows=0)
    assert "Bins" not in found.facts() and found.meta["bins"] == ""


def test_fit_asks_about_a_thousand_rows_at_most():
    """In calls of at most 100; the quartiles are those of all rows."""
    asked, X = [], np.random.default_rng(0).normal(size=(3000, 2))
    model = lambda rows: asked.append(len(rows)) or (rows[:, 0] > 1.2).astype(int)
    column, other = AnchorTabular(model).fit(X).table.columns
    assert sum(asked) == 1000 and max(asked) <= 100
    assert any(abs(edge - 1.2) < 0.1 for edge in column.edges)
    for cut in np.percentile(X[:, 0], QUARTILES):
        assert any(abs((X[:, 0] <= edge).sum() - (X[:, 0] <= cut).sum()) <= 3 for edge in column.edges)
    assert len(other.edges) >= 3


def test_a_model_that_fails_at_fit_is_no_obstacle():
    """Then the quartiles alone, and the result says why."""
    calls, X = [], np.random.default_rng(0).normal(size=(200, 2))

    def model(rows):
        calls.append(len(rows))
        if len(calls) == 1:
            raise ConnectionError("no line")
        return (rows[:, 0] > 0).astype(int)

    found = AnchorTabular(model, seed=0).fit(X).explain(X[0])
    assert "quartiles" in found.meta["bins"] and "no line" in found.facts()["Bins"]
    with pytest.raises(ConnectionError):
        calls.clear()
        AnchorTabular(model).fit(X, bins="tree")


def test_huge_and_missing_numbers_do_not_hurt():
    """A tree sees floats of 32 bits; a model that answers NaN is not asked further at fit, and that is said."""
    X = pd.DataFrame(dict(x=np.r_[np.arange(50) * 1e300, [np.nan] * 10], y=np.arange(60.0)))
    explainer = AnchorTabular(lambda rows: np.where(rows.y > 30, np.nan, rows.y)).fit(X)
    assert len(explainer.table.columns[1].edges) >= 3 and "NaN" in explainer.cut_by


def test_no_anchor_says_what_helps(flowers):
    """Other bins, finer ones, the other question, a larger tolerance: each where it fits."""
    model, X = flowers
    coarse = AnchorTabular(model, seed=0).fit(X, disc_perc=(50,))
    found = coarse.explain(X[60])
    assert not found.certified
    for helps in ("bins='tree'", "disc_perc=range(10, 100, 10)", "distribution='observe'"):
        assert helps in found.reason
    assert "tolerance" not in found.reason and found.reason in " ".join(str(found).split())
    near = coarse.evaluate({"column 0": (None, 6)}, X[60])
    assert not near.certified and "help" not in near.reason
    number = AnchorTabular(lambda rows: rows.sum(axis=1), seed=0).fit(X)
    poor = number.explain(X[60], tolerance=0.01)
    assert not poor.certified and "a larger tolerance" in poor.reason and "bins='tree'" not in poor.reason
