"""The manners of scikit-learn, and the published ones: parameters, a short text, a file."""

from inspect import Parameter, signature
from typing import Any, TypeVar

from . import __version__
from .files import plain, save_explainer
from .settings import no_unknown, require

__all__ = ["Params", "checked_names"]

Own = TypeVar("Own", bound="Params")
APART = {"predictor", "seed", "class_names"}  # a change of these leaves what `fit` learned


class Params:
    """An object whose arguments can be read, changed and copied; scikit-learn is not loaded."""

    model: Any

    def get_params(self, deep: bool = True) -> dict:
        """The arguments of the constructor: name -> value. (`deep`: the model's own are its own.)"""
        known = signature(type(self).__init__).parameters.values()
        named = [one.name for one in known if one.kind not in LOOSE][1:]
        more = {key: value for one in known if one.kind == Parameter.VAR_KEYWORD
                for key, value in vars(self).get(one.name, {}).items()}  # fmt: skip
        held = vars(self) | dict(predictor=self.model, class_names=vars(self)["given_names"])
        return {name: held.get(name, getattr(self, name, None)) for name in named} | more

    def set_params(self: Own, **params: Any) -> Own:
        """Change arguments of the constructor, checked as it does. A table is to be fitted again."""
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
    names = list(names)
    require(len(set(map(str, names))) == len(names), f"class_names gives a name twice: {names!r}")
    many = None if classes is None else len(classes)
    require(many in (None, len(names)), f"class_names must name the {many} classes of the model, "
            f"{classes!r:.80}, came: {names!r:.80}")  # fmt: skip
    return names
