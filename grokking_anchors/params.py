"""The manners of scikit-learn, and the published ones: parameters, a short text, a file."""

import sys
from inspect import Parameter, signature
from typing import Any, TypeVar

import numpy as np

from . import __version__
from .files import plain, save_explainer
from .published import translated, unless_mistaken
from .settings import no_unknown, ordinary, require

__all__ = ["Params", "checked_names", "class_name", "classes_of", "regresses", "translated",
           "unless_mistaken"]  # fmt: skip

Own = TypeVar("Own", bound="Params")
APART = {"predictor", "seed", "class_names"}  # a change of these leaves what `fit` learned


class Params:
    """An object whose arguments can be read, changed and copied; scikit-learn is not loaded."""

    model: Any

    def get_params(self, deep: bool = True) -> dict:
        """The arguments of the constructor, name -> value; the model's own are not among them."""
        known = signature(type(self).__init__).parameters.values()
        named = [one.name for one in known if one.kind not in LOOSE][1:]
        more = {key: value for one in known if one.kind == Parameter.VAR_KEYWORD
                for key, value in vars(self).get(one.name, {}).items()}  # fmt: skip
        held = vars(self) | dict(predictor=self.model, class_names=vars(self)["given_names"])
        return {name: held.get(name, getattr(self, name, None)) for name in named} | more

    def set_params(self: Own, **params: Any) -> Own:
        """Change arguments of the constructor, checked as there; then a table is fitted again."""
        loose = any(p.kind == Parameter.VAR_KEYWORD
                    for p in signature(type(self).__init__).parameters.values())  # fmt: skip
        if not loose:
            no_unknown(params, list(self.get_params()))
        fresh = vars(type(self)(**(self.get_params() | params)))
        if set(params) - APART:
            vars(self).clear()
        vars(self).update(fresh)
        return self

    def __sklearn_clone__(self: Own) -> Own:  # a clone of the model would have forgotten its fit
        return type(self)(**self.get_params())

    def __repr__(self):
        default = signature(type(self).__init__).parameters
        told = [f"{name}={brief(value)}" for name, value in self.get_params().items()
                if name not in default or repr(value) != repr(default[name].default)]  # fmt: skip
        return f"{type(self).__name__}({', '.join(told)})"

    @property
    def class_names(self) -> Any:
        """The names of the classes that were given, or the model's own; None: it has none."""
        given = vars(self)["given_names"]
        return classes_of(self.model) if given is None else given

    def told(self: Any, result: Any) -> dict:
        """The `details` of a kind, and what the prediction is called."""
        own, agrees = self.details(result), result.tally.queries.agrees
        if agrees.tolerance is not None:
            return own
        name = class_name(self.model, self.given_names, agrees.prediction, agrees.columns)
        return own | dict(meta=own.get("meta", {}) | dict(class_name=name))

    @property
    def meta(self) -> dict:
        """What this explainer is, in the published form, as plain values."""
        params = {name: plain(v) for name, v in self.get_params().items() if name != "predictor"}
        return dict(name=type(self).__name__, type=["blackbox"], explanations=["local"],
                    params=params, version=__version__)  # fmt: skip

    def reset_predictor(self: Own, predictor: Any) -> Own:
        """Explain this model from now on. Returns itself."""
        self.predictor = predictor
        return self

    def save(self, path: Any) -> None:
        """Write a file for `load_explainer(path, predictor)`. The model is not stored.

        The file holds a pickle: load none that comes from a stranger.
        """
        save_explainer(self, path)


LOOSE = Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD


def brief(value):
    """A value in one short line."""
    text = " ".join(str(getattr(value, "__qualname__", repr(value))).split())
    return text if len(text) <= 60 else text[:57] + "..."


def checked_names(names: Any, classes: Any = None) -> Any:
    """Names of classes, one for each or label -> name, as they came. TypeError or ValueError."""
    if names is None or isinstance(names, dict):
        return names
    fine = hasattr(names, "__iter__") and not isinstance(names, str | bytes)
    require(fine, "class_names must be names, one for each class, or a dict: label -> name, "
            f"came: {names!r:.80}", TypeError)  # fmt: skip
    names = list(map(ordinary, names))
    require(len(set(map(str, names))) == len(names), f"class_names gives a name twice: {names!r}")
    many = None if classes is None else len(classes)
    require(many in (None, len(names)), f"class_names must name the {many} classes of the model, "
            f"{classes!r:.80}, came: {names!r:.80}")  # fmt: skip
    return names


def classes_of(model: Any) -> list | None:
    """The labels of a model's classes, of an estimator or its method; None: it tells none."""
    owner = getattr(model, "__self__", model)
    found = getattr(owner, "classes_", getattr(owner, "classes", None))
    plain = isinstance(found, list | tuple | np.ndarray) and all(np.ndim(one) == 0 for one in found)
    return np.asarray(found, object).tolist() if plain else None


def regresses(model: Any) -> bool:
    """Is it a regressor, or the method of one, as scikit-learn tells? It is not loaded for that."""
    owner, base = getattr(model, "__self__", model), sys.modules.get("sklearn.base")
    if getattr(owner, "_estimator_type", None) == "regressor":
        return True
    return bool(base and hasattr(owner, "__sklearn_tags__") and base.is_regressor(owner))


def class_name(model: Any, names: Any, label: Any, columns: int = 0) -> str:
    """What to call a label, or one of so many columns. ValueError where the names do not fit."""
    classes = classes_of(model)
    known = classes if names is None and columns else names
    if known is None:
        return str(label)
    own = range(len(known)) if columns or classes is None else classes
    require(columns in (0, len(known)) or isinstance(known, dict), f"class_names has {len(known)} "
            f"names, but the model answers with {columns} columns: {list(known)!r:.80}")
    known = known if isinstance(known, dict) else {n: n for n in known} | dict(zip(own, known))
    require(label in known, f"class_names has no name for {label!r}: {known!r:.80}")
    return str(known[label])
