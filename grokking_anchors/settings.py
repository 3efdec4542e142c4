"""The options of a search, with their published names, each checked once and here."""

import difflib
from dataclasses import dataclass, fields
from numbers import Integral, Real

import numpy as np


@dataclass(frozen=True)
class Settings:
    """Options of `find_anchor`. Raises TypeError or ValueError that name the argument."""

    threshold: float = 0.95  # precision that an anchor must exceed; 1 only with search="exact"
    delta: float = 0.1  # allowed share of broken promises
    tau: float = 0.15  # the bandit's tolerance
    batch_size: int = 100  # samples per critical rule and round
    beam_size: int = 4  # rules that grow at each level
    coverage_samples: int = 10_000  # base samples to count coverage on
    max_anchor_size: int | None = None  # predicates at most
    stop_on_first: bool = False  # the first certified rule is good enough
    min_samples_start: int = 500  # rows of the first labelled pool
    n_covered_ex: int = 10  # examples to keep of each kind
    max_queries: int = 200_000  # rows per explanation
    max_seconds: float | None = None  # breaks reproducibility; what is certified by then stands
    max_pulls: int = 10_000  # fresh samples per test
    search: str = "beam"  # or "exact": look at every rule
    rate: str = "practical"  # or "theory": tau's promise holds, at several times the questions
    deterministic: bool = True  # False: the model rolls dice, so no answer is used again
    seed: int | None = None
    progress: bool = False  # show a bar that counts rows

    def __post_init__(self):
        for name in ("threshold", "delta"):
            number(name, getattr(self, name), 0, 1, closed=name == "threshold")
        number("tau", self.tau, 0)
        for name in (
            "batch_size",
            "beam_size",
            "coverage_samples",
            "min_samples_start",
            "n_covered_ex",
            "max_queries",
            "max_pulls",
        ):
            number(name, getattr(self, name), 0, whole=True)
        if self.max_seconds is not None:
            number("max_seconds", self.max_seconds, 0)
        if self.max_anchor_size is not None:
            number("max_anchor_size", self.max_anchor_size, 0, whole=True)
        if self.seed is not None:
            number("seed", self.seed, -1, whole=True)
        for name, known in (("search", ("beam", "exact")), ("rate", ("practical", "theory"))):
            one_of(name, getattr(self, name), known)
        if self.threshold == 1 and self.search != "exact":
            raise ValueError("threshold=1 can only be shown by asking every input: use search='exact'")


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
    if not isinstance(value, Integral if whole else Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a {'whole ' if whole else ''}number, came: {value!r}")
    if not (above < value < below or (closed and value == below)):
        wanted = f"above {above}" if below == np.inf else f"between {above} and {below}"
        raise ValueError(f"{name} must be {wanted}, came: {value!r}")


def one_of(name, value, known):
    """Raise ValueError unless `value` is among the known ones."""
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, came: {value!r}")


def unknown(
    name,  # an argument that nobody knows
    known,  # the names that exist
):
    """The error for a misspelt argument, with the nearest name."""
    near = difflib.get_close_matches(name, known, 1)
    return TypeError(
        f"unknown argument {name!r}" + (f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}")
    )


def settings_from(
    options,  # keyword arguments
) -> Settings:
    """Checked settings; an unknown name is a TypeError that suggests the nearest one."""
    known = [field.name for field in fields(Settings)]
    for name in options:
        if name not in known:
            raise unknown(name, known)
    return Settings(**options)
