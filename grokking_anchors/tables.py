"""Reading tables as they come: arrays, one-hot arrays and DataFrames in, values by column out.

pandas is imported only when a DataFrame came; nothing here knows of anchors.
"""

import sys
from numbers import Real

import numpy as np

__all__ = ["TableReader", "column_values", "gen_category_map", "is_frame", "is_missing", "predict_function"]


def is_frame(data):
    """Is it a pandas DataFrame?"""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def is_series(data):
    """Is it a pandas Series?"""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.Series)


def is_missing(values):
    """Which of n values are missing: None or NaN."""
    if values.dtype.kind in "fiub":
        return np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
    return np.array([value is None or value != value for value in values], bool)


def predict_function(
    predictor,  # a function, or an estimator with `predict`
    soft=False,  # are probabilities wanted?
):
    """The function that asks the model; TypeError if there is none."""
    if soft and hasattr(predictor, "predict_proba"):
        return predictor.predict_proba
    if hasattr(predictor, "predict"):
        return predictor.predict
    if callable(predictor):
        return predictor
    raise TypeError(f"predictor must be a function or an estimator with predict, came: {type(predictor).__name__}")


def gen_category_map(
    data,  # a DataFrame or a 2-D array
    categorical_columns=None,  # their names (or positions); all that are not numbers when not given
):
    """Column number -> list of its categories, sorted, for the columns that hold categories."""
    if is_frame(data):
        names, columns = list(data.columns), [data.iloc[:, j] for j in range(data.shape[1])]
        found = [j for j, column in enumerate(columns) if kind_of(column)[0] != "number"]
        distinct = [lambda j=j: kind_of(columns[j])[1] for j in range(len(names))]
    else:
        data = np.asarray(data)
        if data.ndim != 2:
            raise TypeError(
                f"gen_category_map needs a DataFrame or a 2-D array, came: {type(data).__name__} of shape {data.shape}"
            )
        names, found = list(range(data.shape[1])), [j for j in range(data.shape[1]) if not all_numbers(data[:, j])]
        distinct = [lambda j=j: in_order(data[~is_missing(data[:, j]), j]) for j in names]
    if categorical_columns is not None:
        unknown = [name for name in categorical_columns if name not in names]
        if unknown:
            raise ValueError(f"categorical_columns holds {unknown[0]!r}, which is no column; there are: {names}")
        found = [names.index(name) for name in categorical_columns]
    if is_frame(data):
        listed = [
            in_order(columns[j].dropna().unique().tolist()) if distinct[j]() is None else distinct[j]() for j in found
        ]
        return dict(zip(found, listed))
    return {j: distinct[j]() for j in found}


def in_order(values):
    """Distinct values, sorted where they can be."""
    distinct = list(dict.fromkeys(np.asarray(values, object).tolist()))
    try:
        return sorted(distinct)
    except TypeError:
        return sorted(distinct, key=lambda value: (type(value).__name__, str(value)))


def all_numbers(values):
    """Can all values be used as numbers (truth values are categories)?"""
    if values.dtype.kind in "fiu":
        return True
    if values.dtype.kind != "O":
        return False
    return all(
        value is None or (isinstance(value, Real) and not isinstance(value, (bool, np.bool_))) for value in values
    )


def kind_of(column):
    """Kind and categories of a Series: ("number", None), ("category", list) or ("order", list)."""
    from pandas.api import types

    dtype, name = column.dtype, column.name
    if (
        types.is_datetime64_any_dtype(dtype)
        or types.is_timedelta64_dtype(dtype)
        or isinstance(dtype, type)
        or dtype.kind in "mM"
    ):
        raise TypeError(
            f"column {name!r} holds dates or times ({dtype}); give numbers instead, such as the year"
        )
    if types.is_complex_dtype(dtype):
        raise TypeError(f"column {name!r} holds complex numbers")
    if isinstance(dtype, __import__("pandas").CategoricalDtype):
        return "order" if dtype.ordered else "category", list(dtype.categories)
    if types.is_bool_dtype(dtype):
        return "category", [False, True]
    if types.is_numeric_dtype(dtype):
        return "number", None
    present = column.dropna().tolist()
    odd = [value for value in present if isinstance(value, (list, dict, set, np.ndarray))]
    if odd:
        raise TypeError(f"column {name!r} holds a {type(odd[0]).__name__}, expected numbers or categories")
    present = list(dict.fromkeys(present))
    if any(hasattr(value, "isoformat") for value in present):
        raise TypeError(f"column {name!r} holds dates; give numbers instead, such as days since a day, or the year")
    if present and all_numbers(np.array(present, object)):
        return "number", None
    return "category", in_order(present)


def series_values(column, number):
    """A Series as floats with NaN, or as objects with None where a value is missing."""
    missing = column.isna().to_numpy()
    if number:
        try:
            return (
                column.astype(float).to_numpy()
                if not missing.any()
                else column.astype(object).where(~missing, np.nan).to_numpy(float)
            )
        except (TypeError, ValueError) as error:
            raise ValueError(f"column {column.name!r} must hold numbers, as at fit, came: {column.dtype}") from error
    values = column.astype(object).to_numpy(object, copy=True)
    values[missing] = None
    return values


def as_floats(values, name):
    """Values of an array's column as floats; None becomes NaN."""
    try:
        return (
            np.array([np.nan if value is None else value for value in values], float)
            if values.dtype == object
            else values.astype(float)
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {name!r} must hold numbers, as at fit, came: {values.dtype}") from error


def hot_codes(block, name):
    """One-hot columns -> codes; ValueError where a row is not one-hot."""
    if not (np.isin(block, (0, 1)).all() and (block.sum(axis=1) == 1).all()):
        raise ValueError(
            f"ohe=True: the {block.shape[1]} columns of {name!r} must hold a single 1 and zeros in every row"
        )
    return block.argmax(axis=1)


def row_count(inputs):
    """How many rows a table holds, in any form that `column_values` takes."""
    one = isinstance(inputs, dict) or is_series(inputs)
    if one or is_frame(inputs) or isinstance(inputs, (list, tuple)) and inputs and isinstance(inputs[0], dict):
        return 1 if one else len(inputs)
    return len(np.atleast_2d(np.asarray(inputs)))


def column_values(
    inputs,  # DataFrame, Series, dict, list of dicts, or array
    names,  # of the coded columns
    numbers,  # which of them hold numbers
    widths,  # how many columns of an array each one takes
    wanted=None,  # positions of the columns to read; all when not given
):
    """List of values by column, None for those not wanted; ValueError names what does not fit."""
    wanted = range(len(names)) if wanted is None else wanted
    records = [inputs] if isinstance(inputs, dict) else list(inputs) if isinstance(inputs, (list, tuple)) else None
    if records and isinstance(records[0], dict):
        inputs = __import__("pandas").DataFrame(records)
    if is_series(inputs):
        inputs = inputs.to_frame().T.infer_objects()
    found = [None] * len(names)
    if is_frame(inputs):
        absent = [names[j] for j in wanted if names[j] not in inputs.columns]
        if absent:
            raise ValueError(f"the inputs have no column {absent[0]!r}; they have: {list(map(str, inputs.columns))}")
        for j in wanted:
            found[j] = series_values(inputs[names[j]], numbers[j])
        return found
    inputs = np.atleast_2d(np.asarray(inputs))
    if inputs.ndim != 2 or inputs.shape[1] != sum(widths):
        raise ValueError(f"inputs must have {sum(widths)} columns, as at fit, came: shape {inputs.shape}")
    ends = np.cumsum(widths)
    for j in wanted:
        block = inputs[:, ends[j] - widths[j] : ends[j]]
        column = block[:, 0] if widths[j] == 1 else hot_codes(block.astype(float), names[j])
        found[j] = as_floats(column, names[j]) if numbers[j] else column.astype(object)
    return found


class TableReader:
    """The training table as it came: its columns, and how to cook model inputs from recipes."""

    def __init__(self, data, feature_names=None, categorical_names=None, ohe=False):
        self.frame, self.ohe = is_frame(data), ohe
        if is_series(data) or (not self.frame and np.ndim(data) != 2):
            raise ValueError(
                "train_data must be a table: a DataFrame or a 2-D array, "
                f"came: {type(data).__name__} of shape {np.shape(data)}"
            )
        if not len(data):
            raise ValueError("train_data has no rows")
        if self.frame and ohe:
            raise ValueError("ohe=True is for arrays; a DataFrame comes with its categories as they are")
        self.data = data.reset_index(drop=True) if self.frame else np.array(data)
        self.columns_from_frame(feature_names) if self.frame else self.columns_from_array(
            feature_names, categorical_names
        )
        self.name_categories(categorical_names)

    def columns_from_frame(self, feature_names):
        """Names and kinds as the frame gives them; `feature_names` may pick and order columns."""
        have = list(self.data.columns)
        twice = [name for name in have if have.count(name) > 1]
        if twice:
            raise ValueError(f"two columns have the name {twice[0]!r}")
        if feature_names is not None:
            self.check_names(feature_names, len(have))
            if set(feature_names) != set(have):
                raise ValueError(f"feature_names must name the frame's columns {have}, came: {list(feature_names)}")
        self.names = have
        found = [kind_of(self.data[name]) for name in have]
        self.kinds, self.categories = [kind for kind, _ in found], [listed for _, listed in found]
        self.labels, self.widths = (
            [listed and [str(value) for value in listed] for listed in self.categories],
            [1] * len(have),
        )

    def columns_from_array(self, feature_names, categorical_names):
        """Names from the user; every column a number unless its categories are named or it holds text."""
        if self.data.dtype.kind in "mM":
            raise TypeError("train_data holds dates; give numbers instead, such as days since a day, or the year")
        listed, width = dict(categorical_names or {}), self.data.shape[1]
        count = width - sum(len(value) - 1 for value in listed.values()) if self.ohe else width
        self.names = [f"column {j}" for j in range(count)] if feature_names is None else list(feature_names)
        self.check_names(self.names, count)
        self.widths = [len(listed[j]) if self.ohe and j in listed else 1 for j in range(count)]
        self.kinds, self.categories, self.labels = ["number"] * count, [None] * count, [None] * count
        for j in range(0 if self.ohe else count):
            if j not in listed and not all_numbers(self.data[:, j]):
                column = self.data[:, j]
                if any(hasattr(value, "isoformat") for value in column):
                    raise TypeError(f"column {self.names[j]!r} holds dates; give numbers instead")
                self.kinds[j], self.categories[j] = "category", in_order(column[~is_missing(column)])
                self.labels[j] = [str(value) for value in self.categories[j]]

    @staticmethod
    def check_names(names, count):
        """ValueError unless there is one name for each column, each once."""
        if isinstance(names, str) or len(names) != count:
            raise ValueError(
                f"feature_names must name {count} columns, came: {1 if isinstance(names, str) else len(names)} names"
            )
        if len(set(names)) < count:
            raise ValueError(f"feature_names holds {[n for n in names if list(names).count(n) > 1][0]!r} twice")

    def name_categories(self, categorical_names):
        """Take over the user's names of categories: column (position or name) -> list of texts."""
        for key, labels in dict(categorical_names or {}).items():
            j = self.names.index(key) if key in self.names else key
            if not isinstance(j, (int, np.integer)) or not 0 <= j < len(self.names):
                raise ValueError(
                    f"categorical_names names column {key!r}, but there are {len(self.names)}: {self.names}"
                )
            labels = list(labels)
            codes = self.kinds[j] == "number"
            if not codes and self.frame and set(labels) >= set(self.categories[j]):
                self.categories[j], self.labels[j] = labels, [str(label) for label in labels]
            elif codes or not self.frame:
                self.kinds[j], self.categories[j] = "category", list(range(len(labels)))
                self.labels[j] = [str(label) for label in labels]
            else:
                lost = sorted(set(self.categories[j]) - set(labels), key=str)
                raise ValueError(f"categorical_names of {self.names[j]!r} lacks {lost[0]!r}")

    def __len__(self):
        return len(self.data)

    def values(self, data, wanted=None):
        """Values by column of any table of this shape."""
        return column_values(data, self.names, [kind == "number" for kind in self.kinds], self.widths, wanted)

    def one(self, instance):
        """The instance as a table of one row, with the columns and dtypes of the training data."""
        if isinstance(instance, dict):
            instance = [instance]
        if self.frame:
            return self.one_of_frame(instance)
        if is_frame(instance) or is_series(instance):
            instance = self.by_name(instance)
        row = np.asarray(instance)
        row = row[None] if row.ndim == 1 else row
        if row.ndim != 2 or len(row) != 1:
            raise ValueError(f"X must be one instance, came: shape {np.shape(instance)}")
        if row.shape[1] != self.data.shape[1]:
            raise ValueError(f"X must have {self.data.shape[1]} values, as the training data, came: {row.shape[1]}")
        return row

    def by_name(self, instance):
        """A frame's row for a model that was given an array: columns by name where the names agree."""
        have = list(instance.index if is_series(instance) else instance.columns)
        if set(have) >= set(self.names) and not self.ohe:
            return instance[self.names].to_numpy()
        return instance.to_numpy()

    def one_of_frame(self, instance):
        """The same for frames: a frame of one row, a Series, a dict, or plain values in column order."""
        import pandas as pd

        if is_series(instance):
            instance = pd.DataFrame([instance.to_dict()])
        elif not is_frame(instance):
            if isinstance(instance, list) and instance and isinstance(instance[0], dict):
                instance = pd.DataFrame(instance)
            else:
                row = np.asarray(instance, object)
                row = row[None] if row.ndim == 1 else row
                if row.ndim != 2 or row.shape[1] != len(self.names):
                    raise ValueError(
                        f"X must have {len(self.names)} values, in the order {self.names}, came: shape {row.shape}"
                    )
                instance = pd.DataFrame(row, columns=self.names)
        if len(instance) != 1:
            raise ValueError(f"X must be one instance, came: {len(instance)} rows")
        wrong = sorted(set(self.names) ^ set(instance.columns), key=str)
        if wrong or instance.shape[1] != len(self.names):
            side = "lacks" if wrong and wrong[0] in self.names else "has the unknown (or a second)"
            raise ValueError(f"X {side} column {(wrong or ['?'])[0]!r}; the training data has: {self.names}")
        return self.cast(instance[self.names].reset_index(drop=True))

    def cast(self, row):
        """The dtypes of the training data; ValueError where a value would change."""
        for name in self.names:
            dtype, value = self.data[name].dtype, row[name]
            if value.dtype == dtype:
                continue
            missing = bool(value.isna()[0])
            if hasattr(dtype, "categories") and not missing and value[0] not in dtype.categories:
                raise ValueError(
                    f"column {name!r}: {plain_value(value[0])!r} is no category of the training data; "
                    f"it has: {list(dtype.categories)}"
                )
            try:
                new = value.astype(dtype)
                same = bool(new.isna()[0]) if missing else bool(new.isna()[0] == False and new[0] == value[0])  # noqa: E712
            except (TypeError, ValueError):
                same = False
            if not same and missing and dtype.kind in "iub":
                raise ValueError(
                    f"X is missing in column {name!r}, whose dtype {dtype} at fit cannot hold a missing value"
                )
            if not same:
                raise ValueError(
                    f"column {name!r}: {plain_value(value[0])!r} is not a value of {dtype}, the dtype at fit"
                )
            row[name] = new
        return row

    def cook(self, choices, instance):
        """Recipes (n, c) of row numbers -> n model inputs; the row number len(self) stands for the instance."""
        own = choices == len(self)
        rows = np.where(own, 0, choices) if own.any() else choices
        if self.frame:
            return self.cook_frame(rows, own if own.any() else None, instance)
        owner = np.repeat(np.arange(len(self.names)), self.widths)
        table = self.data[rows[:, owner], np.arange(self.data.shape[1])]
        if own.any():
            table = np.where(own[:, owner], instance, table)
        return table

    def cook_frame(self, rows, own, instance):
        """The same for frames: every column keeps its dtype."""
        import pandas as pd

        columns = {}
        for j, name in enumerate(self.names):
            columns[name] = self.data[name].array.take(rows[:, j])
            if own is not None and own[:, j].any():
                columns[name][own[:, j]] = instance[name].iloc[0]
        return pd.DataFrame(columns, copy=False)

    def record(self, row):
        """An instance for the books: a dict for frames, the 1-D array otherwise."""
        return {name: plain_value(row[name].iloc[0]) for name in self.names} if self.frame else np.asarray(row)[0]


def plain_value(value):
    """A cell as plain Python; None where it is missing."""
    if value is None or value is getattr(sys.modules.get("pandas"), "NA", None) or value != value:
        return None
    return value.item() if isinstance(value, np.generic) else value


def frame_records(frame):
    """A DataFrame as a list of dicts of plain values."""
    return [{key: plain_value(value) for key, value in row.items()} for row in frame.astype(object).to_dict("records")]
