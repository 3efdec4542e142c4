"""Many instances: a seed for each, failures in their place, any number of workers; a few anchors for all."""

import itertools
import json
import os
import re
import signal

import dask
import distributed
import joblib
import numpy as np
import pandas as pd
import pytest

import grokking_anchors.many
from grokking_anchors import AnchorTabular, AnchorText, Explainer, Explanation, explain_each, explain_many, pick
from grokking_anchors.many import Failure, fingerprint, plot_pick, results
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


def test_thousands_of_seeds_are_all_different():
    """Also where more are made: the first of a long list are those of a short one."""
    many = list(itertools.islice(grokking_anchors.many.seeds_of(3), 3000))
    assert len(set(many)) == 3000 and many[:256] == np.random.SeedSequence(3).generate_state(256).tolist()


def test_an_explanation_is_the_one_of_its_seed():
    """What is found among many is what is found alone, with that seed."""
    seeds, found = seeds_of(Noted(first, seed=5), 3, search="beam")
    alone = [Noted(first).explain(np.ones(9), seed=seed, search="beam") for seed in seeds]
    strip = lambda e: {k: v for k, v in e.to_dict().items() if k != "queries"}
    assert [strip(e) for e in found] == [strip(e) for e in alone]


@pytest.mark.filterwarnings("ignore:2 of 4")
def test_failures_stay_in_their_place():
    """Any error, with its index; the others are explained."""
    found = explain_many(Noted(first), [np.ones(9), np.full(9, 7), np.zeros(9), np.full(9, 7)], n_jobs=1)
    assert [type(one).__name__ for one in found] == ["Explanation", "Failure", "Explanation", "Failure"]
    assert [one.index for one in found if isinstance(one, Failure)] == [1, 3]
    assert str(found[1].error) == "seven"


def explained(covers, certified=True):
    """Something that looks like an explanation whose rule holds for these of ten inputs."""
    holds = np.isin(np.arange(10), covers)
    members = dict(certified=certified, words=[str(covers)], is_empty=False, meta={}, prediction=1, precision=1.0,
                   instance=None, holds=lambda self, inputs: holds[: len(inputs)])  # fmt: skip
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


@pytest.mark.filterwarnings("ignore:3 of 6")
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


# ---- a file to go on with ---------------------------------------------------------------

SOME = ["a good film", "nothing", "bad", "good and bad", "", "the good"]


def stops_at(place):
    """A model whose user presses Ctrl-C when it comes to this text."""

    def model(texts):
        if place in texts:
            raise KeyboardInterrupt
        return words(texts)

    return model


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a file that nothing interrupted."""
    path = tmp_path_factory.mktemp("whole") / "all.jsonl"
    with pytest.warns(UserWarning, match=r"1 of 6 could not be explained: 1 x ValueError: "):
        explain_many(AnchorText(words, seed=1), SOME, n_jobs=1, to=path)
    return path.read_bytes()


@pytest.mark.filterwarnings("ignore:1 of 6")
@pytest.mark.parametrize("cut", [0, 1, 40, -1, -2, -300, 0.3, 0.5, 0.7, 0.9])
def test_a_file_goes_on_where_it_was_cut(whole, tmp_path, cut):
    """Wherever the machine stopped, the file ends with the same bytes, and the results are the same."""
    at, path = int(cut * len(whole)) if isinstance(cut, float) else cut, tmp_path / "some.jsonl"
    path.write_bytes(whole[:at])
    asked = []
    model = lambda texts: asked.append(0) or words(texts)
    found = explain_many(AnchorText(model, seed=1), SOME, n_jobs=1, to=path)
    assert path.read_bytes() == whole
    assert [type(one).__name__ for one in found] == ["TextExplanation"] * 4 + ["Failure", "TextExplanation"]
    assert found[4].reason.startswith("ValueError: ") and found[0].holds(["good"]).all()
    done = asked[:]
    explain_many(AnchorText(model, seed=1), SOME, n_jobs=1, to=path)
    assert asked == done  # nothing is asked a second time


def test_each_result_is_written_before_the_next_is_asked_for(tmp_path):
    """So a kill loses one at most."""
    path, lines = tmp_path / "some.jsonl", []
    model = lambda texts: lines.append(path.read_bytes().count(b"\n")) or words(texts)
    explain_many(AnchorText(model, seed=1), ["good", "bad", "so good"], n_jobs=1, to=path)
    assert sorted(set(lines)) == [1, 2, 3]


@pytest.mark.filterwarnings("ignore:6 of 9")
def test_failures_that_follow_are_no_mistake(tmp_path):
    """Alike or not, they go into the file of who goes on as into the one of who was not interrupted."""
    path, texts = tmp_path / "some.jsonl", ["good", "bad", "good", *["KeyError"] * 6]
    explain_many(AnchorText(moody, seed=1), texts, n_jobs=1, to=path)
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:4]))
    explain_many(AnchorText(moody, seed=1), texts, n_jobs=1, to=path)
    assert path.read_bytes() == whole


@pytest.mark.filterwarnings("ignore:1 of 6")
def test_workers_write_the_same_file(whole, tmp_path):
    """In the same order."""
    explain_many(AnchorText(words, seed=1), SOME, n_jobs=2, to=tmp_path / "two.jsonl")
    assert (tmp_path / "two.jsonl").read_bytes() == whole


def test_each_line_is_strict_json(whole):
    """The first says what was asked; no line holds seconds."""

    def never(word):
        raise AssertionError(word)

    head, *rest = [json.loads(line, parse_constant=never) for line in whole.splitlines()]
    assert head["options"] == {} and head["seed"] == 1 and head["explainer"]["name"] == "AnchorText"
    assert [line["index"] for line in rest] == list(range(6))
    assert {line["queries"]["seconds"] for line in rest if "queries" in line} == {None}


@pytest.mark.parametrize(
    "named, texts, options",
    [
        ("seed 1, now it is 2", SOME, dict(seed=2)),
        ("options {}, now it is {'threshold': 0.9}", SOME, dict(threshold=0.9)),
        (r"other instances: its line 4 is not of X\[2\]", [*SOME[:2], "bed", *SOME[3:]], {}),
        (r"other instances: its line 6 is not of X\[4\]", SOME[:4], {}),
    ],
)
def test_the_file_of_something_else_is_refused(whole, tmp_path, named, texts, options):
    """By name, before anything is asked, and it stays as it is."""
    path = tmp_path / "other.jsonl"
    path.write_bytes(whole)
    with pytest.raises(ValueError, match=named):
        explain_many(AnchorText(stops_at("bed"), seed=1), texts, n_jobs=1, to=path, **options)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("content", [b"a letter to Ann", b"a,b\n1,2\n", b"[1]\n", b'{"file": 1}\n'])
def test_a_file_of_another_kind_is_left_alone(tmp_path, content):
    """Nothing is cut off it."""
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="letter.txt"):
        explain_many(AnchorText(words), SOME, n_jobs=1, to=path)
    assert path.read_bytes() == content
    with pytest.raises(TypeError, match="to must be a path, came: 3"):
        explain_many(AnchorText(words), SOME, n_jobs=1, to=3)


def test_a_frame_goes_on(tmp_path):
    """A row is known by its values: not by its label, nor by how the frame lies in memory."""
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", None]})
    again = pd.concat([frame[["a"]], frame[["b"]]], axis=1).set_index(pd.Index([7, 8]))
    marks = [fingerprint(frame.iloc[[1]]), fingerprint(again.iloc[[1]])]
    assert marks[0] == marks[1] != fingerprint(frame.iloc[[0]])
    ints = frame.assign(a=frame.a.astype(int))
    assert fingerprint(ints.iloc[[1]]) != marks[0] != fingerprint(frame.rename(columns={"a": "c"}).iloc[[1]])
    rows = np.arange(6.0).reshape(2, 3)
    assert fingerprint(rows[1]) == fingerprint(np.asfortranarray(rows)[1]) != fingerprint(rows[0])


@pytest.mark.parametrize("to", [False, True])
def test_an_interrupt_carries_what_is_done(tmp_path, to):
    """With a file or without one."""
    options = dict(to=tmp_path / "some.jsonl") if to else {}
    with pytest.raises(KeyboardInterrupt) as caught:
        explain_many(AnchorText(stops_at("good and bad"), seed=1), SOME, n_jobs=1, **options)
    assert [one.anchor for one in caught.value.explanations] == [["good"], [], ["bad"]]
    if to:
        assert len(options["to"].read_bytes().splitlines()) == 4


# ---- mistakes, failures -----------------------------------------------------------------


@pytest.mark.parametrize(
    "options, error, told",
    [
        (dict(treshold=0.9), TypeError, "'treshold'; did you mean 'threshold'"),
        (dict(threshold=9), ValueError, "threshold must be between 0 and 1, came: 9"),
        (dict(batch_size=0), ValueError, "batch_size must be"),
        (dict(n_jobs="2"), TypeError, "n_jobs must be a whole number but 0, or None, came: '2'"),
        (dict(n_jobs=0), TypeError, "n_jobs must be"),
    ],
)
def test_a_mistake_is_raised(options, error, told):
    """And not returned as many failures."""
    with pytest.raises(error, match=told):
        explain_many(AnchorText(words), SOME[:1], **(dict(n_jobs=1) | options))


@pytest.mark.parametrize(
    "X, came",
    [
        (pd.Series([1.0, 2.0]), "one Series"),
        ({"age": 3}, "one dict"),
        (np.ones(12), "one ndarray"),
        (np.float64(3), "float64"),
        (b"text", "one text"),
    ],
)
def test_one_is_not_several(X, came):
    """A row, a dict, a number."""
    with pytest.raises(TypeError, match=f"X must be several instances.*came:? {came}"):
        explain_each(Noted(first), X, n_jobs=1)


def test_what_no_row_can_be_explained_with_is_raised():
    """The same failure five times at the beginning is none of the rows'; four, and one of another kind, are."""
    seven, one = np.full(9, 7), np.ones(9)
    with pytest.raises(TypeError, match="seven"):
        explain_many(Noted(first), [seven] * 5 + [one], n_jobs=1)
    with pytest.raises(TypeError, match="seven"):
        explain_many(Noted(first), [seven] * 2, n_jobs=1)
    for rows in ([seven] * 4 + [one], [seven], [one] + [seven] * 9):
        with pytest.warns(UserWarning, match="x TypeError: seven"):
            assert len(explain_many(Noted(first), rows, n_jobs=1)) == len(rows)


def test_failures_are_counted_in_one_warning():
    """With class and text, also of errors that cannot be pickled, the most frequent first."""
    texts = ["a good film", "TwoReasons", "KeyError", "bad", "Mute", "KeyError"]
    with pytest.warns(UserWarning) as caught:
        explain_many(AnchorText(moody, seed=1), texts, n_jobs=1)
    told = [str(one.message) for one in caught]
    assert len(told) == 1 and told[0].startswith("4 of 6 could not be explained: 2 x KeyError: 'key', 1 x ")
    assert "TwoReasons: late, tired" in told[0] and "Mute: <exception str() failed>" in told[0]
    assert caught[0].filename == __file__


# ---- one after another ------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:.*tasks (have been|which were still)")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_instances_without_an_end(n_jobs):
    """Are read as they are asked for, not far ahead, and are explained as in a list."""
    read = []
    stream = (read.append(i) or SOME[i % 2] for i in itertools.count())
    found = list(itertools.islice(explain_each(AnchorText(words, seed=1), stream, n_jobs), 6))
    assert [one.anchor for one in found] == [["good"], []] * 3 and len(read) <= 256
    assert n_jobs == 2 or len(read) == 6
    assert [e.queries["rows"] for e in found[:2]] == [
        e.queries["rows"] for e in explain_many(AnchorText(words, seed=1), SOME[:2], n_jobs=1)]  # fmt: skip


def test_nobody_reads_far_ahead():
    """Workers that give back all at once are given some at a time."""
    read = []
    tasks = (read.append(i) or (lambda i=i: i) for i in range(600))
    found = results(tasks, joblib.Parallel(n_jobs=1), 4)
    assert [next(found), next(found), len(read)] == [0, 1, 4] and len(list(found)) == 598


class Heavy:
    """A model that counts how often it is pickled, and notes where it is read."""

    sent = 0

    def __init__(self, log):
        self.log = str(log)

    def __call__(self, rows):
        return first(rows)

    def __getstate__(self):
        Heavy.sent += 1
        return dict(log=self.log, forest=np.zeros(300_000))

    def __setstate__(self, state):
        self.__dict__.update(state)
        with open(self.log, "a") as file:
            file.write(f"{os.getpid()}\n")


def test_an_explainer_is_sent_once(tmp_path):
    """Pickled once, read once by each worker, however many rows there are; one worker needs no pickle."""
    explainer, Heavy.sent = Noted(Heavy(tmp_path / "log"), seed=0), 0
    explain_many(explainer, [np.ones(9)] * 12, n_jobs=1)
    assert Heavy.sent == 0
    found = explain_many(explainer, [np.ones(9)] * 12, n_jobs=2)
    readers = (tmp_path / "log").read_text().split()
    assert Heavy.sent == 1 and len(set(readers)) == len(readers) and not [f for f in found if isinstance(f, Failure)]


# ---- beyond one machine -----------------------------------------------------------------


class Deadly:
    """A model that kills its worker when it first meets a text."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __call__(self, texts):
        if "killer" in texts[0] and not os.path.exists(self.marker):
            open(self.marker, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return ["good" if "good" in text else "bad" for text in texts]


def test_dask_loses_nothing(tmp_path):
    """Two workers of a local cluster, one of which is killed in the middle: the same results, the same file."""
    texts = ["a good film", "bad", "killer good", "so good", "good and bad", "a film", "the bad good"]
    model, marker = Deadly(tmp_path / "killed"), tmp_path / "killed"
    dask.config.set({"distributed.logging.distributed": "critical"})
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        several = explain_many(AnchorText(model, seed=1), texts, to=tmp_path / "dask.jsonl")
    assert marker.exists()
    alone = explain_many(AnchorText(model, seed=1), texts, n_jobs=1, to=tmp_path / "alone.jsonl")
    assert [e.anchor for e in several] == [e.anchor for e in alone]
    assert (tmp_path / "dask.jsonl").read_bytes() == (tmp_path / "alone.jsonl").read_bytes()


# ---- what a few anchors say -------------------------------------------------------------


def test_an_empty_anchor_speaks_of_its_own_instance():
    """Forty reviews of both classes are not covered by one rule that has no condition."""
    empty, some = explained(range(10)), explained([1, 2])
    empty.is_empty = True
    assert [one["index"] for one in pick([empty, some], 5, np.zeros(10))] == [1]
    assert pick([empty], 5, np.zeros(10)) == [] and plot_pick([]).axes[0].texts[0].get_text().startswith("no anchor")


def test_an_anchor_covers_what_is_given_its_prediction():
    """Known, by a function, or not; within the tolerance of a regression; a class by itself."""
    found, other = explained([0, 1, 2, 3]), explained([3, 4, 5])
    other.prediction = 2
    said = [1, 1, 2, 1, 2, 2, 1, 1, 1, 1]
    both = pick([found, other], 5, np.zeros(10), said)
    assert [(one["index"], one["covers"], one["reached"]) for one in both] == [(0, 0.3, 0.3), (1, 0.2, 0.5)]
    assert pick([found, other], 5, np.zeros(10), lambda inputs: np.array(said)) == both
    (two,) = pick([found, other], 5, np.zeros(10), said, prediction=2)
    assert two["index"] == 1 and two["covers"] == 2 / 3 and two["among"] == 2
    assert "predicted 2" in plot_pick([two]).axes[0].get_xlabel()
    found.meta = dict(asked=dict(tolerance=0.5))
    assert pick([found], 1, np.zeros(10), np.array(said) + 0.4)[0]["covers"] == 0.3
    with pytest.raises(ValueError, match=r"predictions must be 10 labels.*came: shape \(3,\)"):
        pick([found], 1, np.zeros(10), [1, 2, 3])


def test_two_classes_are_not_mixed():
    """Real texts: each pick covers only reviews of its own class."""
    texts = ["a good film", "so good", "bad", "a bad one", "nothing"]
    found = explain_many(AnchorText(words, seed=1), texts, n_jobs=1)
    picked = pick(found)
    assert [(one["rule"], one["covers"]) for one in picked] == [("good", 0.4), ("bad", 0.4)]
    assert picked[-1]["reached"] == 0.8  # "nothing" has an empty anchor: its own instance only
    assert [one["reached"] for one in pick(found, prediction="bad")] == [1.0]


def test_a_file_is_not_gone_on_with_after_another_fit(tmp_path):
    """Other bins make other predicates: two languages in one file. The same fit, and a failure in front, go on."""
    X = np.random.default_rng(0).normal(size=(200, 2))
    model = lambda rows: (rows[:, 0] > 0.3).astype(int)
    fitted = lambda *edges: AnchorTabular(model, seed=0).fit(X, disc_perc=edges)
    file, rows = tmp_path / "rows.jsonl", [["x", 0.0], *X[:3]]
    with pytest.warns(UserWarning, match="1 of 2"):
        explain_many(fitted(25, 50, 75), rows[:2], to=file, distribution="observe")
    before = file.read_bytes()
    with pytest.raises(ValueError, match="made with other predicates: was the explainer fitted anew"):
        explain_many(fitted(30, 60), rows, to=file, distribution="observe")
    assert file.read_bytes() == before
    with pytest.warns(UserWarning, match="1 of 4"):
        assert len(explain_many(fitted(25, 50, 75), rows, to=file, distribution="observe")) == 4
