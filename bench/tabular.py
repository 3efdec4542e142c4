"""Tables: what a promise costs and what it is worth, measured with an independent sampler.

OMP_NUM_THREADS=1 python bench/tabular.py [--data cancer census wine] [--question perturb observe] [--instances 20]
OMP_NUM_THREADS=1 python bench/tabular.py --stability      the same rule across 10 seeds
OMP_NUM_THREADS=1 python bench/tabular.py --scale          1,000,000 rows x 50 columns
OMP_NUM_THREADS=1 python bench/tabular.py --claim          the documentation's rule on census, several models
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from grokking_anchors import AnchorTabular, data_path


class Timed:
    """A model that knows how much CPU it took."""

    def __init__(self, model):
        self.model, self.seconds = model, 0.0

    def __call__(self, rows):
        start = time.process_time()
        answers = self.model.predict(rows)
        self.seconds += time.process_time() - start
        return answers


def forest_on(load):
    """A bundled data set of scikit-learn and a random forest of 100."""
    data = load(as_frame=True)
    train, test, y, _ = train_test_split(data.data.to_numpy(), data.target, random_state=0)
    return RandomForestClassifier(100, random_state=0).fit(train, y), train, test, list(data.data)


def cancer():
    """Breast cancer."""
    return forest_on(load_breast_cancer)


def wine():
    """Wine."""
    return forest_on(load_wine)


def census(estimator=None, one_hot=False):
    """Census as a frame, a pipeline with gradient boosting."""
    data = pd.read_csv(data_path("census.csv.gz"), na_values="?")
    income = data.pop("income")
    train, test, y, _ = train_test_split(data, income, random_state=0)
    text = [name for name in data if data[name].dtype.kind not in "if"]
    coder = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore") if one_hot else OrdinalEncoder(), text), remainder=StandardScaler()
    )
    model = make_pipeline(
        coder, HistGradientBoostingClassifier(random_state=0) if estimator is None else estimator
    ).fit(train, y)
    return model, train.reset_index(drop=True), test.reset_index(drop=True), None


def bounds_of(found):
    """The rule by column name: (low, high) for numbers, a set for categories, None for missing."""
    rule = {}
    for j, low, high in found.merged():
        column = found.columns[j]
        size = len(column["edges"]) + 1 if column["kind"] == "number" else len(column["categories"])
        if low >= size:
            rule[column["name"]] = None
        elif column["kind"] == "number":
            ends = [-np.inf, *column["edges"], np.inf]
            rule[column["name"]] = (ends[low], ends[high + 1])
        else:
            rule[column["name"]] = set(column["categories"][low : high + 1])
    return rule


def fits(values, condition):
    """Which values of a column satisfy a condition."""
    if condition is None:
        return pd.isna(values).to_numpy()
    if isinstance(condition, tuple):
        return ((values > condition[0]) & (values <= condition[1])).to_numpy()
    return values.isin(condition).to_numpy()


def fresh(train, names, rule, question, n, rng):
    """n rows for a rule, drawn by other code than the package's: pandas, column by column."""
    table = train if isinstance(train, pd.DataFrame) else pd.DataFrame(train, columns=names)
    if question == "observe":
        keep = np.logical_and.reduce(
            [fits(table[name], condition) for name, condition in rule.items()] or [np.ones(len(table), bool)]
        )
        rows = table[keep].sample(n, replace=True, random_state=rng)
    else:
        rows = table.sample(n, replace=True, random_state=rng).reset_index(drop=True)
        for name, condition in rule.items():
            rows[name] = table[name][fits(table[name], condition)].sample(n, replace=True, random_state=rng).to_numpy()
    return rows.reset_index(drop=True) if isinstance(train, pd.DataFrame) else rows.to_numpy()


def measure(name, question, count, **options):
    """Explain `count` held-out instances and check every certified rule on 20,000 fresh rows."""
    model, train, test, names = globals()[name]()
    timed, rng, table = Timed(model), np.random.default_rng(12345), []
    explainer = AnchorTabular(timed, names).fit(train)
    for i in range(count):
        x = test.iloc[[i]] if isinstance(test, pd.DataFrame) else test[i]
        timed.seconds, start = 0.0, time.process_time()
        found = explainer.explain(x, distribution=question, seed=i, **options)
        outside, share = time.process_time() - start - timed.seconds, np.nan
        if found.certified:
            rows = fresh(train, names, bounds_of(found), question, 20_000, rng)
            share = (model.predict(rows) == found.raw["prediction"]).mean()
        table.append(
            (
                found.certified,
                share < 0.947,
                share,
                found.coverage * found.certified,
                len(found.anchor),
                found.queries["calls"],
                found.queries["rows"],
                outside,
            )
        )
    table = np.array(table, float)
    mean = np.nanmean(table, axis=0)
    lowest = np.nanmin(table[:, 2]) if table[:, 0].any() else np.nan
    print(
        f"{name:7} {question:8} certified {mean[0]:.2f}  below .947: {table[:, 1].sum():.0f}  "
        f"lowest {lowest:.4f}  coverage {mean[3]:.3f}  columns {mean[4]:.1f}  "
        f"calls {mean[5]:.1f} (most {table[:, 5].max():.0f})  rows {mean[6]:.0f} (most {table[:, 6].max():.0f})  "
        f"CPU outside the model {mean[7]:.3f} s (median {np.median(table[:, 7]):.3f})  peak memory {peak():.0f} MB",
        flush=True,
    )


def peak():
    """Largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def stability(name, question, instances=5, seeds=10):
    """Share of pairs of seeds with the same rule, and the overlap of the rows they cover (Jaccard)."""
    model, train, test, names = globals()[name]()
    explainer, same, overlap = AnchorTabular(model, names).fit(train), [], []
    for i in range(instances):
        x = test.iloc[[i]] if isinstance(test, pd.DataFrame) else test[i]
        found = [explainer.explain(x, distribution=question, seed=seed, count_rows=0) for seed in range(seeds)]
        rules, covered = [tuple(sorted(one.anchor)) for one in found], [one.holds(train) for one in found]
        pairs = [(a, b) for a in range(seeds) for b in range(a)]
        same.append(np.mean([rules[a] == rules[b] for a, b in pairs]))
        overlap.append(
            np.mean([(covered[a] & covered[b]).sum() / max((covered[a] | covered[b]).sum(), 1) for a, b in pairs])
        )
    print(
        f"{name:7} {question:8} same rule {np.mean(same):.2f}  overlap of covered rows {np.mean(overlap):.2f}",
        flush=True,
    )


def scale():
    """A million rows: seconds and memory to fit and to explain."""
    rng = np.random.default_rng(0)
    for n in (10_000, 100_000, 1_000_000):
        train = rng.normal(size=(n, 50))
        explainer, start = (
            AnchorTabular(lambda rows: (rows[:, 0] + rows[:, 1] > 0).astype(int), seed=0),
            time.perf_counter(),
        )
        explainer.fit(train)
        fitted = time.perf_counter() - start
        for question in ("perturb", "observe"):
            start = time.perf_counter()
            found = [explainer.explain(train[i], distribution=question) for i in range(3)]
            print(
                f"{n:9,} rows x 50: fit {fitted:.2f} s, "
                f"explain ({question}) {(time.perf_counter() - start) / 3:.2f} s, "
                f"rows asked {np.mean([one.queries['rows'] for one in found]):.0f}, peak memory {peak():.0f} MB",
                flush=True,
            )


def claim():
    """The documentation's rule, evaluated under both questions for several models."""
    models = {
        "boosting": census(),
        "forest": census(RandomForestClassifier(100, min_samples_leaf=5, random_state=0)),
        "logistic": census(LogisticRegression(max_iter=2000), one_hot=True),
    }
    for name, (model, train, _, _) in models.items():
        explainer = AnchorTabular(model, seed=0).fit(train)
        for question in ("perturb", "observe"):
            found = explainer.evaluate(
                {"marital-status": "Never-married", "relationship": "Own-child"}, target="<=50K", distribution=question
            )
            print(
                f"{name:8} {question:8} certified {found.certified!s:5} precision {found.precision:.3f} "
                f"[{found.precision_interval[0]:.3f}, {found.precision_interval[1]:.3f}] coverage {found.coverage:.3f}",
                flush=True,
            )


def main():
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", nargs="+", default=["cancer", "census", "wine"])
    parser.add_argument("--question", nargs="+", default=["perturb", "observe"])
    parser.add_argument("--instances", type=int, default=20)
    parser.add_argument("--search", default="auto")
    parser.add_argument("--short", type=float)
    for flag in ("stability", "scale", "claim"):
        parser.add_argument(f"--{flag}", action="store_true")
    options = parser.parse_args()
    if options.scale or options.claim:
        return scale() if options.scale else claim()
    for name in options.data:
        for question in options.question:
            if options.stability:
                stability(name, question)
            else:
                measure(name, question, options.instances, search=options.search, short=options.short)


if __name__ == "__main__":
    main()
