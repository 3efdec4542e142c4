"""AnchorText: hostile input, answers of every shape, the published examples, known coverage."""

import re
from dataclasses import replace

import numpy as np
import pytest

from grokking_anchors import AnchorText, Explanation, plots
from grokking_anchors.words import MaskedWords, dressed, movie_snippets, sentiment_model, token_spans


def has_good(texts):
    """1 where the text contains the word good."""
    return np.array([int("good" in text.split()) for text in texts])


@pytest.fixture(scope="module")
def model():
    """The embedded sentiment model."""
    return sentiment_model(*movie_snippets())


@pytest.mark.parametrize(
    "text, error",
    [
        ("", ValueError),
        (" \n\t ", ValueError),
        (None, TypeError),
        (b"good", TypeError),
        (["good", "bad"], TypeError),
        (3, TypeError),
        (np.array(["good"]), TypeError),
    ],
)
def test_bad_text(text, error):
    """The error names the argument."""
    with pytest.raises(error, match="text"):
        AnchorText(has_good).explain(text)


@pytest.mark.parametrize(
    "text",
    [
        "good",
        "good good good",
        "good !!! :-)",
        "好 good",
        "<b>good</b> & co",
        "good " + "x" * 5000,
        "😀 good 😀",
        "شكرا good",
    ],
)
def test_odd_texts_work(text):
    """One token, repeats, signs, scripts, very long words."""
    explanation = AnchorText(lambda texts: np.array(["good" in t for t in texts]), seed=0).explain(text)
    assert explanation.certified
    assert [text] == MaskedWords(text, token_spans(text)).render(np.ones((1, len(token_spans(text))), bool))
    assert "<b>" not in explanation._repr_html_()
    assert Explanation.from_json(explanation.to_json()).to_json() == explanation.to_json()


@pytest.mark.parametrize(
    "shape",
    [
        lambda y: y,
        list,
        lambda y: y[:, None],
        lambda y: y.astype(bool),
        lambda y: np.where(y == 1, "yes", "no"),
        lambda y: np.column_stack([1 - y, y]).astype(float),
        lambda y: y.astype(float),
        lambda y: [[a] for a in y],
        lambda y: np.array(["yes" if a else None for a in y], object),
        lambda y: y.astype(np.uint8),
    ],
    ids=[
        "labels",
        "list",
        "column",
        "bool",
        "strings",
        "probabilities",
        "float labels",
        "list of lists",
        "objects",
        "uint8",
    ],
)
def test_every_usual_answer_works(shape):
    """Labels, lists, a column, probabilities, strings: the same anchor."""
    explanation = AnchorText(lambda texts: shape(has_good(texts)), seed=0).explain("A good one.")
    assert explanation.anchor == ["good"] and explanation.certified


@pytest.mark.parametrize(
    "answer, message",
    [
        (lambda n: np.ones(n + 1), "one answer"),
        (lambda n: 1, "one answer"),
        (lambda n: None, "one answer"),
        (lambda n: [], "one answer"),
        (lambda n: np.full(n, np.nan), "NaN"),
        (lambda n: np.full((n, 2), np.nan), "NaN"),
        (lambda n: np.full(n, 0.7), "0.7"),
        (lambda n: np.ones((n, 2, 2)), "one answer"),
        (lambda n: np.full((n, 2), "x"), "numbers"),
        (lambda n: "positive", "one answer"),
    ],
)
def test_bad_answers_are_named(answer, message):
    """A clear error, not a wrong anchor."""
    with pytest.raises(ValueError, match=message):
        AnchorText(lambda texts: answer(len(texts))).explain("A good one.")


def test_wrong_length_later():
    """A model that fails on large batches only is told as well."""
    with pytest.raises(ValueError, match="one answer"):
        AnchorText(lambda texts: has_good(texts)[:50]).explain("A good one among a dozen words that may all be masked.")


def test_predictor_errors_come_through():
    """The model's own error."""
    with pytest.raises(ZeroDivisionError):
        AnchorText(lambda texts: 1 / 0).explain("A good one.")


@pytest.mark.parametrize(
    "arguments",
    [
        dict(predictor=3),
        dict(sampling_strategy="unkown"),
        dict(sample_proba=0),
        dict(sample_proba=1.5),
        dict(sample_proba="half"),
        dict(unk=None),
        dict(smaple_proba=0.3),
        dict(top_n=5),
    ],
)
def test_bad_arguments(arguments):
    """TypeError or ValueError that names the argument."""
    with pytest.raises((TypeError, ValueError), match=next(iter(arguments)).replace("smaple", "sample")):
        AnchorText(**(dict(predictor=has_good) | arguments))


def test_unknown_option_of_explain():
    """A misspelt option is an error with a suggestion."""
    with pytest.raises(TypeError, match="threshold"):
        AnchorText(has_good).explain("A good one.", treshold=0.9)


def test_published_example(model):
    """The documentation's example, with every documented argument."""
    class_names = ["negative", "positive"]
    predict_fn = lambda x: (model.predict(x) == "positive").astype(int)  # noqa: E731
    explainer = AnchorText(predictor=predict_fn, sampling_strategy="unknown", nlp=None, sample_proba=0.5)
    text = "This is a good book ."
    assert class_names[predict_fn([text])[0]] == "positive"
    explanation = explainer.explain(
        text,
        threshold=0.95,
        delta=0.1,
        tau=0.15,
        batch_size=100,
        coverage_samples=10000,
        beam_size=4,
        stop_on_first=False,
        max_anchor_size=None,
        min_samples_start=500,
        n_covered_ex=10,
        seed=0,
    )
    assert " AND ".join(explanation.anchor) == "good" and explanation.precision > 0.95 and explanation.coverage == 0.5
    raw = explanation.raw
    assert {"feature", "names", "mean", "precision", "coverage", "examples", "instance", "prediction"} <= set(raw)
    assert len(raw["feature"]) == len(raw["names"]) == len(raw["mean"]) == len(raw["examples"]) == 1
    assert all("good" in example for example in raw["examples"][-1]["covered_true"])


def test_a_spacy_pipeline_is_accepted():
    """Anything that returns tokens with `idx`; tokens of white space are left alone."""

    class Token:
        def __init__(self, text, idx):
            self.text, self.idx = text, idx

    nlp = lambda text: [Token("A", 0), Token(" ", 1), Token("good", 2), Token("one", 7)]  # noqa: E731
    assert AnchorText(has_good, nlp=nlp, seed=0).explain("A good one").anchor == ["good"]
    with pytest.raises(ValueError, match="nlp"):
        AnchorText(has_good, nlp=lambda text: [(0, 3), (2, 5)]).explain("A good one")
    with pytest.raises(ValueError, match="nlp must return tokens in order"):
        AnchorText(has_good, nlp=lambda text: [(-3, -1), (0, 2)]).explain("A good one")
    with pytest.raises(TypeError, match="nlp must return tokens with .* came: .'A', 'good'"):
        AnchorText(has_good, nlp=str.split).explain("A good one")


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_coverage_is_known(p):
    """A k-word rule keeps its words with probability (1 - p) ** k; and the sampler does what the formula says."""
    sampler = MaskedWords("a b c d", token_spans("a b c d"), sample_proba=p)
    rules = np.tri(5, 4, -1, dtype=bool)
    assert np.allclose(sampler.coverage(rules), (1 - p) ** np.arange(5))
    held = sampler.draw(np.zeros((40_000, 4), bool), np.random.default_rng(0))[0]
    counted = (held[:, None] >= rules).all(axis=2).mean(axis=0)
    assert (abs(counted - sampler.coverage(rules)) <= 4 * np.sqrt(0.25 / 40_000)).all()
    _, _, weights = sampler.enumerate()
    assert weights.sum() == pytest.approx(1)


def test_planted_rules_are_found():
    """One word; two together; one or another."""
    two = lambda texts: np.array([int("not" in t.split() and "bad" in t.split()) for t in texts])  # noqa: E731
    assert set(AnchorText(two, seed=0).explain("this is not at all bad").anchor) == {"not", "bad"}
    either = lambda texts: np.array([int("x" in t.split() or "y" in t.split()) for t in texts])  # noqa: E731
    assert AnchorText(either, seed=0).explain("a x b y c").anchor in (["x"], ["y"])


def test_repeated_words_are_told_apart():
    """Two of three needed: names tell positions, `holds` counts."""
    needs_two = lambda texts: np.array([int(t.split().count("very") >= 2) for t in texts])  # noqa: E731
    explanation = AnchorText(needs_two, seed=0).explain("very very very good")
    assert len(explanation.anchor) == 2 and all(name.startswith("very (") for name in explanation.anchor)
    assert explanation.holds(["very nice", "very very nice", "so very, very nice"]).tolist() == [False, True, True]


def test_targets_and_soft(model):
    """A class by its number, several classes as one, and probabilities as agreement."""
    explainer = AnchorText(model.predict_proba, seed=0)
    assert explainer.explain("A dull film.", target=0).raw["prediction"] == 0
    assert explainer.explain("A dull film.", target=(0, 1)).is_empty
    soft = explainer.explain("A dull, lifeless film.", target=0, soft=True, threshold=0.6)
    assert soft.certified and 0.6 < soft.precision < 1
    with pytest.raises(ValueError, match="target"):
        explainer.explain("A dull film.", target=1)


def test_holds_wants_a_list():
    """One text is not a list of texts."""
    explanation = AnchorText(has_good, seed=0).explain("A good one.")
    with pytest.raises(TypeError, match="texts"):
        explanation.holds("good")
    assert explanation.holds([]).tolist() == []


def test_mean_precision_of_many_anchors(model):
    """Thirty snippets, 5,000 fresh samples each (slack: 3 standard errors); 9 or more broken at .1 come once in 500."""
    texts = [text for text in movie_snippets()[0][::300] if 6 <= len(token_spans(text)) <= 25][:30]
    low = 0
    for text in texts:
        explanation = AnchorText(model, seed=1).explain(text)
        sampler = MaskedWords(text, token_spans(text))
        _, choices = sampler.draw(np.tile(explanation.rule, (5000, 1)), np.random.default_rng(8))
        share = np.mean(model.predict(sampler.render(choices)) == explanation.raw["prediction"])
        low += explanation.certified and share < 0.95 - 3 * np.sqrt(0.95 * 0.05 / 5000)
    assert low <= 8


def test_check_says_which_words_a_text_contains():
    """Each token of the instance, as often as it stands there; `holds` asks for those of the rule."""
    model = lambda texts: np.array(["good" in text for text in texts])
    found = AnchorText(model, seed=0).explain("good film")
    assert found.check(["a film", "good", "nothing", "film good"]).tolist() == [[0, 1], [1, 0], [0, 0], [1, 1]]
    assert found.holds(["a film", "so good"]).tolist() == [False, True]


SNIPPETS = [text for text in movie_snippets()[0][::40] if 4 <= len(token_spans(text)) <= 30]
ODD = [
    "Stop it! Now, please (at once).",
    "...so [good]... it is",
    "50% off, UNK or not?!",
    "a-b (c)(d) 我喜欢!",
    "x[y]z",
]


@pytest.mark.parametrize("unk", ["UNK", "[MASK]", "", "!", "good", "...", "a (b)"])
def test_check_is_what_was_held(unk):
    """In each masked copy `check` finds what `draw` held, whatever the mask looks like; nothing else is called held."""
    for text in ODD + (SNIPPETS if unk in ("[MASK]", "UNK") else SNIPPETS[:40]):
        found = AnchorText(lambda texts: np.ones(len(texts)), unk=unk).explain(text)
        sampler = MaskedWords(text, token_spans(text), unk=unk)
        held, choices = sampler.draw(np.zeros((25, len(sampler.names)), bool), np.random.default_rng(0))
        texts = sampler.render(choices)
        once = np.array([texts.count(copy) == 1 or unk != "" for copy in texts])  # "a a" may lose either a
        assert found.names == sampler.names and (found.check(texts)[once] == held[once]).all(), text
        assert sampler.render(np.ones((1, len(sampler.names)), bool)) == [text]


@pytest.mark.parametrize("unk", ["UNK", "[MASK]", "", "!!"])
def test_a_rule_holds_for_its_own_examples(unk):
    """Also a rule of punctuation alone, as an object and from a file."""
    explain = AnchorText(
        lambda texts: np.array(["!" in text.replace("!!", "") for text in texts]), unk=unk, seed=0
    ).explain
    found = explain("Stop it now! Please (do).")
    assert found.anchor == ["!"]
    for e in (found, Explanation.from_json(found.to_json())):
        kept, lost = (e.raw["examples"][-1][key] for key in ("covered_true", "covered_false"))
        assert e.holds([e.instance, *kept, *lost]).all() and not e.holds(["Stop it now Please (do)."]).any()


def test_a_joined_phrase_is_contained_as_a_whole():
    """Its words side by side, in this order; repeats and single words need no neighbours."""
    model = lambda texts: np.array(["not bad" in text for text in texts])
    found = AnchorText(model, seed=0, join=["not bad"]).explain("It is not bad, not bad at all")
    assert found.anchor == ["not bad not bad"]
    texts = ["bad, and not good", "not bad but not bad", "not bad", "bad not bad not"]
    assert (
        found.holds(texts).tolist()
        == found.check(texts)[:, found.rule.argmax()].tolist()
        == [False, True, False, False]
    )
    once = AnchorText(model, seed=0, join=["not bad"]).explain("It is not bad")
    assert once.holds(["bad, and not good", "is it not bad"]).tolist() == [False, True]
    twice = AnchorText(lambda t: np.array([s.count("very") == 2 for s in t]), seed=0, join="repeats").explain(
        "very very good"
    )
    assert twice.holds(["very nice, very", "very nice"]).tolist() == [True, False]


def test_a_lost_tokenizer_is_told():
    """A file cannot hold it: masked copies are still known by their pattern, other texts need it back."""
    from dataclasses import replace

    halves = lambda text: [(i, i + 2) for i in range(0, len(text) - 1, 2)]  # noqa: E731
    found = AnchorText(lambda texts: np.array(["cd" in text for text in texts]), nlp=halves, seed=0).explain("abcdef")
    again = Explanation.from_json(found.to_json())
    texts = [found.instance, *found.raw["examples"][-1]["covered_true"]]
    assert found.anchor == ["cd"] and found.holds(texts).all() and again.holds(texts).all()
    assert found.holds(["xxcd", "xcdx"]).tolist() == [True, False] and again.holds([]).tolist() == []
    with pytest.raises(ValueError, match="made with the tokenizer '<lambda>', which a file cannot hold"):
        again.holds(["xxcd"])
    assert replace(again, nlp=halves).holds(["xxcd", "xcdx"]).tolist() == [True, False]


def test_a_word_that_is_the_mask_is_no_predicate():
    """It could never change; a text of nothing else has no words to hold."""
    sampler = MaskedWords("UNK good UNK!", token_spans("UNK good UNK!"))
    assert sampler.names == ["good", "!"] and sampler.n_inputs == 4
    assert sampler.render(np.zeros((1, 2), bool)) == ["UNK UNK UNK UNK"]
    with pytest.raises(ValueError, match="no words to hold but 'UNK'"):
        AnchorText(has_good).explain("UNK UNK")


def test_a_promise_names_its_texts():
    """`under`: what replaces a word, and how often."""
    of = lambda **options: AnchorText(has_good, **options).sampler("A good one").under  # noqa: E731
    assert of() == "words replaced by UNK with probability 0.5"
    assert of(unk="", sample_proba=0.25) == "words left out with probability 0.25"
    assert (
        of(sampling_strategy="similarity")
        == "words replaced by similar words of the bundled vectors with probability 0.5"
    )


def test_repeated_words_may_be_one_predicate():
    """join="repeats": all places of a word are kept or masked together."""
    model = lambda texts: np.array([text.split().count("very") == 2 for text in texts])
    found = AnchorText(model, seed=0, join="repeats").explain("very very good")
    assert found.names == ["very (all 2)", "good"] and found.anchor == ["very (all 2)"]
    apart = AnchorText(model, seed=0).explain("very very good")
    assert len(apart.names) == 3 and sorted(apart.anchor) == ["very (1st)", "very (2nd)"]


def test_two_words_among_fifteen_hundred_are_cheap():
    """Where thousands of rules block the decision, rows drawn with nothing fixed serve them all."""
    rng = np.random.default_rng(0)
    words = ["".join(letters) for letters in rng.choice(list("abcdefghij"), (1500, 5))]
    words[100], words[1200] = "keyone", "keytwo"
    explanation = AnchorText(lambda texts: [int("keyone" in t and "keytwo" in t) for t in texts], seed=0).explain(
        " ".join(words)
    )
    assert sorted(explanation.anchor) == ["keyone", "keytwo"] and explanation.certified
    assert explanation.queries["rows"] < 3000 and explanation.queries["calls"] < 15  # 30,000 and 90, one by one


# ---- neighbours as people see them ----------------------------------------------------------------


def seen(explanation, text):
    """A neighbour with [held] and *changed* words."""
    mark = lambda word, kind: {"held": "[{}]", "changed": "*{}*", "kept": "{}"}[kind].format(word)
    return dressed(text, explanation.compared(text), mark)


@pytest.mark.parametrize("unk", ["UNK", "[MASK]", "-", " UNK "])
def test_every_neighbour_shows_what_is_held_and_changed(unk):
    """Word by word, as it was drawn; nothing else of the text is lost."""
    text = "It isn't so very good, (a bad-ish film): very bad?"
    found = AnchorText(has_good, seed=0, unk=unk).explain(text)
    sampler = found.asked_of.sampler(text)
    held, choices = sampler.draw(np.repeat(found.rule[None], 40, axis=0), np.random.default_rng(0))
    for row, copy in zip(held, sampler.render(choices)):
        placed = found.compared(copy)
        kinds = ["changed" if not kept else "held" if on else "kept" for kept, on in zip(row, found.rule)]
        assert [kind for *_, kind in placed] == kinds
        shown = [word if kept else unk for kept, word in zip(row, sampler.words)]
        assert [copy[start:end] for start, end, _ in placed] == shown
        assert re.sub(r"[][*]", "", seen(found, copy)) == re.sub(r"[][*]", "", copy)


def test_a_word_that_was_left_out_is_told():
    """An empty mask leaves no word to be coloured."""
    found = AnchorText(has_good, seed=0, unk="").explain("A good one")
    assert seen(found, " good ") == "*(gone)* [good] *(gone)*"


def test_replaced_words_are_compared_place_by_place():
    """Also a word that stands elsewhere in the instance; and texts of another length side by side."""
    found = AnchorText(has_good, seed=0).explain("A good film is a good thing")
    assert found.rule.sum() == 1 and found.spans() in ([(2, 6)], [(17, 21)])
    one = AnchorText(has_good, "language_model", seed=0).explain("A really good film.")
    assert seen(one, "A film good really!") == "A *film* [good] *really**!*"
    assert seen(one, "A truly really good film.") == "A *truly* really [good] film."
    assert seen(one, "nothing") == "*nothing*" and seen(one, "") == ""


def test_the_html_has_the_same_chips():
    """In the table of an explanation, where the mask is orange and the anchor teal; all is escaped."""
    found = AnchorText(has_good, seed=0).explain("<b> a good film")
    page = found._repr_html_()
    assert plots.chip("good") in page and plots.chip("UNK", "changed") in page and "<b>" not in page
    assert found.show("&< UNK") == f"{plots.chip('&<', 'changed')} {plots.chip('UNK', 'changed')}"
    assert plots.chip("good") in found.headline()
    assert plots.chip("good", "doubt") in replace(found, certified=False).headline()


def test_a_long_neighbour_is_shown_around_what_is_held():
    """Thirty words, the nearest ones; what is left out is one sign for many."""
    text = " ".join(["word"] * 40 + ["good"] + ["word"] * 40)
    found = AnchorText(has_good, seed=0).explain(text)
    shown = seen(found, text)
    assert shown.count("word") == 29 and shown.split()[0] == shown.split()[-1] == "…" and "word [good] word" in shown
