"""Tables as people have them: dates, other libraries' frames, extra columns, regressions, new rows."""

import datetime
import re

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from grokking_anchors import AnchorTabular, Explanation, gen_category_map
from grokking_anchors.asking import reach
from grokking_anchors.rows import SAMPLERS, short_edges
from grokking_anchors.search import wilson
from grokking_anchors.tables import edge_of, time_text

RNG = np.random.default_rng(0)
N = 200
DAYS = pd.Series(pd.date_range("2023-12-01", periods=N, freq="D"))
CUT = pd.Timestamp("2024-03-10")
ZONES = {
    "plain": (DAYS, CUT),
    "with a zone": (DAYS.dt.tz_localize("Asia/Tokyo"), CUT.tz_localize("Asia/Tokyo")),
    "in nanoseconds": (DAYS.astype("datetime64[ns]"), CUT),
    "spans": (DAYS - DAYS[0], CUT - DAYS[0]),
}


def frame_of(days, **more):
    """A frame of the dates and of noise, in an order of its own."""
    return pd.DataFrame(dict(day=days, noise=RNG.normal(size=len(days))) | more).sample(frac=1, random_state=0)


def late_after(cut, dtype):
    """A model of frames whose column `day` has this dtype: is it after the cut?"""

    def predict(frame):
        assert frame["day"].dtype == dtype, frame["day"].dtype
        return (frame["day"] > cut).to_numpy()

    return predict


# ---- dates --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ZONES)
def test_the_model_sees_dates_and_the_rule_speaks_of_them(kind):
    """A rule on dates is found, holds where it says, goes through a file; the model gets the dtype of fit."""
    days, cut = ZONES[kind]
    frame = frame_of(days)
    explainer = AnchorTabular(late_after(cut, days.dtype), seed=0).fit(frame, bins={"day": [str(cut)]})
    found = explainer.explain(frame[frame.day > cut].iloc[[0]])
    assert found.certified and len(found.anchor) == 1 and found.anchor[0].startswith("day > ")
    assert (found.holds(frame) == (frame.day > cut)).all()
    again = Explanation.from_json(found.to_json())
    assert again.anchor == found.anchor and (again.holds(frame) == found.holds(frame)).all()
    assert len(again.plot_numbers().axes) == 1


def test_an_edge_reads_as_a_date():
    """Days without a time of day, a zone is told; the text is what is evaluated."""
    frame = frame_of(DAYS)
    model = late_after(CUT, DAYS.dtype)
    found = AnchorTabular(model, seed=0).fit(frame, bins="tree").explain(frame[frame.day > CUT].iloc[[0]])
    (low,) = re.fullmatch(r"day > (\d{4}-\d\d-\d\d)", found.anchor[0]).groups()
    assert (found.holds(frame) == (frame.day > low)).all() and pd.Timestamp(low) == CUT
    zoned = frame.assign(day=frame.day.dt.tz_localize("Asia/Tokyo"))
    told = AnchorTabular(lambda rows: np.ones(len(rows), int)).fit(zoned).evaluate(
        {"day": ("2024-01-01", pd.Timestamp("2024-02-01", tz="UTC"))}, target=1)  # fmt: skip
    assert told.anchor == ["2024-01-01 00:00 < day <= 2024-02-01 00:00 UTC"]


@pytest.mark.parametrize("day", ["2024-03-20", datetime.date(2024, 3, 20), pd.Timestamp("2024-03-20")])
def test_a_row_may_write_its_date_in_any_way(day):
    """As a text, as a date of Python, or of pandas."""
    explainer = AnchorTabular(late_after(CUT, DAYS.dtype), seed=0).fit(frame_of(DAYS))
    found = explainer.explain(dict(day=day, noise=0.0))
    assert found.prediction and found.instance["day"] == pd.Timestamp("2024-03-20")


def test_a_rule_with_dates_is_tested():
    """`evaluate` takes dates as texts or as dates, for columns with and without times of day."""
    frame = frame_of(DAYS)
    explainer = AnchorTabular(late_after(CUT, DAYS.dtype), seed=0).fit(frame)
    for low in ("2024-03-10", CUT, datetime.date(2024, 3, 10)):
        found = explainer.evaluate({"day": (low, None)}, target=True)
        assert found.certified and found.anchor == ["day > 2024-03-10"]
    assert not explainer.evaluate({"day": ("2024-01-10", None)}, target=True).certified
    with pytest.raises(ValueError, match="'day'.*no.* interval|not an interval"):
        explainer.evaluate({"day": (5, None)}, target=True)


def test_missing_dates_are_a_word_of_their_own():
    """NaT is a bin; the model gets NaT back."""
    frame = frame_of(DAYS.where(DAYS.index % 3 > 0))
    explainer = AnchorTabular(lambda rows: rows.day.isna().to_numpy(), seed=0).fit(frame)
    found = explainer.explain(frame[frame.day.isna()].iloc[[0]])
    assert found.certified and found.anchor == ["day is missing"]
    assert Explanation.from_json(found.to_json()).holds(frame).sum() == frame.day.isna().sum()


@pytest.mark.parametrize("wrong", [5, "b", pd.Timestamp("2024-03-20", tz="UTC"), 1.5, True])
def test_a_row_without_a_date_there_is_told(wrong):
    """Numbers, texts that are none, dates with a zone where those of fit had none."""
    explainer = AnchorTabular(late_after(CUT, DAYS.dtype), seed=0).fit(frame_of(DAYS))
    with pytest.raises(ValueError, match="column 'day'"):
        explainer.explain(dict(day=wrong, noise=0.0))
    found = explainer.explain(dict(day="2024-05-01", noise=0.0))
    assert "day > " in found.anchor[0]
    with pytest.raises(ValueError, match="column 'day' must hold dates"):
        found.holds(pd.DataFrame(dict(day=[wrong], noise=[0.0])))


@pytest.mark.parametrize("wrong", [5, 2.5, "7", "b"])
def test_a_number_is_no_span_of_time(wrong):
    """It would be one of nanoseconds."""
    days, cut = ZONES["spans"]
    frame = frame_of(days)
    explainer = AnchorTabular(late_after(cut, days.dtype), seed=0).fit(frame)
    found = explainer.evaluate({"day": (cut, None)}, target=True)
    for column in ([wrong], pd.Series([wrong], dtype=object)):
        with pytest.raises(ValueError, match="column 'day' must hold spans"):
            found.holds(pd.DataFrame(dict(day=column)))


def test_dates_are_no_categories_and_take_no_formats():
    """`gen_category_map` leaves them out; a format of numbers is refused by name."""
    frame = frame_of(DAYS, job=["a", "b"] * (N // 2))
    assert gen_category_map(frame) == {2: ["a", "b"]}
    with pytest.raises(TypeError, match="formats of 'day'"):
        AnchorTabular(len).fit(frame, formats=dict(day=str))


def test_dates_are_shortened_as_far_as_they_split_alike():
    """To the year, the month, or the day; a text reads back as its edge."""
    times = (DAYS.to_numpy("M8[us]") - np.datetime64(0, "us")) / np.timedelta64(1, "s")
    for spot, text in ((31.5, "2024-01-01"), (91.5, "2024-03-01"), (99.7, "2024-03-09")):
        edge = times[0] + 86_400 * spot
        (short,) = short_edges([edge], times, "date")
        assert time_text(short, "date", True) == text
        assert (times <= short).sum() == (times <= edge).sum()
        assert edge_of(time_text(short, "date"), "date") == short
    assert edge_of(time_text(-100_000.5, "span"), "span") == -100_000.5


# ---- other tables -------------------------------------------------------------------------


class Polar:
    """A stand-in for the frame of another library."""

    def __dataframe__(self):
        raise NotImplementedError

    def __array__(self, dtype=None, copy=None):
        return np.zeros((4, 2))


Polar.__module__ = "polars.dataframe.frame"
GRID = RNG.normal(size=(100, 2))
SIGN = AnchorTabular(lambda rows: np.asarray(rows)[:, 0] > 0, seed=0).fit(GRID)
FOUND = SIGN.explain(GRID[0])


@pytest.mark.parametrize("table, words", [(Polar(), ".to_pandas()"), (sparse.csr_matrix(GRID), ".toarray()")])
def test_other_tables_are_told_what_to_give(table, words):
    """At fit, as a row and in `holds`, by name; nothing is silently renamed."""
    for use in (AnchorTabular(len).fit, SIGN.explain, FOUND.holds):
        with pytest.raises(TypeError, match=re.escape(words)):
            use(table)


def test_wrong_types_in_a_row_are_told_by_name():
    """The model of numbers is not asked about texts; None is missing; objects stay what they are."""
    for row in ([1.5, "b"], ["1.5", "2"], np.array([1.5, "b"], object)):
        with pytest.raises(ValueError, match="column .* must hold numbers"):
            SIGN.explain(row)
    assert np.isnan(SIGN.explain([1.5, None]).instance[1])
    mixed = np.array([[1.5, "a"], [2.5, "b"]] * 30, object)
    seen = AnchorTabular(lambda rows: np.array([type(row[0]) is float for row in rows]), seed=0).fit(mixed)
    assert seen.explain([1.5, "a"]).prediction and seen.explain([1.5, "a"]).is_empty


def test_names_may_be_numbers_and_come_once():
    """Numbers work from fit to `holds`; a name that comes twice is an error."""
    frame = pd.DataFrame(GRID, columns=[7, 8])
    explainer = AnchorTabular(lambda rows: rows[7].to_numpy() > 0, seed=0).fit(frame, bins={7: [0.0]})
    found = explainer.explain(frame.iloc[0])
    assert found.anchor[0].startswith("7 ") and found.holds(frame)[0]
    assert explainer.evaluate({7: (0, None)}, target=True).certified
    with pytest.raises(ValueError, match="X has two columns 7"):
        explainer.explain(pd.concat([frame, frame[[7]]], axis=1).iloc[[0]])
    with pytest.raises(ValueError, match="two columns have the name 'a'"):
        AnchorTabular(len).fit(pd.DataFrame(GRID, columns=["a", "a"]))


def test_extra_columns_go_to_the_model():
    """With extra="keep" the model gets the row's id, unchanged and in place; the rule speaks of the rest."""
    frame, seen = pd.DataFrame(GRID, columns=["a", "b"]), []
    row = frame.iloc[[0]].assign(id=4711)[["id", "a", "b"]]

    def predict(rows):
        assert list(rows.columns) == ["id", "a", "b"] and rows["id"].dtype == row["id"].dtype
        seen.append(set(rows["id"]))
        return (rows["a"] > 0).to_numpy()

    explainer = AnchorTabular(predict, seed=0).fit(frame, bins={"a": [0.0]})
    found = explainer.explain(row, extra="keep")
    assert found.certified and seen and all(ids == {4711} for ids in seen)
    assert found.instance["id"] == 4711 and not any("id" in text for text in found.predicates)
    assert found.holds(frame.assign(id=1))[0]
    assert explainer.evaluate({"a": (0, None)}, row.assign(a=1.0), extra="keep").certified
    with pytest.raises(ValueError, match="unknown column 'id'.*extra='keep'"):
        explainer.explain(row)
    with pytest.raises(ValueError, match="extra must be one of"):
        explainer.explain(row, extra="drop")
    with pytest.raises(ValueError, match="extra='keep' is for"):
        SIGN.explain(GRID[0], extra="keep")


# ---- regression ---------------------------------------------------------------------------

LINE = AnchorTabular(lambda rows: 100 + 10 * np.asarray(rows)[:, 0], seed=0).fit(GRID)


def test_a_regression_is_offered_a_tolerance():
    """A tenth of the spread of the predictions over the training rows, and it works."""
    with pytest.raises(ValueError, match="tolerance=.* tenth of the spread") as error:
        LINE.explain(GRID[0])
    offered = float(re.search(r"tolerance=([\d.]+)", str(error.value))[1])
    said = LINE.predictor(GRID)
    assert abs(offered - np.ptp(np.percentile(said, (5, 95))) / 10) < 0.15 * offered
    LINE.explain(GRID[0], tolerance=offered)
    with pytest.raises(ValueError, match="tenth of the spread"):
        LINE.explain([1.0, 0.0])  # of which the model says 110, a whole number
    with pytest.raises(ValueError, match="tenth of the spread"):
        LINE.evaluate({"column 0": (0, None)}, [1.0, 0.0])


def test_a_tolerance_is_a_number_a_share_or_a_function():
    """All three mean the same question; what is none of them is told by name."""
    row = [1.0, 0.0]
    for tolerance in (11, "10%", " 10 % ", lambda said: said / 10):
        assert "within 11 of" in LINE.explain(row, tolerance=tolerance).meta["question"]
        assert "within 11 of" in LINE.evaluate({"column 0": (0, None)}, row, tolerance=tolerance).meta["question"]
    assert reach("10%", -110.0) == reach("10%", 110.0) == 11  # of a loss, too
    for wrong in ("ten", "-5%", "%", -1, 0, [1], "0%", lambda said: -1, lambda said: "x"):
        with pytest.raises((ValueError, TypeError), match="tolerance"):
            LINE.explain(row, tolerance=wrong)


# ---- of which rows the precision speaks ---------------------------------------------------


def test_observe_says_of_how_many_rows_it_speaks():
    """The number of rows that satisfy the rule stands beside the precision; below 30 there is a warning."""
    for low, warned in ((0.0, False), (1.4, True)):
        found = SIGN.evaluate({"column 0": (low, None)}, target=True, distribution="observe")
        m, facts = int((GRID[:, 0] > low).sum()), found.facts()
        assert found.support == (m, 100) and f"on the {m} of 100 training rows" in facts["Precision"]
        assert ("Warning" in facts) == warned == (m < 30) and "holdout" in facts["New rows"]
        assert str(Explanation.from_json(found.to_json())) == str(found)
    assert "New rows" not in SIGN.explain(GRID[0]).facts()


@pytest.mark.parametrize("frame", [False, True])
@pytest.mark.parametrize("question", ["perturb", "observe"])
def test_held_out_rows_measure_the_rule(question, frame):
    """They are asked about once the rule stands: the same share as by hand; never drawn, never covered."""
    data = RNG.normal(size=(1000, 2))
    data[:, 1] = np.arange(1000)  # each row can be told
    asked = []

    def predict(rows):
        rows = np.asarray(rows)
        asked.append(rows)
        return (rows[:, 0] > 0.2).astype(int)

    table = pd.DataFrame(data, columns=["a", "n"]) if frame else data
    explainer = AnchorTabular(predict, ["a", "n"], seed=0).fit(table, holdout=0.2)
    reader = explainer.table.reader
    out = np.asarray(reader.data)[len(reader) :]
    assert len(reader) == 800 and len(out) == 200
    assert sorted(np.asarray(reader.data)[:, 1]) == list(range(1000))
    found = explainer.evaluate({"a": (0, None)}, [1.0, -1.0], distribution=question)
    rows = out[out[:, 0] > 0]
    assert found.unseen == pytest.approx(((rows[:, 0] > 0.2).mean(), len(rows)))
    low, high = wilson(*found.unseen)
    assert f"[{low:.3f}, {high:.3f}] on {len(rows)} held-out rows" in found.facts()["New rows"]
    numbers = [set(part[:, 1]) & set(out[:, 1]) for part in asked]
    assert [one for one in numbers if one] == [set(rows[:, 1])]  # one call, with all of them
    assert f"on {len(rows)} held-out rows" in found.facts()["New rows"]
    again = Explanation.from_json(found.to_json())
    assert again.facts()["New rows"] == found.facts()["New rows"]


def test_no_anchor_says_what_may_help():
    """Bins, the other question, tolerance, threshold, where they are open; a rule of one's own has none of these."""
    checks = lambda rows: (np.floor(rows * 9).sum(axis=1) % 2).astype(int)
    explainer = AnchorTabular(checks, seed=0).fit(GRID)
    said = {name: explainer.explain(GRID[0], distribution=name, max_anchor_size=1).reason for name in SAMPLERS}
    assert all("what may help: finer bins" in text and text.endswith("or a lower threshold") for text in said.values())
    assert ["distribution=" in said[name] for name in ("perturb", "observe")] == [True, False]
    assert "a larger tolerance" in LINE.explain(GRID[0], tolerance=1e-6, max_anchor_size=1).reason
    assert "may help" not in explainer.evaluate({"column 0": (0, None)}, target=0).reason
    assert "may help" not in SIGN.explain(GRID[0]).reason


def test_a_search_that_was_cut_short_gives_no_advice():
    """It kept rows for new ones, but nothing more could be asked: the line must not say that none were kept."""
    explainer = AnchorTabular(lambda rows: (rows[:, 0] > 0).astype(int), seed=0).fit(GRID, holdout=0.2)
    found = explainer.explain(GRID[0], distribution="observe", max_queries=5)
    assert found.facts()["New rows"] == "not measured" and "may help" not in found.reason


def test_rows_are_held_out_at_random():
    """Of a table in order neither the last rows nor the first ones, but a fifth of each half."""
    reader = AnchorTabular(len).fit(np.arange(1000.0)[:, None], disc_perc=(50,), holdout=0.2).table.reader
    held = reader.data[800:, 0]
    assert len(held) == 200 and 60 < (held < 500).sum() < 140


def test_a_share_to_hold_out_is_checked():
    """Between 0 and 1, and some row must be left."""
    for wrong in (1, -0.1, "x", 0.999):
        with pytest.raises((ValueError, TypeError), match="holdout"):
            AnchorTabular(len).fit(GRID, holdout=wrong)


def test_edges_of_many_rows_stay_short():
    """A thousandth of the rows may change sides of a percentile; edges that were given stay."""
    for n in (500, 100_000):
        values = np.random.default_rng(1).lognormal(8, 1, (n, 1))
        columns = AnchorTabular(len).fit(np.hstack([values, values])).table.columns
        assert max(len(label) for label in columns[0].labels) <= 6
    given = AnchorTabular(len).fit(values, bins=[3000.123456]).table.columns[0].edges[0]
    assert (values <= given).sum() == (values <= 3000.123456).sum()
