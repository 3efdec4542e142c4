"""What people expect on the second day: names of classes, files, published arguments, scikit-learn's manners, help."""

import json
import pickle
import re
from html import unescape

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from grokking_anchors import (
    AnchorImage,
    AnchorTabular,
    AnchorText,
    Explanation,
    Settings,
    explain_many,
    load_explainer,
    pick,
    report,
    to_frame,
)
from grokking_anchors.many import plot_pick
from grokking_anchors.models import imagenet_model
from grokking_anchors.params import class_name, classes_of
from grokking_anchors.published import ARGUMENTS, markdown
from grokking_anchors.settings import meanings

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
Y = (X[:, 0] > 0).astype(int)
ROW = X[np.argmax(X[:, 0])]
FOREST = RandomForestClassifier(5, random_state=0).fit(X, Y)
NAMES = ["refused", "granted"]
PICTURE = np.arange(16, dtype=np.uint8).reshape(4, 4) * 9 + 60


def four(image):
    """Four squares."""
    return np.arange(4)[:, None] // 2 * 2 + np.arange(4) // 2


def good(texts):
    """1 for good ones."""
    return np.array(["good" in text for text in texts]).astype(int)


def bright(pictures):
    """1 for a bright first pixel."""
    return (pictures[:, 0, 0] > 9).astype(int)


def picture_explainer(**more):
    """Black behind what is hidden, or the backgrounds."""
    behind = {} if "images_background" in more else dict(hide_with=0)
    return AnchorImage(bright, **dict(image_shape=(4, 4), segmentation_fn=four, seed=0) | behind | more)


MAKE = {
    "AnchorText": lambda **more: AnchorText(good, **{"seed": 0} | more),
    "AnchorTabular": lambda **more: AnchorTabular(FOREST, **{"seed": 0} | more).fit(X),
    "AnchorImage": picture_explainer,
}
INSTANCE = {"AnchorText": "a good film", "AnchorTabular": ROW, "AnchorImage": PICTURE}
FOUND = {kind: MAKE[kind]().explain(INSTANCE[kind]) for kind in MAKE}


# ---- names of classes -------------------------------------------------------------------


@pytest.mark.parametrize("kind", MAKE)
def test_predictions_have_names(kind):
    """In words, in HTML and on the picture; `prediction` stays what the model says, and a file keeps both."""
    found = MAKE[kind](class_names=NAMES).explain(INSTANCE[kind])
    assert found.prediction == found.raw["prediction"] == 1 and found.said == "granted"
    assert "Prediction: granted" in str(found) and "granted" in found._repr_html_() and "granted" in found.title
    again = Explanation.from_json(found.to_json())
    assert again.said == "granted" and again.prediction == 1


def test_lists_of_explanations_have_names(tmp_path):
    """Picked rules, their picture, a report, and what would change it; a rule is not cut."""
    found = explain_many(MAKE["AnchorTabular"](class_names=NAMES), X[Y == 1][:4])
    (one, *_) = few = pick(found, 2, X, FOREST.predict, prediction=1)
    assert one["prediction"] == 1 and one["said"] == "granted"
    few[0] = one | dict(rule=" AND ".join(f"column {i} > 0.125" for i in range(9)))
    axes = plot_pick(few).axes[0]
    lines = axes.get_yticklabels()[0].get_text().splitlines()
    assert len(lines) > 2 and all(line.startswith("AND ") for line in lines[1:])
    label = " ".join(lines)
    assert label == f"granted if {few[0]['rule']}" and axes.get_xlabel() == "share of inputs predicted granted covered"
    assert to_frame(found)[["prediction", "said"]].iloc[0].tolist() == [1, "granted"]
    shown = unescape(found[0]._repr_html_())  # which row it is about
    assert all(f"column {j} = {value:.6g}" in shown for j, value in enumerate(found[0].instance))
    text = report(found, tmp_path / "report.html", pictures=0).read_text()
    assert "<td>granted</td>" in text and "<summary>0: granted: " in text
    assert found[0].breaks(n=50, predictor=MAKE["AnchorTabular"]()).facts()["Prediction"] == "granted"


def test_names_of_the_models_own():
    """Taken from `classes_`, of the estimator or a bound method, for labels and for columns alike."""
    labels = np.array(["no", "yes"])[Y]
    model = LogisticRegression().fit(X, labels)
    for form in (model, model.predict, model.predict_proba):
        explainer = AnchorTabular(form, seed=0).fit(X)
        assert explainer.class_names == ["no", "yes"] and explainer.explain(ROW).said == "yes"
    assert AnchorTabular(model, seed=0).fit(X).explain(ROW, soft=True, threshold=0.6).said == "yes"
    odd = LogisticRegression().fit(X, Y * 4 + 1)  # 1 and 5: a column's number is no label
    assert AnchorTabular(odd.predict_proba, seed=0).fit(X).explain(ROW).said == "5"
    assert AnchorTabular(odd, class_names=NAMES, seed=0).fit(X).explain(ROW).said == "granted"
    rule = AnchorTabular(FOREST, class_names=NAMES, seed=0).fit(X).evaluate({"column 0": (0.5, None)}, ROW)
    assert rule.said == "granted"


def test_names_that_do_not_fit():
    """They are told at once where the model knows its classes, and else with the first answer."""
    assert class_name(good, {1: "yes"}, 1) == "yes" and class_name(good, ["a", "b"], "b") == "b"
    assert classes_of(good) is None and classes_of(FOREST.predict) == [0, 1]
    for names, error in (["a"], ValueError), ("ab", TypeError), (7, TypeError), (["a", "a"], ValueError):
        with pytest.raises(error, match="class_names"):
            AnchorTabular(FOREST, class_names=names)
    with pytest.raises(ValueError, match="class_names has no name for .*1"):
        AnchorText(good, class_names=["only"]).explain("a good film")
    with pytest.raises(ValueError, match="3 names, but the model answers with 2 columns"):
        AnchorText(lambda t: np.eye(2)[good(t)], class_names=list("abc")).explain("a good film")


def test_the_bundled_image_classifier_has_names():
    """285 is an Egyptian cat."""
    pytest.importorskip("onnxruntime")
    see, names = imagenet_model()
    assert classes_of(see) == names and class_name(see, None, 285, 1000) == names[285] != "285"


def test_published_scripts_index_class_names():
    """`class_names[explainer.predictor(x)[0]]`, with labels and with probabilities."""
    for model in (FOREST.predict, FOREST.predict_proba):
        explainer = AnchorTabular(model).fit(X)
        assert NAMES[explainer.predictor(ROW.reshape(1, -1))[0]] == "granted" and explainer.model == model
    ages = AnchorTabular(lambda rows: rows[:, 0] * 1.5).fit(X)
    assert ages.predictor(X[:2]).tolist() == (X[:2, 0] * 1.5).tolist()


# ---- explainers in files ----------------------------------------------------------------


@pytest.mark.parametrize("kind", MAKE)
def test_save_and_load(kind, tmp_path):
    """The same explanation again, with the model that is given: the file has none."""
    path, explainer = tmp_path / "explainer", MAKE[kind](class_names=NAMES)
    explainer.save(path)
    assert b"RandomForest" not in path.read_bytes() and [file.name for file in tmp_path.iterdir()] == ["explainer"]
    again = load_explainer(path, explainer.model)
    assert type(again) is type(explainer) and again.explain(INSTANCE[kind]).words == FOUND[kind].words
    assert again.class_names == NAMES and explainer.model is not None
    assert again.reset_predictor(good).model is good


def test_files_that_are_no_explainers(tmp_path):
    """A stranger's pickle is not read; another version, a damaged file, a lambda, a missing folder: each by name."""
    path = tmp_path / "explainer"
    path.write_bytes(pickle.dumps(7))
    with pytest.raises(ValueError, match="no explainer that save"):
        load_explainer(path, good)
    AnchorText(good).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"version 0.1.0", b"version 0.0.7"))
    with pytest.raises(ValueError, match=r"written by version 0\.0\.7, this is 0\.1\.0"):
        load_explainer(path, good)
    path.write_bytes(whole[:-20])
    with pytest.raises(ValueError, match="damaged"):
        load_explainer(path, good)
    path.write_bytes(whole)
    with pytest.raises(ValueError, match=r"AnchorImage\.segmentation_fn cannot be stored"):
        AnchorImage(bright, (4, 4), segmentation_fn=lambda image: four(image)).save(path)
    assert path.read_bytes() == whole, "what stood there stays"
    with pytest.raises(ValueError, match="there is no folder"):
        AnchorText(good).save(tmp_path / "nowhere" / "x")
    assert "stranger" in load_explainer.__doc__ and "stranger" in AnchorText.save.__doc__


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    """And no part of the new one."""
    path = tmp_path / "explainer"
    path.write_text("old")

    def full(*paths):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        AnchorText(good).save(path)
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


# ---- parameters -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MAKE)
def test_parameters(kind):
    """Read, changed and checked; the text shows what is not as by default; `meta` has plain values."""
    explainer = MAKE[kind]()
    params = explainer.get_params()
    assert params["predictor"] is explainer.model and params["seed"] == 0 and params["class_names"] is None
    assert explainer.set_params(seed=7) is explainer and explainer.seed == 7
    assert explainer.explain(INSTANCE[kind]).words == FOUND[kind].words, "still fitted"
    assert re.match(rf"{kind}\(predictor=.*seed=7\)$|{kind}\(predictor=.*seed=7, ", repr(explainer))
    with pytest.raises((TypeError, ValueError), match="sed"):
        explainer.set_params(sed=1)
    with pytest.raises(TypeError, match="predictor must be a function"):
        explainer.set_params(predictor="model")
    assert explainer.seed == 7 and explainer.model is params["predictor"]
    meta = json.loads(json.dumps(explainer.meta))
    assert meta["name"] == kind and meta["params"]["seed"] == 7 and "predictor" not in meta["params"]


def test_clone_keeps_the_fitted_model():
    """scikit-learn's clone would unfit it; the table is to be fitted again, as of any estimator."""
    explainer = MAKE["AnchorTabular"](feature_names=list("abc"))
    twin = clone(explainer)
    assert twin.model is FOREST and twin.feature_names == list("abc") and twin is not explainer
    with pytest.raises(ValueError, match="call fit first"):
        twin.explain(ROW)
    assert twin.fit(X).explain(ROW).certified and explainer.set_params(feature_names=list("xyz")).table is None
    words = clone(AnchorText(good, "similarity", top_n=5))
    assert words.options == dict(top_n=5) and words.sampling_strategy == "similarity"


# ---- explanations in files --------------------------------------------------------------


@pytest.mark.parametrize("kind", MAKE)
def test_plot_into_axes(kind):
    """Of somebody's own figure, with what was predicted; the empty rule is called empty."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2)
    plt.close(figure)
    found = MAKE[kind](class_names=NAMES).explain(INSTANCE[kind])
    assert found.plot(ax=axes[1]) is figure and "granted" in axes[1].get_title() + axes[1].get_title(loc="left")
    assert axes[1].has_data() and not axes[0].has_data()
    if kind == "AnchorImage":
        assert found.plot().axes[1].get_title() == "anchor"
        sure = AnchorImage(lambda p: np.ones(len(p), int), (4, 4), segmentation_fn=four, hide_with=0)
        assert "empty" in sure.explain(PICTURE).plot().axes[1].get_title()
    else:
        assert "prediction: granted" in found.plot().axes[0].get_title(loc="left")
    if kind == "AnchorTabular":
        assert "prediction: granted; anchor" in found.plot_numbers().get_suptitle()


@pytest.mark.parametrize("kind", MAKE)
def test_save_by_suffix(kind, tmp_path):
    """A file that comes back, a page that needs no other file, pictures; nothing else."""
    found = FOUND[kind]
    starts = {".json": b"{", ".HTML": b"<!DOCTYPE", ".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    for suffix, start in starts.items():
        path = tmp_path / f"found{suffix}"
        found.save(path)
        assert path.read_bytes().startswith(start)
    assert str(Explanation.from_json((tmp_path / "found.json").read_text())) == str(found)
    page = found.to_html()
    assert page.count("data:image/png") >= 1 and "<title>prediction: 1; anchor</title>" in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    with pytest.raises(ValueError, match=r"suffix of path must be one of '\.json', .* came: '\.docx'"):
        found.save(tmp_path / "found.docx")
    assert len(list(tmp_path.iterdir())) == 5


def test_a_page_is_escaped():
    """Names and texts are no HTML."""
    found = AnchorText(good, class_names=["x", "<script>"], seed=0).explain("a good <b>film</b>")
    page = found.to_html()
    assert "<script>" not in page and "<b>" not in page and "&lt;script&gt;" in page


def test_numbers_have_sensible_digits():
    """Of a regression, six."""
    ages = AnchorTabular(lambda rows: 3897.3762127437194 + rows[:, 0] * 1e-6, seed=0).fit(X)
    assert "Prediction: 3897.38\n" in str(ages.explain(ROW, tolerance=1))
    ages.reset_predictor(lambda rows: 1234567.89 + rows[:, 0] * 1e-6)
    assert ages.explain(ROW, tolerance=1).said == "1234568"


# ---- published arguments ----------------------------------------------------------------

VALUES = dict(
    seed=3, sampling_strategy="unknown", nlp=None, language_model=None, sample_proba=0.4, top_n=5, temperature=0.5,
    use_proba=False, filling="parallel", batch_size_lm=8, punctuation="!", stopwords=["a"], sample_punctuation=True,
    frac_mask_templates=0.5, feature_names=list("abc"), categorical_names={}, ohe=False, dtype=np.float32,
    image_shape=(4, 4), segmentation_fn="slic", segmentation_kwargs=dict(n_segments=4),
    images_background=np.stack([PICTURE // 2]), p_sample=0.4, threshold=0.9, delta=0.2, tau=0.2, batch_size=50,
    coverage_samples=500, max_anchor_size=2, n_covered_ex=3, beam_size=2, stop_on_first=True, min_samples_start=200,
    verbose=False, verbose_every=2, binary_cache_size=500, cache_margin=100, disc_perc=(50,), train_data=X,
)  # fmt: skip
BY_KIND = [(one, kind) for one in ARGUMENTS for kind in one.kinds]


@pytest.mark.parametrize("one,kind", BY_KIND, ids=[f"{kind}-{one.call}-{one.name}" for one, kind in BY_KIND])
def test_every_published_argument(one, kind):
    """Each line of the table: the call works, and the value arrives where it is said to."""
    value = VALUES.get(one.name, INSTANCE[kind])
    if one.call == "constructor":
        more = dict(sampling_strategy="language_model") if "language_model" in one.note else {}
        more |= dict(segmentation_fn="slic") if one.name == "segmentation_kwargs" else {}
        value = np.uint8 if kind == "AnchorImage" and one.name == "dtype" else value
        made = MAKE[kind]() if one.name == "predictor" else MAKE[kind](**more | {one.name: value})
        assert one.name == "predictor" or np.all(made.get_params()[one.name] == value)
        assert made.explain(INSTANCE[kind]).predicates
    elif one.call == "fit":
        table = AnchorTabular(FOREST, seed=0)
        table = table.fit(value) if one.name == "train_data" else table.fit(X, **{one.name: value})
        assert table.table.columns[0].edges and (one.name == "train_data" or len(table.table.columns[0].edges) == 1)
    else:
        instance = () if one.name in ("text", "X", "image") else (INSTANCE[kind],)
        found = MAKE[kind]().explain(*instance, **{one.name: value})
        asked = found.meta["params"] | found.meta["asked"]
        assert one.name not in asked or one.name in ("text", "X", "image") or asked[one.name] == value
        assert one.here.startswith("as published") is (one.name in asked or not instance)


def test_verbose_shows_the_bar_and_the_rest_is_checked(capsys):
    """What concerns no result still has to make sense; the wrong suggestion for a size of a cache is gone."""
    explainer = MAKE["AnchorTabular"]()
    assert explainer.explain(ROW, verbose=True).meta["params"]["progress"] is True and capsys.readouterr().err
    for wrong in (dict(verbose=3), dict(verbose_every="a"), dict(binary_cache_size=1.5), dict(cache_margin=None)):
        with pytest.raises(TypeError, match=next(iter(wrong))):
            explainer.explain(ROW, **wrong)
    with pytest.raises(TypeError, match="one instance, came: 2"):
        explainer.explain(ROW, X=ROW)
    assert explainer.explain(ROW, verbose_every=1, binary_cache_size=10, cache_margin=0).rule.tolist() == FOUND[
        "AnchorTabular"].rule.tolist()  # fmt: skip


def test_published_order_of_the_constructors():
    """By position, as in published calls; what cannot be meant is told."""
    table = AnchorTabular(FOREST, list("abc"), None, np.float64, False, 5)
    assert table.seed == 5 and table.dtype is np.float64
    assert AnchorText(good, "unknown", None, None, 4).seed == 4
    assert AnchorImage(bright, (4, 4), np.uint8, "slic", None, None, 2).seed == 2
    with pytest.raises(TypeError, match="dtype must be a dtype of numbers, came: True"):
        AnchorTabular(FOREST, list("abc"), None, True).fit(X)
    with pytest.raises(TypeError, match="language_model is of sampling_strategy='language_model'"):
        AnchorText(good, language_model=good)


def test_dtype_is_what_the_model_gets():
    """Of arrays; a frame has its own."""
    seen = set()

    def model(rows):
        seen.add(rows.dtype)
        return (rows[:, 0] > 0).astype(int)

    AnchorTabular(model, dtype="float32", seed=0).fit(X).explain(ROW)
    assert seen == {np.dtype("float32")}
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="dtype is for arrays"):
        AnchorTabular(model, dtype="float32").fit(pandas.DataFrame(X))


def test_the_table_for_a_page():
    """One line for each argument, none twice."""
    lines = markdown().splitlines()[2:]
    assert len(lines) == len(ARGUMENTS) and all(line.count("|") == 5 for line in lines)
    keys = [(kind, one.call, one.name) for one, kind in BY_KIND]
    assert len(set(keys)) == len(keys) >= 70


# ---- hints ------------------------------------------------------------------------------


def test_labels_and_fractions_are_no_percentiles():
    """`fit(X, y)` and (.25, .5, .75) are told."""
    table = AnchorTabular(FOREST)
    for labels in (Y, Y.tolist(), np.array(["a", "b"])[Y], tuple(Y)):
        with pytest.raises(ValueError, match="one for each row of train_data: if they are labels"):
            table.fit(X, labels)
    for option in (dict(disc_perc=(0.25, 0.5, 0.75)), dict(bins=(0.25, 0.5))):
        with pytest.raises(ValueError, match=rf"{next(iter(option))} must be percentiles, from 0 to 100, .*fractions"):
            table.fit(X, **option)
    assert table.fit(X, disc_perc=(0.5, 50)).table is not None


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)], ids=["n", "n by 1"])
def test_one_column_of_floats_gets_a_hint(shape):
    """A sigmoid is compared with .5, a score with 0."""
    chance = lambda rows: (1 / (1 + np.exp(-np.asarray(rows)[:, 0]))).reshape(shape)
    with pytest.raises(ValueError, match=r"a probability of one class, give lambda X: model\(X\) > 0\.5;"):
        AnchorTabular(chance).fit(X).explain(ROW)
    score = lambda rows: (np.asarray(rows)[:, 0] * 9 - 3).reshape(shape)
    with pytest.raises(ValueError, match=r"a score of one class, give lambda X: model\(X\) > 0;"):
        AnchorTabular(score).fit(X).explain(ROW)
    assert AnchorTabular(lambda rows: chance(rows) > 0.5, seed=0).fit(X).explain(ROW).certified


class Reader:
    """An estimator of texts."""

    classes_ = np.array(["bad", "good"])

    def predict(self, texts):
        return self.classes_[good(texts)]

    def predict_proba(self, texts):
        return 0.1 + 0.8 * np.eye(2)[good(texts)]


def test_texts_have_soft_answers_too():
    """As tables have, with the name of the class; and all of it can be pickled."""
    explainer = AnchorText(Reader(), seed=0)
    found = explainer.explain("a good film", threshold=0.8, soft=True)
    assert found.said == "good" and found.words == ["good"] and abs(found.precision - 0.9) < 1e-6
    assert pickle.loads(pickle.dumps(explainer)).explain("a good film").said == "good"
    assert pickle.loads(pickle.dumps(found)).said == "good"


# ---- help -------------------------------------------------------------------------------


@pytest.mark.parametrize("door", [AnchorText, AnchorTabular, AnchorImage])
def test_help_lists_every_option(door):
    """With its default and its meaning, from where they are defined."""
    said = door.explain.__doc__
    for name, meaning in meanings().items():
        assert f"    {name}=" in said and meaning in said and len(meaning) > 8
    options = {name for name in vars(Settings)["__dataclass_fields__"]}
    assert options | {"target", "tolerance", "soft"} == set(meanings())
    assert "    threshold=0.95\n" in said and "    tolerance=None\n" in said
