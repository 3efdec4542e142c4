"""Reading tables as they come: arrays, one-hot arrays and DataFrames in, values by column out.

pandas is imported only when a DataFrame came; nothing here knows of anchors.
"""

import sys
from numbers import Real
from typing import NamedTuple

import numpy as np

from .settings import require

__all__ = ["TableReader", "column_values", "gen_category_map", "is_frame", "is_missing"]


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
    return np.array([value is None or value != value for value in values], bool)


# ---- what a column holds --------------------------------------------------------------------------


def in_order(values):
    """Distinct values, sorted where they can be."""
    distinct = list(dict.fromkeys(np.asarray(values, object).tolist()))
    try:
        return sorted(distinct)
    except TypeError:
        return sorted(distinct, key=lambda value: (type(value).__name__, str(value)))


def all_numbers(values):
    """Can all values be used as numbers (truth values are categories)?"""
    if values.dtype.kind != "O":
        return values.dtype.kind in "fiu"
    truth = (bool, np.bool_)
    return all(v is None or isinstance(v, Real) and not isinstance(v, truth) for v in values)


def no_dates(name, dtype):
    """The error for a column of dates."""
    return TypeError(f"column {name!r} holds dates or times ({dtype}); give numbers instead, such as the year")


def kind_of(column):
    """Kind and categories of a Series: ("number", None), ("category", list) or ("order", list)."""
    from pandas.api import types

    dtype, name, kinds = column.dtype, column.name, getattr(column.dtype, "kind", "O")
    if kinds in "mM" or types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        raise no_dates(name, dtype)
    require(kinds != "c", f"column {name!r} holds complex numbers", TypeError)
    if hasattr(dtype, "categories"):
        return "order" if dtype.ordered else "category", list(dtype.categories)
    if types.is_bool_dtype(dtype):
        return "category", [False, True]
    if types.is_numeric_dtype(dtype):
        return "number", None
    return kind_of_objects(column.dropna().tolist(), name)


def kind_of_objects(values, name):
    """The same of a list of values, none of them missing."""
    odd = [value for value in values if isinstance(value, (list, dict, set, np.ndarray))]
    if odd:
        raise TypeError(f"column {name!r} holds a {type(odd[0]).__name__}, expected numbers or categories")
    present = list(dict.fromkeys(values))
    if any(hasattr(value, "isoformat") for value in present):
        raise no_dates(name, "object")
    if present and all_numbers(np.array(present, object)):
        return "number", None
    return "category", in_order(present)


def gen_category_map(
    data,  # a DataFrame or a 2-D array
    categorical_columns=None,  # their names (or positions); all that are not numbers when not given
):
    """Column number -> list of its categories, sorted, for the columns that hold categories."""
    shape = np.shape(data)
    if not is_frame(data) and len(shape) != 2:
        came = f"{type(data).__name__} of shape {shape}"
        raise TypeError(f"gen_category_map needs a DataFrame or a 2-D array, came: {came}")
    data = data if is_frame(data) else np.asarray(data)
    names = list(data.columns) if is_frame(data) else list(range(shape[1]))
    columns = [data.iloc[:, j] if is_frame(data) else data[:, j] for j in range(len(names))]
    if categorical_columns is not None:
        unknown = [name for name in categorical_columns if name not in names]
        if unknown:
            raise ValueError(f"categorical_columns holds {unknown[0]!r}, no column; there are: {names}")
        return {j: categories_of(columns[j]) for j in map(names.index, categorical_columns)}
    found = {j: kind_of(column) if is_frame(data) else kind_of_array(column) for j, column in enumerate(columns)}
    return {j: listed for j, (kind, listed) in found.items() if kind != "number"}


def categories_of(column):
    """The categories of a column that is said to hold some."""
    if is_series(column):
        return kind_of(column)[1] or in_order(column.dropna().unique().tolist())
    return in_order(column[~is_missing(column)])


def kind_of_array(column):
    """Kind and categories of a column of an array."""
    return ("number", None) if all_numbers(column) else ("category", categories_of(column))


# ---- values by column -----------------------------------------------------------------------------


def floats(values, missing, name):
    """Values as floats, NaN where they are missing."""
    try:
        return np.where(missing, np.nan, values).astype(float) if missing.any() else values.astype(float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {name!r} must hold numbers, as at fit, came: {values.dtype}") from error


def series_values(column, number):
    """A Series as floats with NaN, or as objects with None where a value is missing."""
    values, missing = column.astype(object).to_numpy(object, copy=True), column.isna().to_numpy()
    if number:
        return floats(values, missing, column.name)
    values[missing] = None
    return values


def hot_codes(block, name):
    """One-hot columns -> codes; ValueError where a row is not one-hot."""
    if not (np.isin(block, (0, 1)).all() and (block.sum(axis=1) == 1).all()):
        said = f"ohe=True: the {block.shape[1]} columns of {name!r} must hold a single 1 and zeros in every row"
        raise ValueError(said)
    return block.argmax(axis=1)


def as_table(inputs):
    """A Series, a dict, or a list of dicts as a DataFrame; a frame as it is; the rest as a 2-D array."""
    records = [inputs] if isinstance(inputs, dict) else inputs if isinstance(inputs, (list, tuple)) else None
    if records and isinstance(records[0], dict):
        return __import__("pandas").DataFrame(list(records))
    if is_series(inputs):
        return inputs.to_frame().T.infer_objects()
    return inputs if is_frame(inputs) else np.atleast_2d(np.asarray(inputs))


def column_values(
    inputs,  # DataFrame, Series, dict, list of dicts, or array
    columns,  # `Columns`, or any with names, numbers and widths
    wanted=None,  # positions of the columns to read; all when not given
):
    """List of values by column, None for those not wanted; ValueError names what does not fit."""
    names, numbers, widths = columns.names, columns.numbers, columns.widths
    wanted, table = range(len(names)) if wanted is None else wanted, as_table(inputs)
    found, ends = [None] * len(names), np.cumsum(widths)
    if is_frame(table):
        absent = [names[j] for j in wanted if names[j] not in table.columns]
        if absent:
            have = list(map(str, table.columns))
            raise ValueError(f"the inputs have no column {absent[0]!r}; they have: {have}")
    elif table.ndim != 2 or table.shape[1] != ends[-1]:
        raise ValueError(f"inputs must have {ends[-1]} columns, as at fit, came: shape {table.shape}")
    for j in wanted:
        if is_frame(table):
            found[j] = series_values(table[names[j]], numbers[j])
            continue
        block = table[:, ends[j] - widths[j] : ends[j]]
        column = block[:, 0] if widths[j] == 1 else hot_codes(block.astype(float), names[j])
        found[j] = floats(column, is_missing(column), names[j]) if numbers[j] else column.astype(object)
    return found


# ---- the training table ---------------------------------------------------------------------------


class Columns(NamedTuple):
    """What is known of the columns of a table."""

    names: list
    kinds: list  # "number", "category" or "order"
    categories: list  # of each column, None for a number
    labels: list  # texts of the categories
    widths: list  # how many columns of an array each takes; more than one: one-hot

    @property
    def numbers(self):
        """Which columns hold numbers."""
        return [kind == "number" for kind in self.kinds]


def columns_of(data, feature_names, categorical_names, ohe):
    """The `Columns` of a frame, or of an array with the user's names."""
    listed, width = dict(categorical_names or {}), data.shape[1]
    if is_frame(data):
        names, given = list(data.columns), feature_names
        check_names(names, width, "two columns have the name {!r}")
        if given is not None:
            check_names(given, width)
            require(set(given) == set(names), f"feature_names must name the frame's columns {names}, came: {list(given)}")
        found, widths = [kind_of(data[name]) for name in names], [1] * width
    else:
        if data.dtype.kind in "mM":
            raise no_dates("train_data", data.dtype)
        count = width - sum(len(value) - 1 for value in listed.values()) if ohe else width
        names = [f"column {j}" for j in range(count)] if feature_names is None else list(feature_names)
        check_names(names, count)
        widths = [len(listed[j]) if ohe and j in listed else 1 for j in range(count)]
        found = [("number", None)] * count if ohe else [kind_in(data[:, j], names[j], j in listed) for j in range(count)]
    kinds, categories = map(list, zip(*found))
    labels = [values and list(map(str, values)) for values in categories]
    return with_categories(Columns(names, kinds, categories, labels, widths), listed, is_frame(data))


def kind_in(column, name, coded):
    """Kind and categories of a column of an array; codes are named by the user."""
    if not coded and column.dtype == object and any(hasattr(value, "isoformat") for value in column):
        raise no_dates(name, "object")
    return ("number", None) if coded else kind_of_array(column)


def check_names(names, count, twice="feature_names holds {!r} twice"):
    """ValueError unless there is one name for each column, each once."""
    if isinstance(names, str) or len(names) != count:
        came = 1 if isinstance(names, str) else len(names)
        raise ValueError(f"feature_names must name {count} columns, came: {came} names")
    again = [name for name in names if list(names).count(name) > 1]
    if again:
        raise ValueError(twice.format(again[0]))


def with_categories(columns, categorical_names, frame):
    """The columns with the user's names of categories: column (position or name) -> list of texts."""
    names, kinds, categories, labels, _ = columns
    for key, given in categorical_names.items():
        j, texts = names.index(key) if key in names else key, list(given)
        require(isinstance(j, (int, np.integer)) and 0 <= j < len(names),
                f"categorical_names names column {key!r}, but there are {len(names)}: {names}")
        own = kinds[j] != "number" and frame  # the frame's categories are named themselves, not by codes
        lost = sorted(set(categories[j] or ()) - set(texts), key=str) if own else []
        if lost:
            raise ValueError(f"categorical_names of {names[j]!r} lacks {lost[0]!r}")
        kinds[j] = kinds[j] if own else "category"
        categories[j], labels[j] = texts if own else list(range(len(texts))), list(map(str, texts))
    return columns


class TableReader:
    """The training table as it came: its columns, and model inputs cooked from recipes."""

    def __init__(self, data, feature_names=None, categorical_names=None, ohe=False):
        self.frame = is_frame(data)
        if is_series(data) or (not self.frame and np.ndim(data) != 2):
            came = f"{type(data).__name__} of shape {np.shape(data)}"
            raise ValueError(f"train_data must be a table: a DataFrame or a 2-D array, came: {came}")
        require(len(data), "train_data has no rows")
        require(not self.frame or not ohe,
                "ohe=True is for arrays; a DataFrame comes with its categories as they are")
        self.data, self.ohe = data.reset_index(drop=True) if self.frame else np.array(data), ohe
        self.columns = columns_of(self.data, feature_names, categorical_names, ohe)
        self.names = self.columns.names

    def __len__(self):
        return len(self.data)

    def values(self, data, wanted=None):
        """Values by column of any table of this shape."""
        return column_values(data, self.columns, wanted)

    def one(self, instance):
        """The instance as a table of one row, with the columns and dtypes of the training data."""
        if self.frame:
            return cast(frame_row(instance, self.names), self.data)
        if isinstance(instance, dict) or is_frame(instance) or is_series(instance):
            table = as_table(instance)
            named = set(table.columns) >= set(self.names) and not self.ohe
            instance = (table[self.names] if named else table).to_numpy()
        row = np.atleast_2d(np.asarray(instance))
        require(row.ndim == 2 and len(row) == 1,
                f"X must be one instance, came: shape {np.shape(instance)}")
        require(row.shape[1] == self.data.shape[1],
                f"X must have {self.data.shape[1]} values, as the training data, came: {row.shape[1]}")
        return row

    def cook(self, choices, instance):
        """Recipes (n, c) of row numbers -> n model inputs; the number len(self) stands for the instance."""
        own = choices == len(self)
        rows = np.where(own, 0, choices)
        if not self.frame:
            owner = np.repeat(np.arange(len(self.names)), self.columns.widths)
            table = self.data[rows[:, owner], np.arange(self.data.shape[1])]
            return np.where(own[:, owner], instance, table) if own.any() else table
        columns = {}
        for j, name in enumerate(self.names):
            columns[name] = self.data[name].array.take(rows[:, j])
            if own[:, j].any():
                columns[name][own[:, j]] = instance[name].iloc[0]
        return __import__("pandas").DataFrame(columns, copy=False)

    def record(self, row):
        """An instance for the books: a dict for frames, the 1-D array otherwise."""
        return frame_records(row)[0] if self.frame else np.asarray(row)[0]


# ---- a row of a frame -----------------------------------------------------------------------------


def frame_row(instance, names):
    """A frame of one row with these columns; from a frame, a Series, a dict, or values in column order."""
    import pandas as pd

    if is_series(instance):
        instance = pd.DataFrame([instance.to_dict()])
    table = instance if is_frame(instance) else as_table(instance)
    if not is_frame(table):
        row = np.atleast_2d(np.asarray(instance, object))
        require(row.ndim == 2 and row.shape[1] == len(names),
                f"X must have {len(names)} values, in the order {names}, came: shape {row.shape}")
        table = pd.DataFrame(row, columns=names)
    require(len(table) == 1, f"X must be one instance, came: {len(table)} rows")
    wrong = sorted(set(names) ^ set(table.columns), key=str)
    if wrong or table.shape[1] != len(names):
        side = "lacks" if wrong and wrong[0] in names else "has the unknown (or a second)"
        raise ValueError(f"X {side} column {(wrong or ['?'])[0]!r}; the training data has: {names}")
    return table[names].reset_index(drop=True)


def cast(row, data):
    """A frame of one row with the dtypes of the training data; ValueError where a value would change."""
    for name in data.columns:
        dtype, column = data[name].dtype, row[name]
        if column.dtype == dtype:
            continue
        value, missing = plain_value(column[0]), bool(column.isna()[0])
        if hasattr(dtype, "categories") and not missing and column[0] not in dtype.categories:
            has = f"it has: {list(dtype.categories)}"
            raise ValueError(f"column {name!r}: {value!r} is no category of the training data; {has}")
        try:
            new = column.astype(dtype)
            same = bool(new.isna()[0]) if missing else bool(not new.isna()[0] and new[0] == column[0])
        except (TypeError, ValueError):
            same = False
        require(same or not missing or dtype.kind not in "iub",
                f"X is missing in column {name!r}, whose dtype {dtype} at fit cannot hold a missing value")
        require(same, f"column {name!r}: {value!r} is not a value of {dtype}, the dtype at fit")
        row[name] = new
    return row


def plain_value(value):
    """A cell as plain Python; None where it is missing."""
    if value is None or value is getattr(sys.modules.get("pandas"), "NA", None) or value != value:
        return None
    return value.item() if isinstance(value, np.generic) else value


def frame_records(frame):
    """A DataFrame as a list of dicts of plain values."""
    rows = frame.astype(object).to_dict("records")
    return [{key: plain_value(value) for key, value in row.items()} for row in rows]
