"""Many instances: a seed for each, failures in their place, any number of workers; a few anchors for all."""

import re

import numpy as np
import pytest

from grokking_anchors import AnchorText, Explainer, Explanation, explain_many, pick
from grokking_anchors.many import Failure
from grokking_anchors.sampling import IndependentSampler


class Bits(IndependentSampler):
    """Nine bits."""

    def render(self, choices):
        return choices.copy()


class Noted(Explainer[Explanation]):
    """Notes the seeds it is given."""

    seeds: list = []

    def sampler(self, instance):
        if instance[0] == 7:
            raise TypeError("seven")
        return Bits([str(i) for i in range(9)])

    def explain(self, instance, seed=None, **options):
        self.seeds.append(seed)
        return super().explain(instance, seed=seed, **options)


def seeds_of(explainer, n, **options):
    """The seeds of n explanations, and these."""
    Noted.seeds = []
    found = explain_many(explainer, [np.ones(9)] * n, n_jobs=1, **options)
    return [*Noted.seeds], found


def first(rows):
    """The first bit."""
    return np.asarray(rows)[:, 0].astype(int)


def test_each_instance_has_its_own_seed():
    """Different ones, the same in each run, those of the explainer where none is given; the first n are the same."""
    one, _ = seeds_of(Noted(first, seed=5), 6)
    assert len(set(one)) == 6 and one == seeds_of(Noted(first, seed=5), 6)[0] == seeds_of(Noted(first), 6, seed=5)[0]
    assert one[:3] == seeds_of(Noted(first, seed=5), 3)[0] and one != seeds_of(Noted(first, seed=6), 6)[0]
    assert seeds_of(Noted(first), 3)[0] == seeds_of(Noted(first, seed=0), 3)[0]


def test_an_explanation_is_the_one_of_its_seed():
    """What is found among many is what is found alone, with that seed."""
    seeds, found = seeds_of(Noted(first, seed=5), 3, search="beam")
    alone = [Noted(first).explain(np.ones(9), seed=seed, search="beam") for seed in seeds]
    strip = lambda e: {k: v for k, v in e.to_dict().items() if k != "queries"}
    assert [strip(e) for e in found] == [strip(e) for e in alone]


def test_failures_stay_in_their_place():
    """Any error, with its index; the others are explained."""
    found = explain_many(Noted(first), [np.ones(9), np.full(9, 7), np.zeros(9), np.full(9, 7)], n_jobs=1)
    assert [type(one).__name__ for one in found] == ["Explanation", "Failure", "Explanation", "Failure"]
    assert [one.index for one in found if isinstance(one, Failure)] == [1, 3]
    assert str(found[1].error) == "seven"


def explained(covers, certified=True):
    """Something that looks like an explanation whose rule holds for these of ten inputs."""
    holds = np.isin(np.arange(10), covers)
    members = dict(certified=certified, words=[str(covers)], is_empty=False, meta={}, prediction=1, precision=1.0, instance=None,
                   holds=lambda self, inputs: holds[: len(inputs)])  # fmt: skip
    return type("Found", (), members)()


def test_pick_is_greedy_over_what_is_left():
    """Each time the one that adds most, of those that are certified, until nothing is added."""
    many = [explained([0, 1, 2, 3]), explained([2, 3, 4, 5]), explained([6]), explained(range(10), certified=False),
            Failure(4, ValueError()), explained([0, 1, 2]), explained([4, 5, 6])]  # fmt: skip
    picked = pick(many, 5, np.zeros(10))
    assert [one["index"] for one in picked] == [0, 6]
    assert [one["reached"] for one in picked] == [0.4, 0.7] and [one["covers"] for one in picked] == [0.4, 0.3]
    assert [one["index"] for one in pick(many, 1, np.zeros(10))] == [0] and pick([], 5, []) == []


def test_one_text_is_not_several():
    """Its letters are not."""
    with pytest.raises(TypeError, match="X must be several instances, came one text"):
        explain_many(AnchorText(words), "good film")


class TwoReasons(Exception):
    """Can be pickled, but not be read again."""

    def __init__(self, one, other):
        super().__init__(f"{one}, {other}")


class Mute(Exception):
    """Cannot be printed, nor pickled."""

    def __str__(self):
        raise ValueError("mute")

    def __reduce__(self):
        raise ValueError("mute")


def moody(texts):
    """A model that fails in several ways."""
    for error in (TwoReasons("late", "tired"), Mute(), KeyError("key")):
        if type(error).__name__ in texts[0]:
            raise error
    return words(texts)


def test_workers():
    """One or two, the same files and failures; an error that cannot travel is kept as its class and its text."""
    texts = ["a good film", "TwoReasons", "bad", "Mute", "KeyError", "good and bad"]
    one, two = (explain_many(AnchorText(moody, seed=1), texts, n_jobs=n) for n in (1, 2))
    assert [e.anchor for e in one if not isinstance(e, Failure)] == [["good"], ["bad"], ["good"]]
    for found, other in zip(one, two, strict=True):
        if isinstance(found, Failure):
            assert repr(found) == repr(other)
        else:
            assert {**found.to_dict(), "queries": 0} == {**other.to_dict(), "queries": 0}
    reasons = {e.index: e.error for e in two if isinstance(e, Failure)}
    assert list(reasons) == [1, 3, 4] and isinstance(reasons[4], KeyError)
    assert re.fullmatch(r"RuntimeError\('(\w+\.)?TwoReasons: late, tired'\)", repr(reasons[1]))
    assert "Mute" in str(reasons[3])


def words(texts):
    """Good, or else bad."""
    return ["good" if "good" in text else "bad" if "bad" in text else "none" for text in texts]
