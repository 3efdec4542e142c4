"""The cases of the side-by-side measurement: fitted models and instances, the same for every package.

Importable in every environment: it needs numpy and scikit-learn, and none of the packages that are compared.

python bench/cases.py build     fit all models, choose the instances, store both (peers_setup.py runs this)
python bench/cases.py check     fingerprints of the labels that each model gives, as JSON
"""

import argparse
import csv
import gzip
import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

HERE = Path(__file__).resolve().parent
PLACE, DATA = HERE / ".peers", HERE.parent / "data"
THRESHOLD, DELTA = 0.95, 0.1
MOST_ROWS = 200_000  # an explanation that asks for more is stopped
FRESH = 20_000  # rows on which a claim is checked
NUMBER_CODED = {"age", "education-num", "capital-gain", "capital-loss", "hours-per-week"}


def bundled(name):
    """The rows of a bundled CSV file as dicts."""
    with gzip.open(DATA / name, "rt", encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def table_world(model, train, instances, names, categories=None):
    """What an explainer of tables needs."""
    own = dict(train=train, names=names, categories=categories or {}, instances=instances)
    return dict(kind="table", model=model, **own)


def cancer():
    """Breast cancer, 30 correlated columns, a random forest of 100.

    Columns are scaled to a standard deviation of 100, since the peers print bounds with two decimals.
    """
    data = load_breast_cancer()
    scaled = (data.data / data.data.std(axis=0) * 100).round(3)
    train, test, y, _ = train_test_split(scaled, data.target, random_state=0)
    model = RandomForestClassifier(100, random_state=0).fit(train, y)
    return table_world(model, train, test[:20], [name.replace(" ", "_") for name in data.feature_names])


def coded(rows, names):
    """Census as numbers: `(n, c)`, and the names of the categories by column."""
    columns, categories = [], {}
    for j, name in enumerate(names):
        values = [row[name] for row in rows]
        if name not in NUMBER_CODED:
            known = sorted(set(values))
            categories[j], values = known, [known.index(value) for value in values]
        columns.append(np.array(values, float))
    return np.column_stack(columns), categories


def adult():
    """Census (adult): five numbers and seven categories as codes, nothing one-hot, gradient boosting."""
    rows = bundled("census.csv.gz")
    names = [name for name in rows[0] if name != "income"]
    table, categories = coded(rows, names)
    income = np.array([int(row["income"] == ">50K") for row in rows])
    train, test, y, _ = train_test_split(table, income, random_state=0)
    model = HistGradientBoostingClassifier(random_state=0, categorical_features=sorted(categories)).fit(train, y)
    return table_world(model, train, test[:20], [name.replace("-", "_") for name in names], categories)


class Majority:
    """Says 1 where most of the first five columns are above 0: a structure that is known, without a fit."""

    def predict(self, rows):
        """Labels of `(n, c)` rows."""
        return ((np.asarray(rows)[:, :5] > 0).sum(axis=1) > 2).astype(int)


def block():
    """Five columns correlated by .99 that vote, and three that do not matter.

    Among training rows one of the five tells the others. In perturbed rows it does not: there a rule needs three of
    them to be sure, and two are worth 7/8 at best.
    """
    rng = np.random.default_rng(0)
    shared, own = rng.normal(size=(4000, 1)), rng.normal(size=(4000, 8))
    table = own.copy()
    table[:, :5] = shared * 0.99**0.5 + own[:, :5] * 0.01**0.5
    table = (table * 100).round(3)
    return table_world(Majority(), table[:3000], table[3000:3020], [f"x{j}" for j in range(8)])


def text_world(**more):
    """Film snippets of 8 to 25 words that were held out, and word counts with logistic regression."""
    rows = bundled("movie_sentiment.csv.gz")
    texts, labels = [row["text"] for row in rows], np.array([int(row["label"] == "positive") for row in rows])
    out = np.arange(len(texts)) % 5 == 0
    model = make_pipeline(CountVectorizer(), LogisticRegression(solver="liblinear"))
    model.fit([text for text, held in zip(texts, out) if not held], labels[~out])
    chosen = [text for text, held in zip(texts, out) if held and 8 <= len(text.split()) <= 25]
    return dict(kind="text", model=model, instances=chosen[:20], **more)


def snippets():
    """Words masked by UNK."""
    return text_world(strategy="unknown")


def similar():
    """Words replaced by similar ones."""
    return text_world(strategy="similarity")


def squares(picture):
    """Sixteen squares of an 8 x 8 picture."""
    return np.arange(8)[:, None] // 2 * 4 + np.arange(8) // 2


def hidden(picture):
    """The picture with every square replaced by its mean."""
    means = np.bincount(squares(picture).ravel(), picture.ravel()) / 4
    return means[squares(picture)][..., None]


def neighbours(picture, visible):
    """Pictures `(n, 8, 8, 1)` in which the squares `visible` `(n, 16)` are as they were."""
    return np.where(visible[:, squares(picture)][..., None], picture, hidden(picture))


class Flat:
    """A model of flat rows, asked about pictures (n, 8, 8, channels): the first channel counts."""

    def __init__(self, model):
        self.model = model

    def predict(self, pictures):
        """Labels."""
        return self.model.predict(np.asarray(pictures)[..., 0].reshape(len(pictures), -1))

    def predict_proba(self, pictures):
        """Class probabilities."""
        return self.model.predict_proba(np.asarray(pictures)[..., 0].reshape(len(pictures), -1))


def picture_world(target, wanted):
    """Held-out digits whose empty rule has a wanted precision (a function of it), and a model of them."""
    pictures, digit = load_digits(return_X_y=True)
    train, test, y, _ = train_test_split(pictures, target(digit), random_state=0)
    model, rng = Flat(LogisticRegression(C=0.01, max_iter=1000).fit(train, y)), np.random.default_rng(0)
    chosen = []
    for picture in test.reshape(-1, 8, 8, 1):
        near = neighbours(picture, rng.random((2000, 16)) < 0.5)
        if wanted((model.predict(near) == model.predict(picture[None])).mean()):
            chosen.append(picture)
        if len(chosen) == 20:
            return dict(kind="picture", model=model, instances=np.array(chosen))
    raise ValueError(f"only {len(chosen)} of 20 wanted pictures were found")


def digits():
    """Ten classes; pictures whose answer does not survive hiding squares."""
    return picture_world(lambda digit: digit, lambda precision: precision < 0.9)


def digits_empty():
    """'Is it a 3?', pictures of which it says no nearly always: the empty anchor is the right answer."""
    return picture_world(lambda digit: (digit == 3).astype(int), lambda precision: precision > 0.98)


WORLDS = {one.__name__: one for one in (cancer, adult, block, snippets, similar, digits, digits_empty)}
LISTED = ("near", "tree")  # problems whose truth is enumerated, see problems.py


def build():
    """Fit everything once and store it. Other environments load it, they never fit."""
    PLACE.mkdir(exist_ok=True)
    for name, make in WORLDS.items():
        with open(PLACE / f"{name}.pkl", "wb") as file:
            pickle.dump(make(), file)


def load(name):
    """The world of a case; of enumerated problems keep `(n, 14)` and tables `(n, 2**14)`, padded."""
    if name in LISTED:
        return dict(kind="listed", **np.load(PLACE / f"{name}.npz"))
    with open(PLACE / f"{name}.pkl", "rb") as file:
        return pickle.load(file)


def random_inputs(world, n=1000):
    """n random inputs: rows with shuffled columns, texts with masked words, pictures with hidden squares."""
    rng = np.random.default_rng(7)
    if world["kind"] == "table":
        return np.column_stack([rng.choice(column, n) for column in world["train"].T])
    some = [world["instances"][i] for i in rng.integers(len(world["instances"]), size=n)]
    if world["kind"] == "text":
        return [" ".join(np.where(rng.random(len(one.split())) < 0.5, one.split(), "UNK")) for one in some]
    return np.concatenate([neighbours(one, rng.random((1, 16)) < 0.5) for one in some])


def fingerprints():
    """Case -> a digest of the labels of all instances and of 1,000 random inputs."""
    said = {}
    for name in WORLDS:
        world = load(name)
        labels = [world["model"].predict(inputs) for inputs in (world["instances"], random_inputs(world))]
        said[name] = hashlib.sha256(np.concatenate(labels).astype(np.int64).tobytes()).hexdigest()[:16]
    return said


def main():
    """Build or check."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["build", "check"])
    if parser.parse_args().what == "build":
        build()
    else:
        print(json.dumps(fingerprints()))


if __name__ == "__main__":
    import cases  # as a module, so that pickles name `cases.Flat`, not `__main__.Flat`

    cases.main()
