"""Reading tables as they come: arrays, one-hot arrays and DataFrames in, values by column out.

pandas is imported only when a DataFrame came; nothing here knows of anchors.
"""

import datetime
import sys
from collections import Counter
from numbers import Number, Real
from typing import NamedTuple

import numpy as np

from .settings import number, one_of, require

__all__ = ["TableReader", "column_values", "gen_category_map", "is_frame", "is_missing"]

# kinds of columns that are cut at edges; dates and spans as seconds (of what: for messages)
TIMES = {"date": "dates without a time zone", "date UTC": "dates with a time zone",
         "span": "spans of time"}  # fmt: skip
NUMBERS = ("number", *TIMES)


def is_frame(data, name="DataFrame"):
    """Is it a pandas DataFrame (or a Series, when that is asked)?"""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, getattr(pandas, name))


def is_series(data):
    """Is it a pandas Series?"""
    return is_frame(data, "Series")


def is_missing(values):
    """Which of n values are missing: None or NaN."""
    if values.dtype.kind in "fiub":
        return np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
    gone = not_there()
    return np.array([value is None or value is gone or value != value for value in values], bool)


def not_there():
    """The missing value of pandas, which equals nothing; an object of its own without pandas."""
    return getattr(sys.modules.get("pandas"), "NA", is_missing)


def as_table(inputs):
    """A Series, a dict, or a list of dicts as a DataFrame; a frame as it is; else a 2-D array."""
    known_table(inputs, "the table")
    records = [inputs] if isinstance(inputs, dict) else inputs
    if isinstance(records, (list, tuple)) and records and isinstance(records[0], dict):
        return __import__("pandas").DataFrame(list(records))
    if is_series(inputs):
        return inputs.to_frame().T.infer_objects()
    try:
        return inputs if is_frame(inputs) else np.atleast_2d(np.asarray(inputs))
    except ValueError:
        return np.empty((0, 0))  # rows of different lengths: no table, and told so


def known_table(data, name):
    """TypeError for what numpy would take for something else: other libraries' frames, sparse."""
    came = f"{name} is a {type(data).__name__} of {type(data).__module__.partition('.')[0]}"
    ours = is_frame(data) or is_series(data) or isinstance(data, np.ndarray | list | tuple | dict)
    require(ours or not hasattr(data, "tocsr"), f"{came}, a sparse table: give its .toarray(), and "
            "a predictor that takes such rows", TypeError)  # fmt: skip
    require(ours or not (hasattr(data, "to_pandas") or hasattr(data, "__dataframe__")),
            f"{came}: give its .to_pandas(), and a predictor that takes such frames", TypeError)


# ---- dates and spans of time ------------------------------------------------------------


def seconds(values, kind, name):
    """Dates as seconds since 1970 (UTC, with a zone), or spans as seconds; ValueError."""
    pandas = __import__("pandas")
    values, known = pandas.Series(values), f"column {name!r} must hold {TIMES[kind]}, as at fit"
    there = values.dropna()
    odd = [v for v in (() if values.dtype.kind in "mM" else there)
           if isinstance(v, Number) and not isinstance(v, np.timedelta64)
           or kind == "span" and str(v).isdigit()]  # fmt: skip
    require(not odd, f"{known}, came: {odd[:1]}")
    try:
        if kind == "span":
            return pandas.to_timedelta(values).to_numpy("m8[us]") / np.timedelta64(1, "s")
        found = pandas.to_datetime(there, format="ISO8601").reindex(values.index)
        aware = found.dt.tz is not None
        require(aware == (kind == "date UTC") or not len(there), f"{TIMES['date UTC']}" * aware)
        found = (found.dt.tz_convert(None) if aware else found).to_numpy("M8[us]")
        return (found - np.datetime64(0, "us")) / np.timedelta64(1, "s")
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{known}, came: {there.iloc[0]!r}") from error


def edge_of(value, kind):
    """A date (a text, or any kind of date) or a span in seconds; ValueError, TypeError."""
    aware = getattr(__import__("pandas").to_datetime(value), "tz", None) if kind != "span" else None
    as_it_is = "date" if kind == "date UTC" and aware is None else kind  # it reads as it is shown
    return float(seconds([value], as_it_is, "edge")[0])


def coarser(edge, kind="number"):
    """An edge with few digits, then more; a date to the year, the month, the day, and so on."""
    if kind == "number":
        return [float(f"{edge:.{digits}g}") for digits in range(1, 18)]
    micro, found = np.datetime64(int(edge * 1e6 // 1), "us"), []
    for unit in ("D", "h", "m", "s") if kind == "span" else ("Y", "M", "D", "h", "m", "s"):
        below = micro.astype(f"M8[{unit}]")
        found += [below, below + 1]
    return [date.astype("M8[us]").astype(int) / 1e6 for date in [*found, micro]]


def time_text(edge, kind, days=False):
    """An edge as people write it: 2024-03-01 13:30, 3 days 02:00:00; with `days` without a 0:00."""
    day, rest = divmod(round(edge * 1e6), 86_400_000_000)
    clock = str(np.datetime64(rest, "us"))[11:].removesuffix(".000000")
    clock = clock if kind == "span" else clock.removesuffix(":00")
    first = f"{day} day{'s' * (day != 1)}" if kind == "span" else str(np.datetime64(day, "D"))
    return first if days and not rest else f"{first} {clock}"


# ---- what a column holds ----------------------------------------------------------------


def present(column):
    """The values of a Series or an array that are not missing, each once."""
    there = column.dropna() if is_series(column) else column[~is_missing(column)]
    return list(dict.fromkeys(there.tolist()))


def told(value):
    """A category as a file can hold it: text and numbers as they are, all else as text."""
    plain = value is None or isinstance(value, (str, Number, np.generic))
    return value if plain else str(value)


def texts_of(values):
    """Categories as texts; those that read the same, such as 1 and "1", as Python writes them."""
    shown = Counter(map(str, values))
    return [repr(value) if shown[str(value)] > 1 else str(value) for value in values]


def in_order(values):
    """Distinct values, sorted where they can be."""
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=lambda value: (type(value).__name__, str(value)))


def kind_of(column, name):
    """Kind and categories, None for what is cut at edges (see `NUMBERS`). TypeError."""
    kind = getattr(column.dtype, "kind", "O")
    if hasattr(column.dtype, "categories"):
        return "order" if column.dtype.ordered else "category", list(column.dtype.categories)
    if kind in "iufb":
        return ("category", [False, True]) if kind == "b" else ("number", None)
    if kind in "mM" and is_series(column):
        return ("span" if kind == "m" else "date" if column.dt.tz is None else "date UTC"), None
    values = [] if kind in "mMc" else present_objects(column, name)
    dates = kind in "mM" or any(hasattr(value, "isoformat") for value in values)
    require(not dates, f"column {name!r} holds dates or times ({column.dtype}): give a DataFrame "
            "in which it is datetime64 or timedelta64, as pandas.to_datetime makes it", TypeError)
    require(kind != "c", f"column {name!r} holds complex numbers", TypeError)
    numbers = all(isinstance(v, Real) and not isinstance(v, (bool, np.bool_)) for v in values)
    return ("number", None) if values and numbers else ("category", in_order(values))


def present_objects(column, name):
    """The values of a column of objects; TypeError where one of them is a collection."""
    there = column.dropna() if is_series(column) else column[~is_missing(column)]
    odd = [type(v).__name__ for v in there if isinstance(v, (list, dict, set, np.ndarray))]
    came = "".join(odd[:1])
    require(not odd, f"column {name!r} holds a {came}, expected numbers or categories", TypeError)
    return present(column)


def gen_category_map(
    data,  # a DataFrame or a 2-D array
    categorical_columns=None,  # their names (or positions); all that are not numbers, if None
):
    """Column number -> list of its categories, sorted, for the columns that hold categories."""
    shape, frame = np.shape(data), is_frame(data)
    came = f"{type(data).__name__} of shape {shape}"
    require(len(shape) == 2, f"gen_category_map needs a DataFrame or a 2-D array, came: {came}",
            TypeError)  # fmt: skip
    data = data if frame else np.asarray(data)
    names = list(data.columns) if frame else list(range(shape[1]))
    columns = [data.iloc[:, j] if frame else data[:, j] for j in range(len(names))]
    if categorical_columns is None:
        found = {j: kind_of(column, names[j])[1] for j, column in enumerate(columns)}
        return {j: categories for j, categories in found.items() if categories is not None}
    for name in categorical_columns:
        require(name in names, f"categorical_columns holds {name!r}, no column; there are: {names}")
    wanted = [names.index(name) for name in categorical_columns]
    return {j: kind_of(columns[j], names[j])[1] or in_order(present(columns[j])) for j in wanted}


# ---- values by column -------------------------------------------------------------------


class Columns(NamedTuple):
    """What is known of the columns of a table."""

    names: list
    kinds: list  # one of `NUMBERS`, "category" or "order"
    categories: list  # of each column, None for what is cut at edges
    labels: list  # texts of the categories
    widths: list  # how many columns of an array each takes; more than one: one-hot


def floats(values, missing, name):
    """Values as floats, NaN where they are missing. Raises ValueError."""
    try:
        return np.where(missing, np.nan, values).astype(float)
    except (TypeError, ValueError) as error:
        said = f"column {name!r} must hold numbers, as at fit, came: {values.dtype}"
        raise ValueError(said) from error


def column_named(table, name):
    """The Series of that name, else of the name that reads the same (0, "0"); ValueError."""
    have, texts = list(table.columns), list(map(str, table.columns))
    require(str(name) in texts, f"the inputs have no column {name!r}; they have: {texts}")
    return table.iloc[:, have.index(name) if name in have else texts.index(str(name))]


def hot_codes(block, name):
    """One-hot columns -> codes; ValueError where a row is not one-hot."""
    require(np.isin(block, (0, 1)).all() and (block.sum(axis=1) == 1).all(),
            f"ohe=True: the {block.shape[1]} columns of {name!r} must hold a single 1 and zeros "
            "in every row")  # fmt: skip
    return block.argmax(axis=1)


def column_values(
    inputs,  # DataFrame, Series, dict, list of dicts, or array
    columns: Columns,
    wanted=None,  # positions of the columns to read; all when not given
):
    """List of values by column, None for those not wanted; ValueError names what does not fit."""
    found: list = [None] * len(columns.names)
    table, ends = as_table(inputs), np.cumsum(columns.widths)
    frame = is_frame(table)
    require(frame or table.ndim == 2 and table.shape[1] == ends[-1],
            f"inputs must have {ends[-1]} columns, as at fit, came: shape {table.shape}")
    for j in range(len(found)) if wanted is None else wanted:
        name, width = columns.names[j], columns.widths[j]
        if frame:
            column = column_named(table, name)
            missing, values = column.isna().to_numpy(), column.to_numpy(object)
        else:
            block = table[:, ends[j] - width : ends[j]]
            values = block[:, 0] if width == 1 else hot_codes(block.astype(float), name)
            missing = is_missing(values)
        kind, none = columns.kinds[j], np.array(None)
        if kind in TIMES:
            found[j] = seconds(column if frame else values, kind, name)
        else:
            number = kind == "number"
            found[j] = floats(values, missing, name) if number else np.where(missing, none, values)
    return found


# ---- the training table -----------------------------------------------------------------


def columns_of(data, feature_names, categorical_names, ohe):
    """The `Columns` of a frame, or of an array with the user's names."""
    told = categorical_names or {}
    fine = isinstance(told, dict) and all(np.ndim(texts) == 1 for texts in told.values())
    require(fine, "categorical_names must be a dict: column -> list of its categories, "
            f"came: {told!r}", TypeError)  # fmt: skip
    for key, texts in told.items():
        require(len(set(map(str, texts))) == len(texts),
                f"categorical_names of {key!r} holds a name twice: {list(texts)}")
    listed, width, frame = dict(told), data.shape[1], is_frame(data)
    if frame:
        names, coded, widths = list(data.columns), (), [1] * width
        checked_names(names, width, "two columns have the name {!r}")
        given = checked_names(feature_names or names, width)
        require(set(given) == set(names),
                f"feature_names must name the frame's columns {names}, came: {given}")
    else:
        count = width - ohe * sum(len(value) - 1 for value in listed.values())
        given = [f"column {j}" for j in range(count)] if feature_names is None else feature_names
        names, coded = checked_names(given, count), range(count) if ohe else listed
        widths = [len(listed[j]) if ohe and j in listed else 1 for j in range(count)]
    column = lambda j: data[names[j]] if frame else data[:, j]
    found = [("number", None) if j in coded else kind_of(column(j), names[j])
             for j in range(len(names))]  # fmt: skip
    kinds, categories = map(list, zip(*found))
    labels = [values and texts_of(values) for values in categories]
    return with_categories(Columns(names, kinds, categories, labels, widths), listed, frame)


def checked_names(names, count, twice="feature_names holds {!r} twice"):
    """The names as a list; ValueError unless there is one for each column, each once."""
    require(hasattr(names, "__iter__"), f"feature_names must be names, came: {names!r}", TypeError)
    names = [names] if isinstance(names, str) else list(names)
    require(len(names) == count,
            f"feature_names must name {count} columns, came: {len(names)} names")
    texts = Counter(map(str, names))  # in an explanation, 0 and "0" would be one
    for name in names:
        require(texts[str(name)] == 1, twice.format(name))
    return names


def with_categories(columns, categorical_names, frame):
    """The columns with the user's names of categories: position or name -> list of texts."""
    names, kinds, categories, labels, _ = columns
    for key, given in categorical_names.items():
        j, texts = names.index(key) if key in names else key, list(given)
        require(isinstance(j, (int, np.integer)) and 0 <= j < len(names),
                f"categorical_names names column {key!r}, but there are {len(names)}: {names}")
        own = kinds[j] not in NUMBERS and frame  # a frame's categories are named, not coded
        for value in categories[j] if own else ():
            require(value in texts, f"categorical_names of {names[j]!r} lacks {value!r}")
        kinds[j] = kinds[j] if own else "category"
        categories[j] = texts if own else list(range(len(texts)))
        labels[j] = texts_of(texts)
    return columns


def in_dtype(array, dtype, name):
    """The array in this dtype, or as it is without one. TypeError or ValueError."""
    if dtype is None:
        return array
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = np.dtype(object)
    require(found.kind in "buif" and not isinstance(dtype, bool),
            f"dtype must be a dtype of numbers, came: {dtype!r}", TypeError)
    try:
        return array.astype(found)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} does not fit dtype={found}: {error}") from None


class TableReader:
    """The training table as it came: its columns, and model inputs cooked from recipes."""

    def __init__(self, data, feature_names=None, categorical_names=None, ohe=False,
                 dtype=None):  # fmt: skip
        require(isinstance(ohe, bool), f"ohe must be True or False, came: {ohe!r}", TypeError)
        known_table(data, "train_data")
        try:
            shape, plain = np.shape(data), np.ndim(np.asarray(data)) == 2
        except ValueError:
            shape, plain = "none", False  # rows of different lengths
        plain = plain and not isinstance(data, np.ma.MaskedArray)
        self.frame, came = is_frame(data), f"{type(data).__name__} of shape {shape}"
        require(plain, "train_data must be a table: a DataFrame or a 2-D array (NaN for missing "
                f"values), came: {came}")  # fmt: skip
        require(len(data), "train_data has no rows")
        require(shape[1], f"train_data has no columns, came: {came}")
        require(not (self.frame and ohe),
                "ohe=True is for arrays; a DataFrame comes with its categories as they are")
        require(dtype is None or not self.frame,
                "dtype is for arrays; a DataFrame comes with the dtypes of its columns")
        data, self.dtype = data.reset_index(drop=True) if self.frame else np.array(data), dtype
        self.data, self.ohe = in_dtype(data, dtype, "train_data"), ohe
        self.columns = columns_of(self.data, feature_names, categorical_names, ohe)
        self.names, self.count = self.columns.names, len(self.data)
        self.place = {name: j for j, name in enumerate(self.names)}

    def __len__(self):
        """Of the rows to cut along and to draw from: those held out come after them."""
        return self.count

    def hold_out(self, share):
        """Hold this share of the rows out, at random: they are neither cut along nor drawn."""
        number("holdout", share, -1e-9, 1)
        order = np.random.default_rng(0).permutation(len(self.data))
        self.count = len(order) - round(len(order) * share)
        require(self.count, f"holdout={share:g} leaves no row of {len(order)}")
        order = np.r_[np.sort(order[: self.count]), order[self.count :]]
        self.data = self.rows(order)

    def rows(self, which):
        """These rows, by number or as a slice, as they came."""
        return self.data.iloc[which].reset_index(drop=True) if self.frame else self.data[which]

    @property
    def train(self):
        """The rows to cut along and to draw from."""
        return self.data if self.count == len(self.data) else self.rows(slice(self.count))

    def values(self, data, wanted=None):
        """Values by column of any table of this shape."""
        return column_values(data, self.columns, wanted)

    def one(self, instance, extra="error"):
        """The instance as a table of one row, with the columns and dtypes of the training data."""
        one_of("extra", extra, ("error", "keep"))
        known_table(instance, "X")
        if self.frame:
            return cast(frame_row(instance, self.names, extra), self.data)
        require(extra == "error", "extra='keep' is for training data in a DataFrame")
        table = as_table(instance)
        if isinstance(instance, dict) and not self.ohe:
            wrong = sorted(map(str, set(instance) ^ set(self.names)))
            require(not wrong, f"X must have the columns {self.names}, wrong or missing: {wrong}")
        if is_frame(table):
            named = set(table.columns) >= set(self.names) and not self.ohe
            more = [str(x) for x in table.columns if named and x not in self.place]
            require(not more, f"X has the unknown column {', '.join(more)}; known: {self.names}")
            table = (table[self.names] if named else table).to_numpy()
        elif self.data.dtype == object:
            table = np.asarray(instance, object)  # else [1.5, "b"] would be two texts
        row, width = np.atleast_2d(np.asarray(table)), self.data.shape[1]
        require(row.ndim == 2 and len(row) == 1,
                f"X must be one instance, came: shape {row.shape}")
        require(row.shape[1] == width,
                f"X must have {width} values, as the training data, came: {row.shape[1]}")
        row = as_numbers(row, self) if self.data.dtype.kind in "biuf" else row
        return in_dtype(row, self.dtype, "X")

    def cook(self, choices, instance):
        """Recipes (n, c) of row numbers -> n inputs; number len(self) stands for the instance.

        Larger ones are those of held-out rows. What columns the instance has beyond those of the
        training data, all inputs have, too.
        """
        own = choices == len(self)
        rows = np.where(own, 0, choices - (choices > len(self)))
        if not self.frame:
            owner = np.repeat(np.arange(len(self.names)), self.columns.widths)
            table = self.data[rows[:, owner], np.arange(self.data.shape[1])]
            return np.where(own[:, owner], instance, table) if own.any() else table
        columns = {}
        for name in self.names if instance is None else instance.columns:
            j = self.place.get(name)
            column = instance[name].array if j is None else self.data[name].array
            columns[name] = column.take(0 * rows[:, 0] if j is None else rows[:, j])
            if j is not None and own[:, j].any():
                columns[name][own[:, j]] = instance[name].iloc[0]
        pandas = __import__("pandas")  # a column keeps its dtype: else some objects become texts
        whole = {name: pandas.Series(column, dtype=column.dtype, copy=False)
                 for name, column in columns.items()}  # fmt: skip
        return pandas.DataFrame(whole, copy=False)

    def record(self, row):
        """An instance for the books: a dict for frames, the 1-D array otherwise."""
        return frame_records(row)[0] if self.frame else np.array(row)[0]


# ---- a row of a frame -------------------------------------------------------------------


def as_numbers(row, reader):
    """A row of numbers, None as NaN. ValueError names what is none."""
    if row.dtype.kind in "biuf":
        return row
    for j, value in enumerate(row[0].tolist()):
        there = value is None or value is not_there() or isinstance(value, Number)
        name = j if reader.ohe else reader.names[j]
        require(there, f"X: column {name!r} must hold numbers, as at fit, came: {value!r}")
    return np.where(is_missing(row[0]), np.nan, row).astype(float)


def frame_row(instance, names, extra):
    """A frame of one row with these columns; from a frame, a Series, a dict, or values in order."""
    import pandas as pd

    table = as_table(instance.to_dict() if is_series(instance) else instance)
    if not is_frame(table):
        row = np.atleast_2d(np.asarray(instance, object))
        require(row.shape[1:] == (len(names),),
                f"X must have {len(names)} values, in the order {names}, came: shape {row.shape}")
        table = pd.DataFrame(row, columns=names)
    require(len(table) == 1, f"X must be one instance, came: {len(table)} rows")
    have = list(table.columns)
    twice = [name for name, count in Counter(have).items() if count > 1]
    lacks, more = ([x for x in one if x not in set(other)]
                   for one, other in ((names, have), (have, names)))  # fmt: skip
    told = f"; the training data has: {names}"
    require(not twice, f"X has two columns {(twice or [0])[0]!r}{told}")
    require(not lacks, f"X lacks column {(lacks or [0])[0]!r}{told}")
    require(not more or extra == "keep", f"X has the unknown column {(more or [0])[0]!r}{told}; "
            "extra='keep' gives it to the model as it is")  # fmt: skip
    return table[have if more else names].reset_index(drop=True)


def cast(row, data):
    """A frame of one row with the dtypes of the training data; ValueError if a value changes."""
    for name, dtype in data.dtypes.items():
        column, missing = row[name], bool(row[name].isna()[0])
        try:
            if dtype.kind in "mM" and isinstance(column[0], str | datetime.date):
                column = column.map(as_time(dtype.kind))
            require(missing or column[0] in getattr(dtype, "categories", column.tolist()), "")
            new = column.astype(dtype)
            same = new.isna()[0] == missing and (missing or new[0] == column[0])
        except (TypeError, ValueError):
            same = False
        wanted = f"not a value of {dtype}, the dtype at fit"
        if hasattr(dtype, "categories"):
            wanted = f"no category of the training data; it has: {list(dtype.categories)}"
        said = f"column {name!r}: {plain_value(column[0])!r} is {wanted}"
        if missing:
            said = f"column {name!r}: {dtype}, the dtype at fit, cannot hold a missing value"
        require(same, said)
        row[name] = new
    return row


def as_time(kind):
    """A function that makes a moment or a span of pandas of a text or a date."""
    pandas = __import__("pandas")
    if kind == "m":
        return pandas.to_timedelta
    return lambda value: pandas.to_datetime(value, format="ISO8601")


def plain_value(value):
    """A cell as plain Python; None where it is missing."""
    if value is None or value is getattr(sys.modules.get("pandas"), "NA", 0) or value != value:
        return None
    return value.item() if isinstance(value, np.generic) else value


def frame_records(frame):
    """A DataFrame as a list of dicts of plain values."""
    rows = frame.astype(object).to_dict("records")
    return [{key: plain_value(value) for key, value in row.items()} for row in rows]
