"""The options of a search, with their published names: defined, explained and checked, once."""

import difflib
import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np


@dataclass(frozen=True)
class Settings:
    """Options of `find_anchor` and `explain`; TypeError or ValueError name the argument."""

    threshold: float = 0.95  # precision that an anchor must exceed; 1 only where all can be asked
    delta: float = 0.1  # allowed share of explanations with a false claim
    tau: float = 0.15  # the bandit's tolerance: a larger one asks less and chooses worse
    batch_size: int = 100  # samples per rule and round; one call holds 100 batches at most
    coverage_samples: int = 10_000  # base samples to count coverage on, where no formula knows it
    beam_size: int = 4  # rules that grow at each level, or that the surrogate proposes at once
    stop_on_first: bool = False  # the first certified rule is good enough
    max_anchor_size: int | None = None  # predicates of a rule at most
    min_samples_start: int = 500  # rows of the first labelled pool (the surrogate takes twice that)
    n_covered_ex: int = 10  # examples of each kind that an explanation keeps
    search: Any = "auto"  # or "beam", "exact", "surrogate", or a `Strategy`: how to look
    bandit: Callable | None = None  # who is asked next, see notebook 03; KL-LUCB when not given
    rate: str = "practical"  # or "theory": tau's promise holds, at several times the questions
    short: float | None = None  # share of coverage to give up for fewer predicates: tables .2
    max_queries: int = 200_000  # rows per explanation
    max_seconds: float | None = None  # at most; the answer may then differ; a tenth is for a test
    max_rows_per_call: int | None = None  # what one call of the model may hold, at most
    on_error: str = "raise"  # a failing model, Ctrl-C; "return": the best explanation so far
    max_pulls: int = 10_000  # fresh samples per test
    stride: float = 1.0  # below 1: fewer rows in more calls, of each test and of the first pool
    deterministic: bool = True  # False: the model rolls dice, so no answer is used again
    independent: str = "row"  # "call": dice are thrown once per call; tests ask one row per call
    seed: int | None = None  # same seed, same answer; the explainer's own when not given
    progress: bool = False  # show a bar that counts rows

    def __post_init__(self):
        for f in fields(self):
            object.__setattr__(self, f.name, ordinary(getattr(self, f.name)))
        number("threshold", self.threshold, 0, 1, closed=True)
        number("delta", self.delta, 0, 1)
        number("tau", self.tau, 0)
        number("short", 0 if self.short is None else self.short, -1e-9, 1)
        number("stride", self.stride, 0, 1, closed=True)
        for name in WHOLE:
            number(name, getattr(self, name), 0, whole=True)
        number("coverage_samples", self.coverage_samples, 0, 1_000_000, closed=True)  # memory
        for name in ("max_seconds", "max_anchor_size", "max_rows_per_call", "seed"):
            if getattr(self, name) is not None:
                number(name, getattr(self, name), -(name == "seed"), whole=name != "max_seconds")
        for name in ("stop_on_first", "deterministic", "progress"):
            fine, came = isinstance(getattr(self, name), bool | np.bool_), getattr(self, name)
            require(fine, f"{name} must be True or False, came: {came!r}", TypeError)
        one_of("rate", self.rate, ("practical", "theory"))
        one_of("independent", self.independent, ("row", "call"))
        one_of("on_error", self.on_error, ("raise", "return"))
        require(self.independent == "row" or not self.deterministic,
                "independent='call' is for a model that rolls dice: give deterministic=False")
        told = f"bandit must be a function of (pull, arms, n_top, **options), came: {self.bandit!r}"
        require(self.bandit is None or callable(self.bandit), told, TypeError)

    def changed(self):
        """The names of the options that are not as they stand by default."""
        return {f.name for f in fields(self) if getattr(self, f.name) != f.default}

    def record(self):
        """The options as plain values."""
        search = getattr(self.search, "name", self.search)
        return dict(vars(self), bandit=getattr(self.bandit, "__name__", None), search=search)


WHOLE = ("batch_size", "coverage_samples", "beam_size", "min_samples_start", "n_covered_ex",
         "max_queries", "max_pulls")  # fmt: skip


def ordinary(value):
    """A number of numpy, or a fraction, as Python's own int, float or bool; all else as it is."""
    if isinstance(value, np.generic):
        return value.item()
    odd = isinstance(value, Real) and not isinstance(value, Integral | float)
    return float(value) if odd else value


def require(
    fine: Any,  # what must be true
    message: str,  # names the argument, what came, and what was expected
    error: type = ValueError,
) -> None:
    """Raise the error with this message unless all is fine."""
    if not fine:
        raise error(message)


def number(
    name,  # of the argument, for the message
    value,
    above,  # smaller values and this one are wrong
    below=np.inf,  # larger values and this one are wrong
    *,
    whole=False,  # must it be an integer?
    closed=False,  # is `below` itself allowed?
):
    """Raise TypeError unless `value` is a number, ValueError unless it lies in the range."""
    require(isinstance(value, Integral if whole else Real) and not isinstance(value, bool),
            f"{name} must be a {'whole ' * whole}number, came: {value!r}", TypeError)
    finite = "finite and " if value == np.inf == below else ""
    wanted = f"{finite}above {above:g}" if below == np.inf else f"between {above:g} and {below:g}"
    require(above < value < below or closed and value == below,
            f"{name} must be {wanted}, came: {value!r}")


def one_of(name, value, known):
    """Raise ValueError unless `value` is among the known ones."""
    listed = ", ".join(map(repr, known))
    require(value in list(known), f"{name} must be one of {listed}, came: {value!r}")


def no_unknown(
    names,  # of arguments that came
    known,  # the names that exist
):
    """TypeError for the first misspelt argument, with the nearest name."""
    for name in [name for name in names if name not in known]:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        raise TypeError(f"unknown argument {name!r}; {hint}")


Function = TypeVar("Function", bound=Callable)
ASKED = {  # what is asked of the model -> meaning
    "target": "a label, or several that count as one; the instance's own when not given",
    "tolerance": "of a regression: how far it may move, as a number, '10%', or a function",
    "soft": "count the probability of the target, of a model that has some, and not labels",
}


def meanings() -> dict:  # name -> text
    """What each option means: the comments beside the fields of `Settings`."""
    lines = "".join(linecache.getlines(__file__, globals()))
    told = re.compile(r"^    (\w+): [^#\n]* = [^#\n]*  # (.*)$", re.MULTILINE)
    return dict(told.findall(lines[: lines.find("def __post_init__")])) | ASKED


def documented(function: Function) -> Function:
    """The same function; its help lists the options with their defaults and meanings."""
    told, default = meanings(), function.__kwdefaults__ or {}
    default |= {f.name: f.default for f in fields(Settings)}
    lines = [f"    {name}={default[name]!r}\n        {text}" for name, text in told.items()]
    function.__doc__ = f"{(function.__doc__ or '').rstrip()}\n\nOptions:\n" + "\n".join(lines)
    return function


def settings_from(
    options,  # keyword arguments
) -> Settings:
    """Checked settings; an unknown name is a TypeError that suggests the nearest one."""
    no_unknown(options, [field.name for field in fields(Settings)])
    return Settings(**options)
