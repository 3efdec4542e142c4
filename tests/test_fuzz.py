"""Random problems: whatever is asked, it ends; what is certified is audited; what is shown is true of its own examples.

Hypothesis makes them, the same ones each time. False alarms: the counts of broken promises are compared with what a
sound package exceeds once in 10,000 runs, if delta were used up to the last; all else must hold without exception.
"""

import json

import numpy as np
import pandas as pd
import pytest
from test_hostile import watchdog  # noqa: F401

from grokking_anchors import AnchorImage, AnchorTabular, AnchorText, IndependentSampler, agreement, find_anchor
from grokking_anchors.encoding import all_rules, applies, coverage, precision
from grokking_anchors.explanation import Explanation
from grokking_anchors.segments import relabel
from grokking_anchors.words import parts_of, token_spans

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies
given, assume = hypothesis.given, hypothesis.assume


def fuzz(examples):
    """So many examples, the same ones each time; a failure is shown as it came, for to shrink it may take minutes."""
    return hypothesis.settings(derandomize=True, database=None, deadline=None, max_examples=examples,
                               phases=[hypothesis.Phase.generate], report_multiple_bugs=False,
                               suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip


def broken_at_most(deltas):
    """More of these events come once in 10,000 times, each with its own probability, none helping another."""
    law = np.ones(1)
    for delta in deltas:
        law = np.convolve(law, [1 - delta, delta])
    return int(np.searchsorted(law.cumsum(), 1 - 1e-4))


# ---- strategies: rules, worlds, settings, models -------------------------------------------


@st.composite
def rules_and_rows(draw):
    """Rules (k, d), rows (n, d), weights and agreement, all of random size."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    k, n, d = draw(st.tuples(st.integers(1, 5), st.integers(1, 9), st.integers(1, 140)))
    rules = rng.random((k, d)) < draw(st.sampled_from([0.0, 0.02, 0.3, 1.0]))
    return rules, rng.random((n, d)) < draw(st.sampled_from([0.0, 0.5, 0.98, 1.0])), rng.random(n), rng.random(n)


class World(IndependentSampler):
    """Switches, and a table that says how far the model agrees with each of their states: every truth is known."""

    def __init__(self, keep, table, dice, trap=None):
        super().__init__([f"switch {i}" for i in range(len(keep))], keep)
        self.truth, self.states_of_all, self.dice = table, all_rules(len(keep)), dice
        self.asked = {} if trap is None else dict(threshold=trap, max_anchor_size=2)
        self.weights = np.where(self.states_of_all, keep, 1 - keep).prod(axis=1)
        self.rng = np.random.default_rng(1)

    def render(self, choices):
        return choices.copy()

    def agrees(self, rows):
        """What the table says; thrown as a die where the model rolls dice."""
        share = self.truth[rows @ 2 ** np.arange(rows.shape[1])[::-1]]
        return (self.rng.random(len(rows)) < share).astype(float) if self.dice else share


@st.composite
def worlds(draw):
    """Of one to six switches; in half of them no short rule reaches the threshold, and each comes close."""
    trap = draw(st.sampled_from([None, None, None, 0.8, 0.9, 0.95]))
    if trap is not None:
        return World(np.full(6, 0.5), np.r_[np.full(63, trap - draw(st.sampled_from([0.01, 0.03]))), 1], True, trap)
    d, rng = draw(st.integers(1, 6)), np.random.default_rng(draw(st.integers(0, 2**32)))
    keep = rng.choice([0.2, 0.5, 0.8], d) if draw(st.booleans()) else np.full(d, draw(st.sampled_from([0.1, 0.5, 0.9])))
    share = draw(st.sampled_from([0.5, 0.9, 0.94, 0.97, 1.0]))
    table = (rng.random(2**d) < share).astype(float)
    kind = draw(st.sampled_from(["labels", "labels", "fractions", "dice"]))
    if kind != "labels":
        table = rng.uniform(share - 0.1, min(1, share + 0.05), 2**d)
    table[-1] = 1
    return World(keep, table, kind == "dice")


LIMITS = dict(batch_size=st.integers(1, 150), max_queries=st.integers(1, 4000),
              max_pulls=st.integers(1, 2000), n_covered_ex=st.integers(1, 5), seed=st.integers(0, 2**40),
              max_anchor_size=st.none() | st.integers(1, 7), stop_on_first=st.booleans(),
              threshold=st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]),
              delta=st.sampled_from([0.01, 0.05, 0.1]))  # fmt: skip
READ = dict(beam_size=st.integers(1, 6), min_samples_start=st.integers(1, 600), tau=st.sampled_from([0.01, 0.15, 1.0]),
            stride=st.sampled_from([0.01, 0.3, 1.0]),
            rate=st.sampled_from(["practical", "theory"]), deterministic=st.booleans())  # fmt: skip


@st.composite
def questions(draw, dice=False):
    """Settings of a search that fit each other."""
    asked = {name: draw(one) for name, one in LIMITS.items() if draw(st.integers(0, 2))}
    search = draw(st.sampled_from(["auto", "beam", "surrogate"] if dice else ["auto", "beam", "surrogate", "exact"]))
    if search != "exact":
        asked |= {name: draw(one) for name, one in READ.items() if draw(st.booleans())}
        asked |= dict(deterministic=False) if dice else {}
    if asked.get("deterministic") is False and draw(st.booleans()):
        asked["independent"] = "call"
        asked["max_queries"] = min(asked.get("max_queries", 600), 600)  # a call for each sample of a test takes time
    return dict(max_queries=4000, seed=0) | asked | dict(search=search)


FORMS = {
    "labels": lambda yes: yes.astype(int),
    "words": lambda yes: np.where(yes, "yes", "no"),
    "booleans": lambda yes: yes.tolist(),
    "probabilities": lambda yes: np.column_stack([1 - 0.7 * yes, 0.7 * yes]),
    "a regression": lambda yes: 3.25 * yes,
    "a Series": lambda yes: pd.Series(yes.astype(int), index=range(3, 3 + len(yes))),
}
forms = st.sampled_from(sorted(FORMS))


def options_of(form, seed):
    """What must be asked of a model of this form; small budgets."""
    tolerance = dict(tolerance=1.0) if form == "a regression" else {}
    return dict(seed=seed, max_queries=1500, coverage_samples=100, min_samples_start=100, n_covered_ex=3) | tolerance


# ---- rules ---------------------------------------------------------------------------------


@fuzz(40)
@given(rules_and_rows())
def test_packed_rules_are_the_rules(case):
    """`applies`, `coverage` and `precision` say what a loop says."""
    rules, held, weights, agreed = case
    slow = np.array([[all(row[rule]) for row in held] for rule in rules])
    assert (applies(rules, held) == slow).all()
    assert np.allclose(coverage(rules, held, weights), slow @ weights)
    with np.errstate(invalid="ignore"):
        share = slow @ (weights * agreed) / (slow @ weights)
        assert np.allclose(precision(rules, held, agreed, weights), share, equal_nan=True)


@fuzz(40)
@given(rules_and_rows())
def test_rules_apply_to_bits_of_any_layout(case):
    """Rows or columns first, each second column, backwards."""
    rules, held, _, _ = case
    for same in (np.asfortranarray(held), np.repeat(held, 2, axis=1)[:, ::2], held[:, ::-1].copy()[:, ::-1]):
        assert (applies(rules, same) == applies(rules, held)).all()


# ---- the search ----------------------------------------------------------------------------


def test_what_is_certified_is_audited():
    """Any world, any settings: it ends within its budget; promises and intervals are wrong no more often than told."""
    games, broken, close, ends, outside = [], [], [], [], []

    @fuzz(200)
    @given(st.data(), worlds())
    def audit(data, world):
        asked = data.draw(questions(world.dice)) | world.asked
        asked["seed"] += 2**41 * len(games)  # so that equal examples are not equal runs
        hypothesis.note(str(asked))
        world.rng = np.random.default_rng([1, len(games)])
        found = find_anchor(world, world.agrees, **asked)
        fits = (world.states_of_all >= found.rule).all(axis=1)
        cover = world.weights[fits].sum()
        truth = world.truth[fits] @ world.weights[fits] / cover
        assert found.coverage == pytest.approx(cover) and found.coverage_interval[0] == found.coverage_interval[1]
        assert found.queries["rows"] <= asked["max_queries"] and found.queries["calls"] <= asked["max_queries"]
        assert found.rule.sum() <= (asked.get("max_anchor_size") or 99)
        threshold, delta = asked.get("threshold", 0.95), asked.get("delta", 0.1)  # the defaults
        exact = found.test.certificate.delta == 0 and found.precision_interval is not None
        if exact:
            assert found.precision == pytest.approx(truth) and found.certified == (truth >= threshold - 1e-9)
        elif found.precision_interval is not None:
            games.append(delta)
            broken.append(found.certified and truth < threshold)
            close.append(truth < threshold)
            low, high = found.precision_interval
            assert found.certified == (found.outcome == "certified") and low <= found.precision <= high
            ends.extend([delta, delta])
            outside.extend([truth < low - 1e-9, truth > high + 1e-9])
        assert found.certified or found.outcome in ("budget", "exhausted", "undecided")

    audit()
    assert len(games) > 100 and 30 < sum(close) < len(games) - 30  # promises could have been broken, and kept
    assert sum(broken) <= broken_at_most(games)
    assert sum(outside) <= broken_at_most(ends)


# ---- what a model may say ------------------------------------------------------------------

KINDS_OF_OUTPUT = [bool, np.int8, np.uint8, np.uint64, np.float16, np.float64, complex, "U3", "S3", object, "M8[D]"]


@fuzz(150)
@given(st.data())
def test_agreement_is_a_share_or_an_error(data):
    """Outputs of any dtype and shape: n numbers in [0, 1], 1 for the instance; else TypeError or ValueError."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    width = data.draw(st.sampled_from([(), (), (1,), (2,), (3,), (2, 2)]))
    dtype = data.draw(st.sampled_from(KINDS_OF_OUTPUT))
    scale = data.draw(st.sampled_from([1, 3, 200]))
    made = rng.integers(0, scale + 1, (5, *width)) / data.draw(st.sampled_from([1, 1, scale]))
    outputs = (made.astype(int) if dtype == "M8[D]" else made).astype(dtype)
    asked = [{}, dict(soft=True), dict(tolerance=0.5), dict(target=[0, 1]), dict(target=1)]
    question = data.draw(st.sampled_from(asked))
    try:
        judge = agreement(lambda rows: outputs[: len(rows)], [0], **question)
        shares = judge(range(5))
    except (TypeError, ValueError) as error:
        assert str(error)
        return
    assert shares.shape == (5,) and ((0 <= shares) & (shares <= 1)).all()
    assert shares[0] == judge.own and (question.get("soft") or judge.own == 1)


# ---- what every explanation keeps -----------------------------------------------------------


def same_after_a_file(found, inputs):
    """The explanation read from its own file is the same one, and answers the same."""
    text = found.to_json()
    again = Explanation.from_json(text)
    json.loads(text, parse_constant=pytest.fail)
    assert again.to_json() == text and str(again) == str(found)
    assert (again.check(inputs) == found.check(inputs)).all()


def stored_samples_hold(found, batch=lambda examples: examples):
    """Each partial anchor holds for the samples that are kept with it, and the whole one for the whole rule's."""
    rule = np.zeros_like(found.rule)
    for entry in found.parts:
        rule[[entry["feature"]] if entry["feature"] is not None else []] = True
        for key in ("kept", "lost"):
            if len(entry[key]):
                assert found.check(batch(entry[key]))[:, rule].all(), (key, entry)
    assert (rule == found.rule).all()


# ---- texts ---------------------------------------------------------------------------------

WORDS = ["good", "bad", "Film", "don't", "UNK", "a", "é", "cafe\u0301", "好", "さ", "9", "co-op", "_", "x_1", "\u0e01"]
SIGNS = ["!", "?!", "...", "'", "-", "😀", "\u200d", "\u0301", "(", '"', "’", "\u200b", "{!}", "@", "\0", "&amp;"]
GAPS = ["", "", " ", " ", "  ", "\t", "\r\n", "\u00a0", "\u2003"]
UNKS = ["UNK", "", "…", "[MASK]", "good", "_", "好"]


@st.composite
def texts(draw, most=7):
    """Words, signs and gaps in a row; now and then any characters at all."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.text(max_size=12))
    pieces = draw(st.lists(st.tuples(st.sampled_from(WORDS + SIGNS), st.sampled_from(GAPS)), min_size=1, max_size=most))
    return draw(st.sampled_from(GAPS)) + "".join(word + gap for word, gap in pieces)


@fuzz(120)
@given(texts(), st.sampled_from(["unknown", "similarity", "language_model"]), st.sampled_from(["", "repeats"]))
def test_an_unchanged_text_is_unchanged(text, strategy, join):
    """Every strategy gives the text itself back; its parts make the text again."""
    spans = token_spans(text)
    words, gaps, tail = parts_of(text, spans)
    assert "".join(gap + word for gap, word in zip(gaps, words)) + tail == text
    assert all(word.strip() for word in words)
    try:
        sampler = TEXTUAL[strategy, join].sampler(text)
    except ValueError as error:
        assert str(error).startswith("text has no word") and (not spans or strategy != "unknown")
        return
    assert sampler.render(sampler.original()) == [text] == sampler.render(sampler.original())
    d = len(sampler.predicates)
    held, choices = sampler.draw(np.eye(d, dtype=bool), np.random.default_rng(0))
    assert held.shape == (d, d) and held.diagonal().all() and len(sampler.render(choices)) == d


ONE = lambda texts: np.ones(len(texts))
TEXTUAL = {(strategy, join): AnchorText(ONE, strategy, join=join or None)
           for strategy in ("unknown", "similarity", "language_model") for join in ("", "repeats")}  # fmt: skip


@fuzz(40)
@given(texts(), forms, st.integers(0, 99), st.sampled_from(UNKS), st.integers(0, 6))
def test_explanations_of_texts(text, form, seed, unk, which):
    """A model that looks for a token or two: a sound explanation, or an error of the text."""
    spans = token_spans(text)
    assume(spans)
    wanted = {text[slice(*spans[i % len(spans)])] for i in (which, seed)}
    model = lambda texts: FORMS[form](np.array([all(word in one for word in wanted) for one in texts]))
    found = AnchorText(model, unk=unk).explain(text, **options_of(form, seed))
    assert found.holds([text]).all() and found.check([text]).all() and found.instance == text
    same_after_a_file(found, [text, "", "good"])
    assert str(found) and found._repr_html_()


def own_samples(unks):
    """Do anchors of texts hold for the samples that are kept with them?"""

    @fuzz(80)
    @given(texts(), st.integers(0, 99), st.sampled_from(unks))
    def audit(text, seed, unk):
        spans = token_spans(text)
        assume(spans)
        wanted = text[slice(*spans[seed % len(spans)])]
        model = lambda texts: np.array([wanted in one for one in texts])
        stored_samples_hold(AnchorText(model, unk=unk).explain(text, **options_of("labels", seed)))

    audit()


def test_anchors_of_texts_hold_for_their_own_samples():
    """Also where what is masked and what is kept stand side by side, and where `unk` is a word of the text."""
    own_samples(["UNK", "good", "_", "好"])


def test_anchors_of_texts_hold_for_their_own_samples_behind_signs():
    """Also where `unk` is none."""
    own_samples(["…", "[MASK]", ""])


# ---- tables --------------------------------------------------------------------------------


def missing_in(values, gaps, nothing):
    """The values with some of them missing."""
    return [nothing if gap else value for value, gap in zip(values, gaps)]


COLUMNS = {
    "whole": lambda rng, n, gaps: rng.integers(-3, 4, n),
    "float": lambda rng, n, gaps: missing_in(rng.normal(size=n).round(1), gaps, np.nan),
    "tiny": lambda rng, n, gaps: rng.normal(size=n).astype(np.float32) * 1e-6,
    "text": lambda rng, n, gaps: missing_in(rng.choice(["a", "b", "<c>", ""], n).tolist(), gaps, None),
    "bool": lambda rng, n, gaps: rng.random(n) < 0.5,
    "ordered": lambda rng, n, gaps: pd.Categorical.from_codes(rng.integers(0, 3, n), ["S", "M", "L"], ordered=True),
    "category": lambda rng, n, gaps: pd.Categorical(missing_in(rng.integers(0, 3, n).tolist(), gaps, None), [0, 1, 2]),
    "nullable": lambda rng, n, gaps: pd.array(missing_in(rng.integers(0, 5, n).tolist(), gaps, None), "Int64"),
    "maybe": lambda rng, n, gaps: pd.array(missing_in((rng.random(n) < 0.5).tolist(), gaps, None), "boolean"),
    "mixed": lambda rng, n, gaps: pd.Series(missing_in(rng.choice([1, 2.5, 3], n).tolist(), gaps, "x"), dtype=object),
}
PLAIN = sorted(set(COLUMNS) - {"mixed"})


@st.composite
def frames(draw, known=PLAIN):
    """Two to thirty rows, one to four columns of any of these dtypes, with gaps."""
    n, rng = draw(st.integers(2, 30)), np.random.default_rng(draw(st.integers(0, 2**32)))
    kinds = draw(st.lists(st.sampled_from(known), min_size=1, max_size=4))
    gaps = draw(st.sampled_from([0.0, 0.0, 0.3, 1.0]))
    made = {f"{kind} {i}": COLUMNS[kind](rng, n, rng.random(n) < gaps) for i, kind in enumerate(kinds)}
    return pd.DataFrame(made, index=rng.integers(0, 5, n))


def looks_at(frame, form):
    """A model of this frame: rows are like the first one in the first column, or in the last."""

    def model(rows):
        assert rows.dtypes.tolist() == frame.dtypes.tolist() and list(rows.columns) == list(frame.columns)
        alike = lambda name: rows[name].astype(str).to_numpy() == str(frame[name].astype(str).iloc[0])
        return FORMS[form](alike(frame.columns[0]) | alike(frame.columns[-1]))

    return model


def row_of(frame, i, shape):
    """A row of the frame in one of the shapes that a user has."""
    row = frame.iloc[[i]]
    return {"frame": row, "series": row.iloc[0], "dict": dict(row.iloc[0]), "list": row.iloc[0].tolist()}[shape]


@fuzz(10)
@given(frames(["mixed"]), st.integers(0, 99))
def test_columns_of_objects_reach_the_model_as_such(frame, seed):
    """Whatever the batch holds."""
    assume(frame.iloc[:, 0].nunique() > 1)
    explainer = AnchorTabular(looks_at(frame, "labels")).fit(frame)
    explainer.explain(frame.iloc[[seed % len(frame)]], **options_of("labels", seed))


@fuzz(25)
@given(frames(), forms, st.integers(0, 99), st.sampled_from(["perturb", "observe"]),
       st.sampled_from(["frame", "frame", "series", "dict", "list"]))  # fmt: skip
def test_explanations_of_frames(frame, form, seed, distribution, shape):
    """A sound explanation, or a ValueError where nothing varies; data and instance stay, coverage is right."""
    before, i = frame.copy(), seed % len(frame)
    explainer = AnchorTabular(looks_at(frame, form)).fit(frame)
    try:
        found = explainer.explain(row_of(frame, i, shape), distribution=distribution, **options_of(form, seed))
    except ValueError as error:
        assert "nothing to perturb" in str(error)
        return
    pd.testing.assert_frame_equal(frame, before)
    sampler = explainer.sampler(frame.iloc[[i]], distribution=distribution)
    pd.testing.assert_frame_equal(sampler.render(sampler.original()), frame.iloc[[i]].reset_index(drop=True))
    assert found.holds(frame.iloc[[i]]).all() and found.check(frame.iloc[[i]]).all()
    assert found.coverage == pytest.approx(found.holds(frame).mean())
    stored_samples_hold(found)
    same_after_a_file(found, frame)


@fuzz(25)
@given(st.integers(0, 2**32), st.integers(2, 40), st.integers(1, 4), forms,
       st.sampled_from([float, np.int16, np.float32, object]))  # fmt: skip
def test_explanations_of_arrays(seed, n, width, form, dtype):
    """The same for arrays, whose instance is no training row."""
    rng = np.random.default_rng(seed)
    data = rng.normal(0, 3, (n, width)).round().astype(dtype)
    model = lambda rows: FORMS[form]((np.asarray(rows)[:, 0] > 0).astype(bool))
    explainer, row = AnchorTabular(model).fit(data), rng.normal(0, 3, width).round().astype(dtype)
    try:
        found = explainer.explain(row, **options_of(form, seed % 100))
    except ValueError as error:
        assert "nothing to perturb" in str(error)
        return
    sampler = explainer.sampler(row)
    assert sampler.render(sampler.original()).tolist() == [row.tolist()] and found.instance.tolist() == row.tolist()
    assert found.holds(row[None]).all() and found.coverage == pytest.approx(found.holds(data).mean())
    stored_samples_hold(found)
    same_after_a_file(found, data)


# ---- pictures ------------------------------------------------------------------------------

PIXELS = {
    "bytes": lambda rng, shape: rng.integers(0, 256, shape).astype(np.uint8),
    "flat": lambda rng, shape: np.full(shape, 90, np.uint8),
    "floats": lambda rng, shape: rng.normal(size=shape),
    "halves": lambda rng, shape: rng.random(shape).astype(np.float16),
    "bools": lambda rng, shape: rng.random(shape) < 0.5,
    "short": lambda rng, shape: rng.integers(-300, 300, shape).astype(np.int16),
}


@st.composite
def pictures(draw):
    """A small picture of some dtype with some channels, and labels of segments, with gaps and signs."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    size = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    labels = rng.integers(0, draw(st.integers(1, 8)), size) * draw(st.sampled_from([1, -3, 1000]))
    image = PIXELS[draw(st.sampled_from(sorted(PIXELS)))](rng, size + draw(st.sampled_from([(), (1,), (3,)])))
    return image, labels * draw(st.sampled_from([1, 1.0]))


@pytest.mark.filterwarnings("ignore:hiding segments changes nothing")
@fuzz(60)
@given(pictures(), forms, st.integers(0, 99), st.sampled_from(["mean", "blur", "noise", 0, 1]),
       st.sampled_from([0.3, 0.5, 1]))  # fmt: skip
def test_explanations_of_pictures(case, form, seed, hide_with, p_sample):
    """A sound explanation, or a ValueError for a single segment; the picture is as it was."""
    image, labels = case
    before, pixel = image.copy(), tuple(np.array(image.shape) * seed // 100)
    model = lambda batch: FORMS[form]((batch[(slice(None), *pixel)] == image[pixel]) & (batch.dtype == image.dtype))
    explainer = AnchorImage(model, image.shape, segmentation_fn=lambda one: labels, hide_with=hide_with, seed=0)
    try:
        found = explainer.explain(image, p_sample=p_sample, **options_of(form, seed))
    except ValueError as error:
        assert "single segment" in str(error) and len(np.unique(labels)) == 1
        return
    sampler = explainer.sampler(image)
    assert np.array_equal(sampler.render(sampler.original())[0], image) and np.array_equal(image, before)
    assert np.array_equal(sampler.labels, relabel(labels, image.shape))
    assert sampler.labels.max() + 1 == len(np.unique(labels))
    assert found.holds(image[None]).all() and found.check(image[None]).all()
    stored_samples_hold(found, lambda examples: examples[:])
    same_after_a_file(found, np.stack([image, image * 0]))


# ---- files ---------------------------------------------------------------------------------

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
KEYS = st.text(max_size=3)
STATES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
NAMES = ["kind", "module", "rule", "raw", "meta", "precision", "anchor", "names", "predicates", "queries", "certified"]


@fuzz(60)
@given(STATES | st.dictionaries(st.sampled_from(NAMES), STATES), st.booleans())
def test_a_file_is_none_or_refused(state, as_text):
    """No JSON that is not an explanation is one, and no error is another than ValueError."""
    with pytest.raises(ValueError):
        Explanation.from_json(json.dumps(state)) if as_text else Explanation.from_dict(state)
