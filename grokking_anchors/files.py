"""What goes into a file, and what may come out of one.

A file may come from anywhere: each field is looked at before a class is made of it.
"""

import json
import math
import os
import pickle
import re
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np

from . import __version__
from .settings import require

__all__ = ["checked", "load_explainer", "parsed", "plain", "revived", "save_explainer", "sound",
           "visible", "written"]  # fmt: skip

FLOAT = "__float__"  # the key under which a file spells what JSON has no number for
# commands to terminals, marks that turn the direction of writing, halves of characters
COMMANDS, TURNS = "\0-\b\v-\x1f\x7f-\x9f", "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
CONTROL = re.compile(f"[{COMMANDS}{TURNS}\ud800-\udfff]")


def visible(
    text: str,
) -> str:  # safe to print; the same JSON, if it was JSON
    """The text with control characters as escapes such as \\u001b; line breaks and tabs stay."""
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def told(error):
    """An error in one line, not too long."""
    return f"{type(error).__name__}: {error!s:.200}"


# ---- strict JSON ------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """What JSON can hold of a value: NaN as {"__float__": "nan"}, anything unknown as its text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain((value.astype(str) if value.dtype.kind in "mM" else value).tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.bool_ | np.integer):
        return value.item()
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else {FLOAT: str(float(value))}
    if value is None or type(value).__name__ in ("NAType", "NaTType"):  # of pandas
        return None
    return value if isinstance(value, bool | int | str) else str(value)


def revived(value: Any) -> Any:
    """What `plain` made of it, with NaN and the infinities as numbers again."""
    if isinstance(value, list):
        return [revived(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {FLOAT}:
        require(value[FLOAT] in ("nan", "inf", "-inf"), f"{FLOAT} is {value[FLOAT]!r:.80}")
        return float(value[FLOAT])
    return {key: revived(item) for key, item in value.items()}


def parsed(
    text: str | bytes,
) -> Any:
    """What this JSON holds. TypeError or ValueError for what is none."""
    wanted, came = "text must be the JSON of an explanation", type(text).__name__
    require(isinstance(text, str | bytes), f"{wanted}, came: {came}", TypeError)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{wanted}; {told(error)}") from None


# ---- what every file must hold ----------------------------------------------------------


def some(*kinds):
    """A test for these types themselves: True is no int."""
    return lambda value: type(value) in kinds


def list_of(fine, n=None):
    """A test for a list of such items; of n, where that is given."""
    right = lambda value: n is None or len(value) == n
    return lambda value: isinstance(value, list) and right(value) and all(map(fine, value))


def is_share(value):
    """Is it None or a number from 0 to 1, give or take a rounding error?"""
    return value is None or type(value) in (int, float) and -1e-9 <= value <= 1 + 1e-9


def is_interval(value):
    """Is it None, or two shares in order?"""
    two = list_of(is_share, 2)(value) and None not in value
    return value is None or two and value[0] <= value[1]


def is_examples(value):
    """Has it kept and lost samples?"""
    keys = ("covered_true", "covered_false")
    return isinstance(value, dict) and all(isinstance(value.get(key), list) for key in keys)


def is_column(value):
    """Is it a column of a table?"""
    there = isinstance(value, dict) and {"name", "kind", "edges", "categories"} <= set(value)
    numbers = list_of(some(int, float))
    return there and numbers(value["edges"]) and isinstance(value["categories"], list)


TEXT, COUNT = ("a text", some(str)), ("a whole number", some(int))
SHARE, INTERVAL = ("a share or null", is_share), ("two shares in order, or null", is_interval)
SHARES, TEXTS = ("shares", list_of(is_share)), ("texts", list_of(some(str)))
FIELDS = {
    **dict.fromkeys(("kind", "module", "outcome", "reason", "meta.search.used"), TEXT),
    **dict.fromkeys(("queries.calls", "queries.rows", "queries.distinct"), COUNT),
    **dict.fromkeys(("precision", "coverage"), SHARE),
    **dict.fromkeys(("precision_interval", "coverage_interval"), INTERVAL),
    **dict.fromkeys(("raw.precision", "raw.coverage"), SHARES),
    **dict.fromkeys(("anchor", "predicates", "names"), TEXTS),
    "certified": ("true or false", some(bool)),
    "rule": ("a list of true and false", list_of(some(bool))),
    "raw.feature": ("whole numbers", list_of(some(int))),
    "raw.examples": ("kept and lost samples", list_of(is_examples)),
    "raw.instance": ("there", lambda value: True),
    "prediction": ("there", lambda value: True),
    "meta.params.threshold": ("a number", some(int, float)),
}  # path -> what must stand there, in words and as a test
OF_KIND: dict[str, dict] = {
    "TextExplanation": {
        "meta.spans": ("pairs of whole numbers", list_of(list_of(some(int), 2))),
        "meta.groups": ("whole numbers", list_of(some(int))),
    },
    "TabularExplanation": {
        "bounds": ("triples of whole numbers", list_of(list_of(some(int), 3))),
        "columns": ("columns with a name, a kind, edges and categories", list_of(is_column)),
        "widths": ("whole numbers", list_of(some(int))),
    },
}  # the same, for one kind alone


NONE = "this is no stored explanation of this version"


def checked(state: Any) -> dict:
    """A stored explanation whose fields fit each other. ValueError names the one that does not."""
    try:
        state = revived(plain(state))
    except RecursionError as error:
        raise ValueError(f"{NONE}; {told(error)}") from None
    require(isinstance(state, dict), f"{NONE}, came: {type(state).__name__}")
    there = {"kind", "module", "raw"} <= set(state)
    require(there, f"{NONE}: it has {sorted(state)[:8]}, and no kind, module, raw")
    for path, (wanted, fine) in (FIELDS | OF_KIND.get(str(state["kind"]), {})).items():
        value = at(state, path)
        require(fine(value), f"{path} must be {wanted}, came: {value!r:.80}")
    for path, size in sizes_of(state).items():
        came = len(at(state, path))
        require(came == size, f"{path} must have {size} entries, as the rule has, came: {came}")
    return state


def sizes_of(state):
    """Path -> how long its list must be. ValueError where it names what is not there."""
    named, d = [i for i, on in enumerate(state["rule"]) if on], len(state["rule"])
    came = state["raw"]["feature"]
    require(sorted(came) == named, f"raw.feature must name {named}, as the rule does, came: {came}")
    sizes = dict.fromkeys(("raw.precision", "raw.coverage", "raw.examples"), max(len(named), 1))
    sizes |= dict(predicates=d, names=d)
    if state["kind"] != "TabularExplanation":
        return sizes
    bounds, width = state["bounds"], len(state["columns"])
    known = all(0 <= j < width for j, _, _ in bounds)
    require(known, f"bounds must be of {width} columns, came: {bounds!r:.80}")
    return sizes | dict(bounds=d, widths=width)


def at(state, path):
    """What stands at the end of a path such as "raw.feature". ValueError where it is missing."""
    for key in path.split("."):
        require(isinstance(state, dict) and key in state, f"{path} is missing in this file")
        state = state[key]
    return state


def sound(
    make: Callable,  # () -> the explanation
    kind: type,
    state: dict,  # what it is made of
) -> Any:  # the explanation
    """What was made, if it can tell itself, and tells the anchor of its file. ValueError."""
    try:
        found = make()
        facts, _, words = found.facts(), found.headline(), found.words
        require(all(isinstance(fact, str) for fact in facts.values()), f"texts, came: {facts}")
    except Exception as error:
        raise ValueError(f"this file holds no sound {kind.__name__}; {told(error)}") from error
    same = words == state["anchor"] or kind.__name__ != state["kind"]
    require(same, f"anchor must be the rule in words, {words}, came: {state['anchor']!r:.80}")
    return found


# ---- writing, and explainers ------------------------------------------------------------


def written(
    path: Any,  # of the file
    data: str | bytes,
) -> None:
    """Write a file whole or not at all: what stood there stays until the new one is complete."""
    path = Path(path)
    require(path.parent.is_dir(), f"path: there is no folder {str(path.parent)!r}")
    require(not path.is_dir(), f"path must be of a file, came the folder {str(path)!r}")
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


HEAD = b"grokking_anchors explainer, version "


def save_explainer(
    explainer: Any,
    path: Any,  # of the file
) -> None:
    """Write an explainer, with what `fit` learned, and without its model."""
    blank = copy(explainer)
    blank.model = None
    for name, value in vars(blank).items():
        try:
            pickle.dumps(value)
        except Exception as error:
            came = f"{type(explainer).__name__}.{name} cannot be stored: {told(error)}"
            raise ValueError(f"{came}; a function of a module can, a lambda cannot") from error
    written(path, HEAD + f"{__version__}\n".encode() + pickle.dumps(blank))


def load_explainer(
    path: Any,  # of a file that `explainer.save(path)` wrote
    predictor: Any,  # the model: it is not in the file
) -> Any:  # the explainer
    """The explainer of a file, with this model. ValueError for a file that is none of this version.

    Load no file of a stranger: it holds a pickle, and a pickle can run any code when it is read.
    """
    head, _, body = Path(path).read_bytes().partition(b"\n")
    require(head.startswith(HEAD), f"path: {str(path)!r} is no explainer that save() wrote")
    came = head[len(HEAD):].decode(errors="replace")
    require(came == __version__, f"path: {str(path)!r} was written by version {came:.20}, this is "
            f"{__version__}: make the explainer again, and save it")  # fmt: skip
    try:
        explainer = pickle.loads(body)
    except Exception as error:
        raise ValueError(f"path: {str(path)!r} is damaged; {told(error)}") from error
    return explainer.reset_predictor(predictor)
