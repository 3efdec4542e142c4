"""Tables: the sampler against exact truth, frames as they come, bad input, many instances, published examples."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from grokking_anchors import AnchorTabular, explain_many, gen_category_map, pick
from grokking_anchors.explanation import Explanation
from grokking_anchors.many import Failure
from grokking_anchors.rows import ObservedSampler, TableSampler, bounds_of


def small_table(n=60, seed=0):
    """A table of three correlated columns with few values, and labels that need two of them."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=n)
    X = np.column_stack([np.round(hidden + rng.normal(size=n) * 0.7) for _ in range(3)])
    return X, (X[:, 0] + X[:, 1] + 0.3 * X[:, 2] > 0.5).astype(int)


X, y = small_table()
TREE = DecisionTreeClassifier(random_state=0).fit(X, y)
FOREST = RandomForestClassifier(20, random_state=0).fit(X, y)


def written_truth(model, table, spans, rule, label):
    """Exact precision under `perturb`: every base row with every combination of fitting training values."""
    named = sorted(set(spans[rule, 0].tolist()))
    pools = []
    for j in named:
        mine = spans[rule & (spans[:, 0] == j)]
        pools.append(X[(table.bins[j] >= mine[:, 1].max()) & (table.bins[j] <= mine[:, 2].min()), j])
    weighted = [list(zip(*np.unique(pool, return_counts=True))) for pool in pools]
    hits = total = 0.0
    for combination in itertools.product(*weighted):
        rows, weight = X.copy(), np.prod([count for _, count in combination]) if combination else 1
        for j, (value, _) in zip(named, combination):
            rows[:, j] = value
        hits, total = hits + weight * (model.predict(rows) == label).sum(), total + weight * len(rows)
    return hits / total


def samplers(explainer, instance):
    """Both samplers of an instance, and its spans."""
    table = explainer.table
    spans = bounds_of(
        table.columns, [column.bins(np.array([value]))[0] for column, value in zip(table.columns, instance)]
    )
    return TableSampler(table, instance[None], spans), ObservedSampler(table, instance[None], spans), spans


@pytest.mark.parametrize("model", [TREE, FOREST], ids=["tree", "forest"])
def test_precision_against_enumeration(model):
    """Sampled precision lies within 4.5 standard errors of the exact one, 12 rules, both questions."""
    explainer = AnchorTabular(model).fit(X)
    instance, rng = X[3], np.random.default_rng(1)
    written, found, spans = samplers(explainer, instance)
    label = model.predict(instance[None])[0]
    for _ in range(12):
        rule = rng.random(len(spans)) < rng.random()
        choices = written.draw(np.tile(rule, (4000, 1)), rng)[1]
        share = (model.predict(written.render(choices)) == label).mean()
        exact = written_truth(model, explainer.table, spans, rule, label)
        assert abs(share - exact) <= 4.5 * np.sqrt(exact * (1 - exact) / 4000) + 1e-9
        held, choices = found.draw(np.tile(rule, (4000, 1)), rng)
        fits = np.all(
            [(explainer.table.bins[j] >= low) & (explainer.table.bins[j] <= high) for j, low, high in spans[rule]],
            axis=0,
        )
        exact = (model.predict(X[fits]) == label).mean() if rule.any() else (model.predict(X) == label).mean()
        share = (model.predict(found.render(choices)) == label).mean()
        assert abs(share - exact) <= 4.5 * np.sqrt(exact * (1 - exact) / 4000) + 1e-9
        assert found.coverage(rule[None])[0] == pytest.approx(fits.mean() if rule.any() else 1)


def test_reuse_is_declared_rightly():
    """Rows in which a rule happens to hold are as precise as rows drawn under it when found, not when written."""
    rng = np.random.default_rng(5)
    copies = np.repeat(rng.normal(size=(400, 1)), 3, axis=1)
    explainer = AnchorTabular(lambda rows: (rows.sum(axis=1) > 0).astype(int)).fit(copies, disc_perc=(50,))
    one = copies[copies[:, 0].argmax()]
    for sampler in samplers(explainer, one)[:2]:
        rule = np.arange(3) == 0
        held, lucky = sampler.draw(np.zeros((4000, 3), bool), rng)
        shares = [
            (sampler.render(rows).sum(axis=1) > 0).mean()
            for rows in (lucky[held[:, 0]], sampler.draw(np.tile(rule, (4000, 1)), rng)[1])
        ]
        assert sampler.exact_reuse == (abs(shares[0] - shares[1]) < 0.1)


@pytest.mark.parametrize("kind", [0, 1])
def test_draw_keeps_its_word(kind):
    """held is what the values say, and contains the rule; unnamed columns come from one training row, together."""
    explainer = AnchorTabular(FOREST).fit(X, disc_perc=range(10, 100, 10))
    sampler = samplers(explainer, X[5])[kind]
    rng = np.random.default_rng(0)
    rules = rng.random((500, len(sampler.predicates))) < 0.2
    held, choices = sampler.draw(rules, rng)
    rows = sampler.render(choices)
    bins = np.array([column.bins(rows[:, j]) for j, column in enumerate(explainer.table.columns)])
    again = np.array([(bins[j] >= low) & (bins[j] <= high) for j, low, high in sampler.bounds]).T
    assert (held == again).all() and (held >= rules).all()
    free = [np.setdiff1d(range(3), sampler.bounds[rule, 0]) for rule in rules]
    seen = {tuple(row) for row in X}
    assert all(not len(f) or any((X[:, f] == row[f]).all(axis=1)) for row, f in zip(rows, free))
    assert kind == 0 or all(tuple(row) in seen for row in rows)


def test_overwritten_columns_are_independent():
    """Two columns held by the full rule are drawn apart: their correlation is 0 up to 4.5 standard errors."""
    rng = np.random.default_rng(2)
    wide = np.repeat(rng.normal(size=(500, 1)), 2, axis=1)
    explainer = AnchorTabular(lambda rows: (rows[:, 0] > 0).astype(int)).fit(wide, disc_perc=(50,))
    sampler, _, spans = samplers(explainer, wide[0])
    rows = sampler.render(sampler.draw(np.ones((4000, len(spans)), bool), rng)[1])
    assert abs(np.corrcoef(rows.T)[0, 1]) < 4.5 / np.sqrt(4000)


def holds_in_text(text, row, names):
    """A second reading of a displayed predicate, from its text alone."""
    low, name, high = re.fullmatch(r"(?:(\S+) < )?(.+?)(?: <= (\S+))?", text).groups()
    if " > " in name:
        name, low = name.split(" > ")
    value = row[names.index(name)]
    return (low is None or value > float(low)) and (high is None or value <= float(high))


@pytest.mark.parametrize("scale", [1e-7, 1.0, 123456.789])
def test_text_says_what_is_evaluated(scale):
    """Every merged text, read by another reader, holds exactly where `holds` says so, on the edges as well."""
    rng = np.random.default_rng(3)
    table = rng.normal(size=(200, 3)) * scale
    explainer = AnchorTabular(lambda rows: (rows.sum(axis=1) > 0).astype(int), list("abc"), seed=0).fit(
        table, disc_perc=range(10, 100, 10)
    )
    found = explainer.explain(table[0], max_queries=5000)
    edges = np.array([[edge for edge in column.edges][0] for column in explainer.table.columns])
    rows = np.vstack([table, edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)])
    for rule in (
        found.rule,
        np.ones_like(found.rule),
        np.arange(len(found.rule)) % 2 == 0,
        np.arange(len(found.rule)) % 3 > 0,
    ):
        parts = [found.parts[-1] | dict(feature=int(i)) for i in np.flatnonzero(rule)[::-1]]
        found = replace(found, rule=rule, parts=parts)
        expected = [all(holds_in_text(text, row, list("abc")) for text in found.anchor) for row in rows]
        assert found.holds(rows).tolist() == expected and len(found.anchor) <= 3


def test_promise_over_seeds():
    """80 explanations at threshold .8 and delta .2: broken promises within the binomial bound (1e-4)."""
    explainer, broken, claims = AnchorTabular(FOREST).fit(X), 0, 0
    for seed in range(80):
        instance = X[seed % 20]
        found = explainer.explain(instance, threshold=0.8, delta=0.2, seed=seed, count_rows=0)
        label = FOREST.predict(instance[None])[0]
        claims += found.certified
        broken += found.certified and written_truth(FOREST, explainer.table, found.bounds, found.rule, label) < 0.8
    assert claims > 40 and broken <= binom.ppf(1 - 1e-4, 80, 0.2)


def test_both_precisions():
    """The counted precision is the share of the training rows that satisfy the rule, with their number."""
    explainer = AnchorTabular(TREE, seed=0).fit(X)
    found = explainer.explain(X[3])
    precision, rows, how = found.measured["observe"]
    fits = found.holds(X)
    assert rows == fits.sum() and how == "counted"
    assert precision == pytest.approx((TREE.predict(X[fits]) == TREE.predict(X[[3]])[0]).mean())
    other = explainer.explain(X[3], distribution="observe", count_rows=4000)
    exact = written_truth(TREE, explainer.table, other.bounds, other.rule, TREE.predict(X[[3]])[0])
    assert abs(other.measured["perturb"][0] - exact) <= 4.5 * np.sqrt(exact * (1 - exact) / 4000) + 1e-9
    assert "If one perturbs" in str(other) and "If one observes" in str(found)


def test_same_seed_same_answer():
    """The seed decides everything; another question of the same data is another answer."""
    explainer = AnchorTabular(FOREST).fit(X)
    first, second = (explainer.explain(X[4], seed=7).to_dict() for _ in range(2))
    first["queries"].pop("seconds"), second["queries"].pop("seconds")
    assert first == second


# ---- frames ---------------------------------------------------------------------------------------


def frame(n=400, seed=0):
    """A frame with every dtype that is welcome."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, n)
    grade = pd.Categorical(rng.choice(["low", "mid", "high"], n), ["low", "mid", "high"], ordered=True)
    data = pd.DataFrame(
        dict(
            age=age,
            pay=np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            job=rng.choice(["cook", "clerk", "smith"], n),
            grade=grade,
            town=pd.Categorical(rng.choice(["A", "B"], n)),
            owner=rng.random(n) < 0.5,
            rooms=pd.array(np.where(rng.random(n) < 0.1, None, rng.integers(1, 6, n)), dtype="Int64"),
        )
    )
    data.loc[rng.random(n) < 0.1, "job"] = None
    return data, np.where((age > 45) & (grade != "low"), "yes", "no")


def test_frames_reach_the_model_as_they_are():
    """The predictor sees frames with the columns and dtypes of the training data, in any order given."""
    data, answers = frame()
    seen = []

    def model(rows):
        seen.append(rows.dtypes.to_dict())
        return np.where((rows.age > 45) & (rows.grade != "low"), "yes", "no")

    explainer = AnchorTabular(model, seed=0).fit(data, bins={"age": [30, 45, 60]})
    one = data[data.job.isna() & (answers == "yes")].iloc[[0]]
    for instance in (one, one[one.columns[::-1]], one.iloc[0], one.iloc[0].to_dict()):
        found = explainer.explain(instance, max_queries=8000)
        assert found.certified and all(
            text.startswith(("age", "grade")) or " < age" in text or "<= grade" in text for text in found.anchor
        )
    assert all(dtypes == data.dtypes.to_dict() for dtypes in seen)
    assert "job is missing" in found.predicates
    again = Explanation.from_json(found.to_json())
    assert (
        again.to_json() == found.to_json()
        and (again.holds(data) == found.holds(data)).all()
        and again.anchor == found.anchor
    )
    assert found.filter(data).equals(data[found.holds(data)]) and found.holds(one).all()
    assert "data-frame" not in found._repr_html_() and found.plot() is not None and found.plot_numbers() is not None


def test_pipeline_wants_its_columns():
    """A fitted pipeline on a frame, with probabilities, a target and soft agreement."""
    data, answers = frame()
    data = data.drop(columns=["pay", "rooms"]).fillna({"job": "none"})
    coder = make_column_transformer((OneHotEncoder(), ["job", "town", "grade"]), remainder="passthrough")
    model = make_pipeline(coder, LogisticRegression(max_iter=1000)).fit(data, answers)
    explainer = AnchorTabular(model, seed=0).fit(data)
    found = explainer.explain(data.iloc[[0]], target=model.predict(data[:1])[0], threshold=0.8)
    soft = explainer.explain(data.iloc[[0]], soft=True, threshold=0.6)
    assert found.raw["prediction"] == model.predict(data[:1])[0] and found.certified and soft.precision is not None


def test_one_hot():
    """ohe=True: one-hot columns in place, one-hot rows to the model; the same rule as with codes."""
    rng = np.random.default_rng(0)
    codes = np.column_stack(
        [rng.normal(size=300), rng.integers(0, 3, 300), rng.normal(size=300), rng.integers(0, 2, 300)]
    )
    names, listed = ["a", "colour", "b", "size"], {1: ["red", "green", "blue"], 3: ["S", "L"]}
    hot = np.column_stack(
        [codes[:, 0], np.eye(3)[codes[:, 1].astype(int)], codes[:, 2], np.eye(2)[codes[:, 3].astype(int)]]
    )

    def of_hot(rows):
        assert ((rows[:, 1:4].sum(axis=1) == 1) & (rows[:, 5:].sum(axis=1) == 1)).all()
        return (rows[:, 3] == 1).astype(int)

    one = np.flatnonzero(codes[:, 1] == 2)[0]
    with_hot = AnchorTabular(of_hot, names, listed, ohe=True, seed=0).fit(hot).explain(hot[one])
    with_codes = (
        AnchorTabular(lambda rows: (rows[:, 1] == 2).astype(int), names, listed, seed=0).fit(codes).explain(codes[one])
    )
    assert with_hot.anchor == with_codes.anchor == ["colour = blue"]
    assert (with_hot.holds(hot) == (codes[:, 1] == 2)).all()
    with pytest.raises(ValueError, match="single 1"):
        AnchorTabular(of_hot, names, listed, ohe=True).fit(np.vstack([hot, np.zeros(7)]))


def test_regression_and_multiclass():
    """A tolerance for numbers; a chosen class, or several, for labels."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(300, 3))
    explainer = AnchorTabular(lambda rows: 10 * rows[:, 0], seed=0).fit(table, disc_perc=range(10, 100, 10))
    found = explainer.explain(np.array([0.05, 1, 1]), tolerance=9)
    assert found.certified and all("column 0" in text for text in found.anchor) and "stays within 9 of" in str(found)
    with pytest.raises(ValueError, match="tolerance"):
        explainer.explain(table[0])
    iris = load_iris()
    tree = DecisionTreeClassifier(random_state=0).fit(iris.data, iris.target)
    some = AnchorTabular(tree, iris.feature_names, seed=0).fit(iris.data)
    both = some.explain(iris.data[60], target=(1, 2))
    assert both.coverage >= some.explain(iris.data[60]).coverage
    with pytest.raises(ValueError, match="not in target"):
        some.explain(iris.data[60], target=0)


# ---- a user's rule --------------------------------------------------------------------------------


def test_evaluate():
    """A rule of the user's own is counted and sampled as what it says, and refused where it cannot be."""
    data, answers = frame()
    model = lambda rows: np.where((rows.age > 45) & (rows.grade != "low"), "yes", "no")  # noqa: E731
    explainer = AnchorTabular(model, seed=0).fit(data)
    good = explainer.evaluate({"age": (45, None), "grade": ["mid", "high"]}, target="yes")
    assert good.certified and good.precision == 1 and good.anchor == ["age > 45", "grade in {mid, high}"]
    assert good.coverage == pytest.approx(((data.age > 45) & (data.grade != "low")).mean())
    bad = explainer.evaluate({"age": (45, 60)}, target="yes", distribution="observe")
    fits = (data.age > 45) & (data.age <= 60)
    assert not bad.certified and bad.precision_interval[0] < (answers[fits] == "yes").mean() < bad.precision_interval[1]
    none = explainer.evaluate({"job": None}, data[data.job.isna()].iloc[[0]])
    assert none.anchor == ["job is missing"] and (none.holds(data) == data.job.isna()).all()
    for rule, message in [
        ({"Age": (1, 2)}, "'age'"),
        ({"age": 3}, r"\(low, high\)"),
        ({"age": (5, 5)}, "not an interval"),
        ({"job": "king"}, "no category"),
        ({}, "no condition"),
        ({"age": (90, None)}, "no training row"),
    ]:
        with pytest.raises(ValueError, match=message):
            explainer.evaluate(rule, target="yes")
    with pytest.raises(ValueError, match="does not satisfy"):
        explainer.evaluate({"age": (45, None)}, data[data.age < 40].iloc[[0]])
    for option in (dict(search="beam"), dict(max_anchor_size=1)):
        with pytest.raises(TypeError, match=f"tests your rule as it is: it does not read {[*option][0]}"):
            explainer.evaluate({"age": (45, None)}, target="yes", **option)


def test_the_other_question_needs_rows():
    """Without a budget nothing is said of it; there are training rows that satisfy the rule."""
    rng = np.random.default_rng(0)
    data = pd.DataFrame(dict(age=rng.integers(18, 80, 300), income=rng.normal(5, 2, 300)))
    explainer = AnchorTabular(lambda d: np.where(d.age + 3 * d.income > 60, "old", "young"), seed=0).fit(data)
    for options in (dict(max_queries=300), dict(max_queries=500), dict(count_rows=0)):
        for distribution in ("perturb", "observe"):
            found = explainer.explain(data.iloc[[3]], distribution=distribution, **options)
            assert "no training row" not in str(found) and found.holds(data).any()
    for count_rows, error in ((-1, ValueError), (np.nan, TypeError), ("a", TypeError), (1.5, TypeError)):
        with pytest.raises(error, match="count_rows must be"):
            explainer.explain(data.iloc[[3]], count_rows=count_rows)


def test_missing_values_in_an_array_of_objects():
    """NaN among texts: the same input is the same input."""
    rows = np.array([[1.0, "a"], [2.0, float("nan")], [3.0, "b"], [4.0, "a"]] * 50, object)
    large = lambda rows: np.array([value > 2 for value in rows[:, 0]])
    found = AnchorTabular(large, ["x", "y"], seed=0).fit(rows).explain(rows[1])
    assert found.certified and found.anchor == ["x <= 2"]


# ---- bad input ------------------------------------------------------------------------------------

GOOD = np.random.default_rng(0).normal(size=(50, 3))
SIGN = lambda rows: (np.asarray(rows)[:, 0] > 0).astype(int)  # noqa: E731
HOLE = GOOD.copy()
HOLE[0, 0] = np.inf


@pytest.mark.parametrize(
    "made, error, message",
    [
        (lambda: AnchorTabular("model"), TypeError, "predictor must be"),
        (lambda: AnchorTabular(SIGN).explain(GOOD[0]), ValueError, "call fit first"),
        (lambda: AnchorTabular(SIGN, ["a", "b"]).fit(GOOD), ValueError, "must name 3 columns, came: 2"),
        (lambda: AnchorTabular(SIGN, ["a", "b", "b"]).fit(GOOD), ValueError, "'b' twice"),
        (lambda: AnchorTabular(SIGN).fit(GOOD[:0]), ValueError, "no rows"),
        (lambda: AnchorTabular(SIGN).fit(GOOD[0]), ValueError, "must be a table"),
        (lambda: AnchorTabular(SIGN).fit(HOLE), ValueError, "infinity"),
        (lambda: AnchorTabular(SIGN).fit(GOOD, disc_perc=(25, 120)), ValueError, "disc_perc"),
        (lambda: AnchorTabular(SIGN).fit(GOOD[:1]).explain(GOOD[0]), ValueError, "nothing to perturb"),
        (lambda: AnchorTabular(SIGN).fit(GOOD).explain(GOOD[:2]), ValueError, "one instance"),
        (lambda: AnchorTabular(SIGN).fit(GOOD).explain(GOOD[0, :2]), ValueError, "must have 3 values"),
        (lambda: AnchorTabular(SIGN).fit(GOOD).explain(np.r_[GOOD[0], 1]), ValueError, "must have 3 values"),
        (lambda: AnchorTabular(SIGN).fit(GOOD).explain(HOLE[0]), ValueError, "infinity"),
        (lambda: AnchorTabular(SIGN).fit(GOOD).explain(GOOD[0], treshold=0.9), TypeError, "did you mean 'threshold'"),
        (lambda: AnchorTabular(SIGN).fit(GOOD).explain(GOOD[0], distribution="both"), ValueError, "distribution"),
        (lambda: AnchorTabular(SIGN).fit(GOOD).explain(GOOD[0], search="best"), ValueError, "search must be one of"),
        (lambda: AnchorTabular(SIGN, categorical_names={7: ["a"]}).fit(GOOD), ValueError, "column 7"),
        (
            lambda: AnchorTabular(SIGN, categorical_names={0: ["a"]}).fit(np.array([[0, 1], [3, 1]])),
            ValueError,
            "not among its 1",
        ),
        (
            lambda: (
                AnchorTabular(SIGN, categorical_names={0: ["a", "b"]}).fit(np.array([[0, 1], [1, 2]])).explain([2, 1])
            ),
            ValueError,
            "no category",
        ),
        (lambda: AnchorTabular(SIGN).fit(np.array(["2020-01-01"], "datetime64[D]")[:, None]), TypeError, "dates"),
        (
            lambda: AnchorTabular(SIGN).fit(pd.DataFrame(GOOD, columns=["a", "b", "a"])),
            ValueError,
            "two columns have the name 'a'",
        ),
        (lambda: AnchorTabular(SIGN).fit(pd.DataFrame(dict(a=[[1], [2]]))), TypeError, "holds a list"),
        (
            lambda: AnchorTabular(SIGN, categorical_names={"a": ["x"]}).fit(pd.DataFrame(dict(a=["x", "y"]))),
            ValueError,
            "lacks 'y'",
        ),
    ],
)
def test_bad_input(made, error, message):
    """Each is a clear error that names the argument or the column."""
    with pytest.raises(error, match=message):
        made()


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda one: one.drop(columns="age"), "lacks column 'age'"),
        (lambda one: one.assign(extra=1), "unknown column 'extra'.*extra='keep'"),
        (lambda one: one.assign(job="king"), "'king' is no category"),
        (lambda one: one.assign(age="old"), "not a value of int64"),
        (lambda one: one.assign(age=40.5), "40.5 is not a value of int64"),
        (lambda one: one.assign(age=np.nan), "cannot hold a missing value"),
        (lambda one: one.assign(town="Z"), "'town'"),
        (lambda one: pd.concat([one, one]), "one instance"),
        (lambda one: one.assign(pay=np.inf), "infinity"),
    ],
)
def test_bad_frames(change, message):
    """A frame that changed since fit is told so."""
    data, _ = frame()
    explainer = AnchorTabular(lambda rows: (rows.age > 45).to_numpy(), seed=0).fit(data)
    with pytest.raises(ValueError, match=message):
        explainer.explain(change(data.iloc[[0]]))


def test_what_is_fine():
    """NaN in numbers is a word; a constant column is none; a whole float fits an integer column."""
    table = GOOD.copy()
    table[::5, 1] = np.nan
    table[:, 2] = 4
    explainer = AnchorTabular(lambda rows: np.isnan(rows[:, 1]).astype(int), seed=0).fit(table)
    found = explainer.explain(table[0])
    assert found.anchor == ["column 1 is missing"] and not any("column 2" in text for text in found.predicates)
    data, _ = frame()
    some = AnchorTabular(lambda rows: (rows.age > 45).to_numpy(), seed=0).fit(data)
    one = data.iloc[[0]].astype({"age": float})
    found = some.explain(one)
    assert found.holds(data.assign(job="king")).tolist() == found.holds(data).tolist()
    with pytest.raises(ValueError, match="no column 'age'"):
        found.holds(data.drop(columns="age"))


def test_validating_predictor():
    """A predictor that refuses categories it does not know is never shown one."""
    data, _ = frame()
    known = set(data.job.dropna())

    def model(rows):
        assert set(rows.job.dropna()) <= known and rows.job.isna().sum() < len(rows) + 1
        return (rows.age > 45).to_numpy()

    assert AnchorTabular(model, seed=0).fit(data).explain(data.iloc[[3]]).certified


def test_bins():
    """Given edges are taken as they are; tree edges follow the model; a function gets values and answers."""
    table = np.random.default_rng(0).uniform(0, 100, size=(2000, 2))
    model = lambda rows: (rows[:, 0] > 37.2).astype(int)  # noqa: E731
    by_tree = AnchorTabular(model, ["a", "b"], seed=0).fit(table, bins="tree")
    assert min(abs(np.array(by_tree.table.columns[0].edges) - 37.2)) < 0.5
    given = AnchorTabular(model, ["a", "b"], seed=0).fit(
        table, bins={"a": [37.2], "b": lambda values, answers: [values.mean()]}, units={"a": "kg"}
    )
    assert given.table.columns[0].edges == [37.2] and len(given.table.columns[1].edges) == 1
    assert given.explain(np.array([50.0, 50.0])).anchor == ["a > 37.2 kg"]
    with pytest.raises(ValueError, match="same text"):
        AnchorTabular(model, ["a", "b"]).fit(table, formats={"a": lambda edge: "x"})


# ---- what is said is what is meant -----------------------------------------------------------------


def rude(rows):
    """A model that writes into what it is given, after it has read it."""
    some = rows.iloc[:, 0] if isinstance(rows, pd.DataFrame) else rows[:, 0]
    answers = (some.to_numpy(copy=True) if isinstance(rows, pd.DataFrame) else some.copy()) > 5
    rows *= 100
    return answers.astype(int)


@pytest.mark.parametrize(
    "form", [lambda table: table, lambda table: pd.DataFrame(table, columns=["a", "b"])], ids=["array", "frame"]
)
def test_a_model_that_writes_harms_nobody(form):
    """Not the training data, not the user's row: in `fit`, `predict_fn`, `evaluate` with and without an instance."""
    data = form(np.random.default_rng(0).uniform(0, 10, size=(300, 2)))
    copy, cut, name = (
        data.copy(),
        data.iloc if isinstance(data, pd.DataFrame) else data,
        "a" if isinstance(data, pd.DataFrame) else "column 0",
    )
    row = form(np.array([[8.0, 1.0]]))
    explainer = AnchorTabular(rude, seed=0).fit(data, bins="tree")
    assert len(explainer.table.columns[0].edges) and np.array_equal(explainer.table.reader.data, copy)
    explainer.predict_fn(row)
    for X in (row, None):
        tested = explainer.evaluate({name: (5, None)}, X, target=1)
        assert (
            tested.certified and max(np.ravel(list(tested.instance.values()) if name == "a" else tested.instance)) < 10
        )
    assert np.array_equal(row, [[8.0, 1.0]]) and np.array_equal(data, copy) and len(cut[:5]) == 5
    assert np.array_equal(explainer.table.reader.data, copy)


def test_an_explanation_keeps_its_own_row():
    """What the user does with the array later does not change it."""
    row = np.array([[3.0, 1.0, 2.0]])
    explainer = AnchorTabular(TREE.predict, seed=0).fit(X)
    for found in (explainer.explain(row[0]), explainer.explain(row), explainer.evaluate({"column 0": (0, None)}, row)):
        row[:] = -99
        assert found.raw["instance"].tolist() == found.instance.tolist() == [3, 1, 2]
        row[:] = [[3, 1, 2]]


def test_coverage_of_a_large_table_is_sampled_and_says_so():
    """Over 100,000 rows no count on a part of them is called exact; up to there it is one."""
    table = np.random.default_rng(1).integers(0, 4, size=(100_040, 2)).astype(float)
    explainer, truth = (
        AnchorTabular(lambda rows: rows[:, 0] > 1, ["a", "b"], seed=0).fit(table),
        (table[:, 0] > 1).mean(),
    )
    for distribution in ("perturb", "observe"):
        found = explainer.explain(np.array([3.0, 0]), distribution=distribution)
        low, high = found.coverage_interval
        assert (
            found.anchor == ["a > 1"]
            and 0 < high - low < 0.03
            and low < truth < high
            and "(exact)" not in str(found).split("Coverage")[1].split("\n")[0]
        )
        sampler = explainer.sampler(np.array([3.0, 0]), distribution)
        assert sampler.coverage(found.rule[None]) is None and sampler.n_inputs is None
        assert (
            "of a fixed 100,000 of all 100,040" if distribution == "observe" else "random ones of 100,040 training rows"
        ) in sampler.under
        assert found.measured["perturb" if distribution == "observe" else "observe"][2] == "sampled"
    small = (
        AnchorTabular(lambda rows: rows[:, 0] > 1, ["a", "b"], seed=0)
        .fit(table[:100_000])
        .sampler(np.array([3.0, 0]), "observe")
    )
    assert small.coverage(np.zeros((1, len(small.names)), bool)).tolist() == [1] and small.n_inputs == 100_000
    assert small.under == "random training rows that satisfy the rule"


@pytest.mark.parametrize("names", [[0, 1], [1, 0], [2.5, "1"]])
def test_names_of_columns_may_be_numbers(names):
    """`holds` finds them, from an object and from a file; names that read the same are refused."""
    data = pd.DataFrame(X[:, :2], columns=names)
    found = AnchorTabular(lambda rows: (rows.iloc[:, 0] > 0).to_numpy(), seed=0).fit(data).explain(data.iloc[0])
    for e in (found, Explanation.from_json(found.to_json())):
        assert e.holds(data).tolist() == (X[:, 0] > 0).tolist() if X[0, 0] > 0 else (X[:, 0] <= 0).tolist()
        assert e.plot_numbers()
    with pytest.raises(ValueError, match=f"no column '{names[0]}'"):
        found.holds(data.drop(columns=names[0]))
    with pytest.raises(ValueError, match="two columns have the name"):
        AnchorTabular(SIGN).fit(pd.DataFrame(X[:, :2], columns=[0, "0"]))


def test_formats_say_what_is_meant():
    """An edge becomes the number that its text says: `hours > 37` holds for 37.2, and not for 37."""
    hours = np.r_[np.full(50, 30.0), 37.2, np.full(50, 37.39), np.full(50, 38.0), np.full(50, 60.0)][:, None]
    explainer = AnchorTabular(lambda rows: rows[:, 0] > 37.1, ["hours"], seed=0)
    fit = lambda form, **more: explainer.fit(hours, bins={"hours": [37.4]}, formats={"hours": form}, **more)  # noqa: E731
    found = fit(lambda edge: f"{edge:.0f}").explain(np.array([38.0]))
    assert found.anchor == ["hours > 37"] and found.holds([[37.2], [37.0], [37.0001]]).tolist() == [True, False, True]
    scaled = fit(lambda edge: f"{edge * 60:.0f}", units={"hours": "min"}).explain(np.array([60.0]))
    shown = float(scaled.anchor[0].split()[2])
    assert scaled.holds([[shown / 60 + 1e-9], [shown / 60 - 0.01]]).tolist() == [True, False]


def test_categories_that_read_the_same_are_told_apart():
    """1 and "1"; and names given twice are refused."""
    data = pd.DataFrame(dict(a=pd.Series([1, "1", "x"] * 40, dtype=object), b=np.arange(120.0)))
    explainer = AnchorTabular(lambda rows: np.array([value == "1" for value in rows.a]), seed=0).fit(data)
    found = explainer.explain(data.iloc[1])
    assert (
        found.anchor == ["a = '1'"]
        and "a = 1" in explainer.sampler(data.iloc[0]).predicates
        and "a = x" in explainer.sampler(data.iloc[2]).predicates
    )
    assert found.holds(data.iloc[:3]).tolist() == [False, True, False]
    assert explainer.evaluate({"a": "1"}, data.iloc[1]).anchor == ["a = '1'"]
    with pytest.raises(ValueError, match="categorical_names of .* holds a name twice"):
        AnchorTabular(SIGN, categorical_names={0: ["x", "x"]}).fit(np.array([[0, 1], [1, 2]]))


def test_intervals_as_categories_have_a_file():
    """Columns of `pd.cut`: the same rule, and the same answers, from the file."""
    data = pd.DataFrame(dict(age=pd.cut(np.arange(120) % 60, [-1, 20, 40, 60]), b=np.arange(120.0) % 7))
    model = lambda rows: np.array([interval.left >= 20 for interval in rows.age])
    explainer = AnchorTabular(model, seed=0).fit(data)
    found = explainer.explain(data.iloc[30])
    again = Explanation.from_json(found.to_json())
    assert found.anchor == again.anchor == ["age >= (20, 40]"] and again.to_json() == found.to_json()
    assert found.holds(data).tolist() == again.holds(data).tolist() == model(data).tolist()
    assert found.instance["age"] == data.age[30] and explainer.explain(found.instance).anchor == found.anchor
    assert explainer.evaluate({"age": data.age[30]}, data.iloc[30]).anchor == ["age = (20, 40]"]


# ---- many instances -------------------------------------------------------------------------------


class Picky:
    """Fails for one instance; at module level, so that workers can load it."""

    def __init__(self):
        self.inner, self.seed = AnchorTabular(TREE, seed=0).fit(X), 0

    def explain(self, x, **options):
        if np.array_equal(x, X[2]):
            raise ValueError("not this one")
        return self.inner.explain(x, max_queries=3000, **options)


def stories(found):
    """What was found, without times."""
    return [repr(one.error) if isinstance(one, Failure) else str(one) for one in found]


def test_explain_many():
    """Order is kept, failures are returned, and the number of workers changes nothing."""
    one, two = (explain_many(Picky(), X[:5], n_jobs=n) for n in (1, 2))
    assert stories(one) == stories(two) and isinstance(one[2], Failure) and one[2].index == 2 and len(one) == 5
    assert [e.raw["instance"].tolist() for i, e in enumerate(one) if i != 2] == X[[0, 1, 3, 4]].tolist()


def test_pick():
    """Greedy: the largest first, then the one that adds most; the shares are counted."""
    explainer = AnchorTabular(TREE, seed=0).fit(X)
    found = explain_many(explainer, X[:12], distribution="observe", n_jobs=1)
    picked = pick([Failure(0, ValueError()), *found], 4, X)
    holds = np.array([e.holds(X) if e.certified else np.zeros(len(X), bool) for e in found])
    assert picked[0]["covers"] == holds.sum(axis=1).max() / len(X)
    assert picked[-1]["reached"] == holds[[one["index"] - 1 for one in picked]].any(axis=0).mean()
    assert (np.diff([one["reached"] for one in picked]) > 0).all()
    assert pick(found, 2)


def test_dask():
    """The same answers from a local Dask cluster of two workers."""
    distributed = pytest.importorskip("distributed")
    import joblib

    explainer = AnchorTabular(TREE, seed=0).fit(X)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        with joblib.parallel_config(backend="dask"):
            many = explain_many(explainer, X[:4], max_queries=2000)
    assert stories(many) == stories(explain_many(explainer, X[:4], n_jobs=1, max_queries=2000))


# ---- the documentation's examples, only the import changed ----------------------------------------


def test_documented_iris():
    """fit and explain with published names and positions."""
    iris = load_iris()
    order = np.random.default_rng(0).permutation(150)[:120]
    clf = RandomForestClassifier(n_estimators=50, random_state=0).fit(iris.data[order], iris.target[order])
    predict_fn = lambda x: clf.predict_proba(x)  # noqa: E731
    explainer = AnchorTabular(predict_fn, iris.feature_names)
    explainer.fit(iris.data[order], disc_perc=(25, 50, 75))
    explanation = explainer.explain(iris.data[0], threshold=0.95, seed=0)
    assert iris.target_names[explainer.predict_fn(iris.data[0].reshape(1, -1))[0]] == "setosa"
    assert "Anchor: " + " AND ".join(explanation.anchor) in str(explanation)
    assert explanation.precision >= 0.95 and 0 < explanation.coverage <= 1
    assert set(explanation.raw) >= {
        "feature",
        "names",
        "mean",
        "precision",
        "coverage",
        "examples",
        "instance",
        "prediction",
    }
    assert explanation.data["anchor"] == explanation.anchor


def test_documented_category_map():
    """gen_category_map from where the documentation imports it, and codes with names."""
    from grokking_anchors.utils import gen_category_map as documented

    data = pd.DataFrame(
        dict(Age=[20, 30, 40, 50] * 25, Status=["married", "single", "single", "divorced"] * 25, Sex=["f", "m"] * 50)
    )
    category_map = documented(data)
    assert documented is gen_category_map and category_map == {1: ["divorced", "married", "single"], 2: ["f", "m"]}
    assert gen_category_map(data, ["Sex"]) == {2: ["f", "m"]}
    coded = {name: data[name].map(category_map[j].index) for j, name in ((1, "Status"), (2, "Sex"))}
    codes = data.assign(**coded).to_numpy()
    explainer = AnchorTabular(lambda x: (x[:, 1] == 2).astype(int), list(data), categorical_names=category_map, seed=1)
    explainer.fit(codes, disc_perc=[25, 50, 75])
    explanation = explainer.explain(codes[1], threshold=0.95)
    assert explanation.anchor == ["Status = single"] and explainer.predict_fn(codes[1:2])[0] == 1


def test_exact_search_on_what_is_found():
    """Few predicates and a finite table: `search="exact"` finds the best rule, at threshold 1 too."""
    explainer = AnchorTabular(TREE, seed=0).fit(X, disc_perc=(50,))
    found = explainer.explain(X[3], threshold=1, distribution="observe", search="exact", count_rows=0)
    label = TREE.predict(X[[3]])[0]
    best = 0
    for rule in itertools.product([False, True], repeat=len(found.predicates)):
        holds = found.check(X)[:, np.array(rule)].all(axis=1)
        if (TREE.predict(X[holds]) == label).all():
            best = max(best, holds.mean())
    assert found.certified == (best > 0) and (not found.certified or found.coverage == pytest.approx(best))


def test_a_value_that_no_training_row_has_stays():
    """Where no training row satisfies a bound, what is written is the instance's own value: here, a missing one."""
    rng = np.random.default_rng(0)
    train, row = rng.normal(size=(200, 2)), np.array([np.nan, 0.5])
    explainer = AnchorTabular(lambda rows: np.isnan(rows[:, 0]).astype(int), ["a", "b"], seed=0).fit(train)
    sampler = explainer.sampler(row)
    assert sampler.predicates[0] == "a is missing"
    drawn = sampler.render(sampler.draw(np.tile(np.arange(len(sampler.predicates)) == 0, (50, 1)), rng)[1])
    assert np.isnan(drawn[:, 0]).all() and not np.isnan(drawn[:, 1]).any()
    found = explainer.explain(row)
    assert found.certified and found.anchor == ["a is missing"] and "no training row" in found.reason


def test_a_regressor_with_whole_answers_says_numbers():
    """A tree fitted on whole numbers: a tolerance is asked for; given one, or a target, all is as asked."""
    X = np.random.default_rng(0).normal(size=(300, 3))
    y = (10 * X[:, 0]).round()
    tree = DecisionTreeRegressor(random_state=0).fit(X, y)
    for model in (tree, tree.predict, make_pipeline(tree)):
        with pytest.raises(ValueError, match="the model is a regressor: give a tolerance.*for instance tolerance="):
            AnchorTabular(model, seed=0).fit(X).explain(X[0])
    explainer = AnchorTabular(tree, seed=0).fit(X)
    near = explainer.explain(X[0], tolerance=8)
    assert near.meta["question"].startswith("stays within 8") and near.certified
    assert explainer.explain(X[0], target=[y[0]], max_queries=500).prediction == y[0]
    few = DecisionTreeRegressor(max_depth=2, random_state=0).fit(X, (X[:, 0] > 0) * 1.0)
    assert AnchorTabular(few, seed=0).fit(X).explain(X[0]).prediction == 1  # two whole numbers are labels
    whole = lambda rows: tree.predict(rows)
    assert AnchorTabular(whole, seed=0).fit(X).explain(X[0], max_queries=500).prediction == y[0]  # nobody can know
