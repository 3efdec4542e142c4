"""Files and terminals: strict JSON, checked before it is believed; no commands to whoever looks at it."""

import base64
import json
import random
import sys
import tracemalloc
import zlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from test_explanation import MADE

from grokking_anchors import AnchorTabular, Explanation, image
from grokking_anchors.files import visible
from grokking_anchors.image import packed, unpacked
from grokking_anchors.words import TextExplanation

FRAME = pd.DataFrame({"age": np.arange(60.0) % 40, "job": ["a", "b", "c"] * 20})
FRAME.loc[3, "age"] = np.nan
FRAMED = AnchorTabular(lambda X: (X.age > 20).astype(int), seed=0).fit(FRAME)
KINDS = MADE | {"frame": FRAMED.explain(FRAME.iloc[[30]])}
TOY = MADE["toy"]


def strict(text):
    """JSON as every other reader takes it: without NaN."""

    def never(constant):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=never)


# ---- strict JSON ----------------------------------------------------------------------------

NUMBERS = [float("nan"), float("inf"), -float("inf"), np.float32("nan"), np.longdouble(0.5), np.float64(-0.25), 3]


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_every_number_comes_back(value):
    """NaN and the infinities, too, and the file is JSON for every reader."""
    text = replace(TOY, instance=[value]).to_json()
    strict(text)
    again = Explanation.from_json(text)
    assert np.array_equal(again.instance, [float(value)], equal_nan=True) and again.to_json() == text


OTHERS = {
    "2020-01-02 00:00:00": pd.Timestamp("2020-01-02"), "(0, 1]": pd.Interval(0, 1),
    "2020-01-02": np.datetime64("2020-01-02"), "b'x'": b"x", "1j": 1j, "{1}": {1},
    "2 days 00:00:00": pd.Timedelta(days=2),
}  # fmt: skip


@pytest.mark.parametrize("text", OTHERS)
def test_what_json_cannot_hold_is_kept_as_text(text):
    """Alone, in a list, and in an array."""
    value = OTHERS[text]
    found = replace(TOY, instance=[value, None, pd.NA, pd.NaT], prediction=value)
    state = strict(found.to_json())
    assert state["raw"]["instance"] == [text, None, None, None] and state["prediction"] == text
    several = strict(replace(TOY, instance=np.array([value])).to_json())["raw"]["instance"]
    assert several == [text] or text == "2 days 00:00:00" and several == [text[:6]]
    assert strict(replace(TOY, instance={text: np.bool_(True)}).to_json())["raw"]["instance"] == {text: True}


def test_a_missing_value_of_a_table_is_missing_after_a_file():
    """The row that is explained has one; the rule still holds for it."""
    one = FRAMED.explain(FRAME.iloc[[3]])
    again = Explanation.from_json(one.to_json())
    assert again.instance == one.instance and again.holds(FRAME).tolist() == one.holds(FRAME).tolist()
    assert again.to_json() == one.to_json() and strict(one.to_json())


# ---- what is shown --------------------------------------------------------------------------


def test_keys_from_a_file_are_escaped():
    """In the table that a notebook shows: of `measured`, of everything."""
    state = MADE["table"].to_dict() | {"measured": {"<script>x</script>": [0.5, 3, "<img>"]}, "reason": "<b>"}
    state["meta"]["question"] = "<i>"
    page = Explanation.from_dict(state)._repr_html_()
    assert not [tag for tag in ("<script>", "<img>", "<b>", "<i>") if tag in page] and "&lt;script&gt;" in page


def test_terminals_get_no_commands():
    """Escapes, C1 codes, turns of direction and half characters are shown as what they are; nothing else changes."""
    hostile = "a\x1b[2J\x9b1m\x07\r\x7f\u202eb\ud800"
    assert visible(hostile) == r"a\u001b[2J\u009b1m\u0007\u000d\u007f\u202eb\ud800"
    for text in ("Zoë — 東京\t👩‍🚀\n«ok»", "naïve\xa0text"):
        assert visible(text) == text
    assert strict(visible(json.dumps([hostile], ensure_ascii=False))) == [hostile]
    said = str(replace(TOY, prediction=hostile, reason="fine\nPrediction: no"))
    assert "\x1b" not in said and "\x9b" not in said and r"\u001b[2J" in said
    assert sum(line.startswith("Prediction: ") for line in said.splitlines()) == 1


# ---- which kinds ----------------------------------------------------------------------------

STRANGERS = [("main", "grokking_anchors.cli"), ("Door", "grokking_anchors.explanation"),
             ("Any", "grokking_anchors.words"), ("Explanation", "grokking_anchors"),
             ("ImageExplanation", "grokking_anchors.cli"), ("check", "grokking_anchors.paths")]  # fmt: skip


@pytest.mark.parametrize("kind, module", STRANGERS)
def test_only_explanations_are_made(kind, module):
    """No other name of the package is taken, and no module is loaded for it."""
    before = set(sys.modules)
    with pytest.raises(ValueError, match=f"kind is '{kind}' of '{module}', which is no explanation; known: "):
        Explanation.from_dict(TOY.to_dict() | {"kind": kind, "module": module})
    assert set(sys.modules) == before


def test_foreign_modules_are_not_loaded():
    """The plain kind stands for one that is not defined; a kind below a kind is found."""
    lost = Explanation.from_dict(TOY.to_dict() | {"kind": "Anchor", "module": "antigravity"})
    assert type(lost) is Explanation and "antigravity" not in sys.modules

    @dataclass(frozen=True, repr=False, eq=False)
    class Letter(TextExplanation):
        """A text of a special kind."""

    letter = Letter(**vars(MADE["text"]))
    assert type(Explanation.from_json(letter.to_json())) is Letter


# ---- sizes ----------------------------------------------------------------------------------


def zipped(data):
    """As a file holds bytes."""
    return base64.b64encode(zlib.compress(data)).decode()


def test_bombs_take_no_memory():
    """What unpacks to more than it says, or says more than a file may hold, is refused before it is there."""
    big = zipped(bytes(40_000_000))
    states = [dict(dtype="|u1", shape=[4, 4], zlib=big), dict(dtype="|u1", shape=[300_000_000], zlib=big),
              dict(dtype="<f8", shape=[2**40, 2**40], zlib=big), dict(dtype="|u1", shape=[-1], zlib=big),
              dict(dtype="|u1", shape=[0, 2**60], zlib=big), dict(dtype="|u1", shape=[], zlib=big)]  # fmt: skip
    tracemalloc.start()
    for state in states:
        with pytest.raises(ValueError, match="zlib must hold|shape is none, or above"):
            unpacked(state)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000  # bytes


@pytest.mark.parametrize("dtype", ["|O", "<U3", "<M8[ns]", "V8", "f8,f8", "float64", "<f99", "<c16"])
def test_only_arrays_of_numbers(dtype):
    """No objects, no records."""
    with pytest.raises((ValueError, TypeError)):
        unpacked(packed(np.zeros(4)) | {"dtype": dtype})


def test_what_is_too_large_to_be_read_is_not_written(monkeypatch):
    """Both ends have the same limit."""
    monkeypatch.setattr(image, "LIMIT", 31)
    with pytest.raises(ValueError, match=r"at most 31 bytes, came: \(4, 4\), 128 bytes"):
        MADE["picture"].to_json()


PIECES = {
    "labels": [np.arange(16).reshape(4, 4) * 10**4, np.eye(4, dtype=int) * 2, np.zeros((4, 4), int),
               np.zeros((2, 8), int), -np.eye(4, dtype=int), np.arange(16).reshape(4, 4), np.eye(4)],
    "sheets": [np.zeros((1, 4, 4)), np.zeros(4), np.zeros((2, 5, 5)), np.zeros((2, 4, 4, 1, 1))],
}  # fmt: skip


@pytest.mark.parametrize("name, array", [(name, array) for name, arrays in PIECES.items() for array in arrays])
def test_pieces_of_a_picture_fit_each_other(name, array):
    """Labels without gaps for each segment of the rule, at least two sheets, of the size of the labels."""
    state = MADE["picture"].to_dict()
    state["sampler"] |= {name: packed(array)}
    told = "sheets and labels do not fit|labels do not fit|a segmentation|the segmentation"
    with pytest.raises(ValueError, match=f"no sound ImageExplanation; ValueError: ({told})"):
        Explanation.from_dict(state)


def test_recipes_name_sheets_that_are_there():
    """And as many as there are segments."""
    for recipe in ([0, 0, 0, 2], [0, 0, 0, -1], [0, 0, 0]):
        state = MADE["picture"].to_dict()
        state["raw"]["examples"][0]["covered_true"] = [recipe]
        with pytest.raises(ValueError, match="no sound ImageExplanation"):
            Explanation.from_dict(state)


# ---- the front door -------------------------------------------------------------------------

WRONG = [("certified", 1), ("precision", 1.5), ("precision", True), ("precision_interval", [0.9, 0.1]),
         ("rule", [1] * 6), ("names", ["a"]), ("coverage_interval", [0]), ("anchor", "best"), ("prediction", None),
         ("meta.search.used", 3), ("raw.feature", [0, 1]), ("raw.precision", [1]), ("queries.rows", "3"),
         ("raw.examples", [{}, {}])]  # fmt: skip


@pytest.mark.parametrize("path, value", WRONG)
def test_the_field_that_is_wrong_is_named(path, value):
    """With what came; and one that is missing."""
    for gone in (False, True):
        state = at = TOY.to_dict()
        *above, last = path.split(".")
        for key in above:
            at = at[key]
        at[last] = value
        if gone:
            del at[last]
        elif path == "prediction":
            continue  # any is fine
        with pytest.raises(ValueError, match=f"{path} is missing" if gone else f"{path} must .*came: "):
            Explanation.from_dict(state)


SPOILT = [("text", "meta.spans", [[0, 1, 2]] * 3), ("text", "meta.groups", [None] * 3), ("table", "widths", [1]),
          ("table", "bounds", [[0, 1, 3]] * 8), ("table", "bounds", [[7, 1, 3]] * 9),
          ("table", "columns", [{"name": "a", "kind": "number", "edges": ["1"], "categories": []}] * 3)]  # fmt: skip


@pytest.mark.parametrize("kind, path, value", SPOILT)
def test_fields_of_one_kind_are_named(kind, path, value):
    """Spans of a text, columns and bounds of a table."""
    state = at = KINDS[kind].to_dict()
    *above, last = path.split(".")
    for key in above:
        at = at[key]
    at[last] = value
    with pytest.raises(ValueError, match=f"{path} must "):
        Explanation.from_dict(state)


def test_the_anchor_is_the_rule_in_words():
    """A file that says something else at its top than its rule does is refused."""
    for kind in ("toy", "text", "table"):
        with pytest.raises(ValueError, match="anchor must be the rule in words"):
            Explanation.from_dict(KINDS[kind].to_dict() | {"anchor": ["anything"]})


DEEP = ["[" * 100_000, '{"a": ' * 3000 + "1" + "}" * 3000, "[" * 700 + "]" * 700]


@pytest.mark.parametrize("text", ["", "nul", "7", "[]", '""', *DEEP], ids=lambda text: text[:5])
def test_no_json_and_no_explanation(text):
    """Both are told; depth is no way to stop the process."""
    with pytest.raises(ValueError, match="text must be the JSON of an explanation|no stored explanation"):
        Explanation.from_json(text)
    with pytest.raises(TypeError, match="text must be the JSON of an explanation, came: int"):
        Explanation.from_json(7)


VALUES = [None, True, -1, 0, 3, 10**9, 10**30, 0.5, -2.5, 1e308, float("nan"), "", "x", "<b>", "\x1b[2J", [], {}, [[]],
          [1, 2, 3], {"a": 1}, {"__float__": "nan"}, {"__float__": []}, "|O", "<U9",
          "grokking_anchors.cli", "Door"]  # fmt: skip


def paths(value, path=()):
    """Of every value in a state, of long lists the first three."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(min(len(value), 3)):
            yield path + (key,)
            yield from paths(value[key], path + (key,))


def spoilt(state, rng):
    """The state with one value gone, doubled, or another."""
    state = at = json.loads(json.dumps(state))
    *above, last = rng.choice(list(paths(state)))
    for key in above:
        at = at[key]
    if rng.random() < 0.2:
        del at[last]
    elif isinstance(at, list) and rng.random() < 0.2:
        at.append(at[last])
    else:
        at[last] = rng.choice(VALUES)
    return json.dumps(state)


def flipped(text, rng):
    """The text with one character changed, or cut short."""
    i = rng.randrange(len(text))
    return text[:i] if rng.random() < 0.2 else text[:i] + rng.choice('{}[]",:0159eE-nut \\x') + text[i + 1 :]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_comes_is_refused_or_sound(kind):
    """240 spoilt files: a ValueError, or an explanation that shows itself and is stored again; nothing is loaded."""
    text, rng, read, loaded = KINDS[kind].to_json(), random.Random(0), 0, set(sys.modules)
    state = json.loads(text)
    for i in range(240):
        try:
            found = Explanation.from_json(flipped(text, rng) if i % 3 == 0 else spoilt(state, rng))
        except ValueError as error:
            assert str(error) and len(str(error)) < 1000
            continue
        read += 1
        assert "\x1b" not in str(found) and found.anchor is not None and found.raw
        if kind != "picture":
            assert "<b>" not in found._repr_html_()
        assert Explanation.from_json(found.to_json()).to_json() == found.to_json()
    assert 50 < read < 190  # both happen
    assert {name for name in set(sys.modules) - loaded if name.startswith("grokking_anchors")} == set()
