"""The search on a surrogate: what each part of it is for, and what binds it."""

import tracemalloc

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from grokking_anchors import AnchorTabular
from grokking_anchors.settings import Settings
from grokking_anchors.surrogate import fit, moves, ridge_logistic, surrogate_of


@pytest.fixture(scope="module")
def tumours():
    """Thirty measurements, a logistic regression."""
    data = load_breast_cancer()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
    return AnchorTabular(model).fit(data.data), data.data


def test_the_longest_rule_is_bound(tumours):
    """Also in what is proposed, not only in what is returned."""
    explainer, X = tumours
    for most in (4, 5):
        found = [explainer.explain(X[i], threshold=0.6, max_anchor_size=most, seed=i) for i in range(8)]
        assert all(one.rule.sum() <= most for one in found) and any(one.certified for one in found)
        assert all(one.meta["search"]["used"] == "surrogate" for one in found)


def model_of(sampler, **options):
    """A fitted surrogate."""
    rng = np.random.default_rng(0)
    model = surrogate_of(sampler, rng, Settings(**options))
    rules = model.states[rng.integers(len(model.states), size=600)]
    fit(model, sampler.draw(rules, rng)[0], rng.random(600))
    return model


def test_long_plans_are_worth_nothing(tumours):
    """A move beyond `max_anchor_size` has precision -1; a tax is taken for each predicate."""
    explainer, X = tumours
    sampler = explainer.sampler(X[0])
    model = model_of(sampler, max_anchor_size=1)
    guess, cover = moves(model, model.free)
    size = model.states.sum(axis=1)
    assert (guess[size > 1] == -1).all() and (guess[size <= 1] >= 0).all()
    model = model_of(sampler)
    cover, model.tax = moves(model, model.free)[1], 0.5
    taxed = moves(model, model.free)[1]
    assert np.allclose(cover - taxed, 0.5 * size)


def test_rungs_save_what_no_proposal_reaches():
    """A regression on ten columns whose rules must be long: the ladder finds one."""
    ill = load_diabetes(scaled=False)
    explainer = AnchorTabular(Ridge().fit(ill.data, ill.target), ill.feature_names).fit(ill.data)
    found = [explainer.explain(ill.data[i], tolerance=60, seed=0) for i in (0, 7, 12, 20, 28)]
    assert sum(one.certified for one in found) >= 4 and found[1].certified


def test_widening_widens(tumours):
    """After the first certified rule it lets go of columns: more coverage on the whole, at more questions."""
    explainer, X = tumours
    whole, first = (
        [explainer.explain(X[i], seed=i, stop_on_first=stop, short=0) for i in range(10)] for stop in (False, True)
    )
    assert all(a.coverage >= b.coverage - 1e-9 for a, b in zip(whole, first) if a.certified)
    assert sum(one.coverage for one in whole) > 1.05 * sum(one.coverage for one in first)
    assert sum(one.queries["rows"] for one in whole) > sum(one.queries["rows"] for one in first)


def test_what_a_surrogate_keeps_grows_with_the_columns_not_with_their_square():
    """Twice the columns, at most 2.6 times the prices; each state is seen in its own column."""
    kept = []
    for d in (30, 60):
        X = np.random.default_rng(0).normal(size=(300, d))
        explainer = AnchorTabular(lambda rows: (rows[:, 0] > 0).astype(int)).fit(X)
        model = model_of(explainer.sampler(X[0]))
        kept.append(sum(held.nbytes for held in model.forced))
        assert [held.shape[2] for held in model.forced] == np.bincount(model.owner).tolist()
    assert kept[1] < 2.6 * kept[0]


def test_of_many_predicates_those_that_tell_get_a_weight():
    """Half of a thousand at most, the three that matter among them; up to a thousand, every one."""
    rng = np.random.default_rng(0)
    held = rng.random((600, 1200)) < 0.5
    agreed = (held[:, [7, 600, 1100]].sum(axis=1) >= 2) * 1.0
    weights = ridge_logistic(held, agreed)
    assert (weights[1:] != 0).sum() == 500 and set(np.argsort(-weights[1:])[:3]) == {7, 600, 1100}
    assert (ridge_logistic(held[:, :1000], agreed)[1:] != 0).all()


def wide(columns):
    """A sampler of a made-up table; the first column alone tells."""
    X = np.random.default_rng(0).normal(size=(300, columns))
    explainer = AnchorTabular(lambda rows: (rows[:, 0] > 0).astype(int), seed=0).fit(X, disc_perc=(25, 50, 75))
    return explainer, X[X[:, 0].argmax()]


def test_a_wide_table_takes_little_memory():
    """300 columns, 900 predicates: each state seen in all columns would be over 100 MB; here it is a fifth."""
    explainer, one = wide(300)
    sampler = explainer.sampler(one)
    tracemalloc.start()
    model_of(sampler)
    height = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert height < 40


def test_many_columns_are_drawn_at_once():
    """Of 400 columns one state each in a draw: as many draws as one column has states, and the free ones."""
    explainer, one = wide(400)
    sampler, rows = explainer.sampler(one), []
    draw = sampler.draw
    sampler.draw = lambda rules, rng: (rows.append(len(rules)), draw(rules, rng))[1]
    model = surrogate_of(sampler, np.random.default_rng(0), rows=30)
    assert sum(rows) == 30 + 1000 + 30 * (np.bincount(model.column).max() - 1)


def test_states_drawn_together_hold_in_their_own_columns():
    """Of many columns each state is still seen written: every row of its own holds what it says."""
    explainer, one = wide(120)
    sampler = explainer.sampler(one)
    model = surrogate_of(sampler, np.random.default_rng(0))
    assert len(sampler.states) > 4_000_000 // (100 * len(sampler.predicates))  # else each is drawn alone
    for c, held in enumerate(model.forced):
        said = model.states[model.column == c][:, model.owner == c]
        assert (held >= said[:, None]).all() and not (held[0] == held[-1]).all()
