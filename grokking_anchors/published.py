"""Every argument of the published explainers, and what becomes of it here: one table."""

from typing import Any, NamedTuple

from .settings import number, require

__all__ = ["ARGUMENTS", "Argument", "markdown", "translated", "unless_mistaken"]

KINDS = TEXT, TABLE, IMAGE = ("AnchorText", "AnchorTabular", "AnchorImage")
SAME, NAMED = "as published", "as published, by name"
NONE = "accepted, checked; no result depends on it"


class Argument(NamedTuple):
    """An argument of a published call."""

    name: str
    call: str  # "constructor", "fit" or "explain"
    kinds: tuple  # which explainers have it
    here: str  # what becomes of it
    note: str = ""


def of(call, kinds, here, *names, note=""):
    """Arguments of one call that are treated alike."""
    return [Argument(name, call, kinds, here, note) for name in names]


ARGUMENTS: list = [
    *of("constructor", KINDS, SAME, "predictor", note="or an object with predict"),
    *of("constructor", KINDS, SAME, "seed", note="none when not given; there AnchorText has 0"),
    *of("constructor", (TEXT,), SAME, "sampling_strategy"),
    *of("constructor", (TEXT,), SAME, "nlp", note="not needed: a tokenizer is built in"),
    *of("constructor", (TEXT,), SAME, "language_model", note="counts of bundled texts if none"),
    *of("constructor", (TEXT,), NAMED, "sample_proba"),
    *of("constructor", (TEXT,), NAMED, "top_n", "temperature", "use_proba",
        note="of 'similarity' and 'language_model'"),
    *of("constructor", (TEXT,), NAMED, "filling", "batch_size_lm", "punctuation", "stopwords",
        "sample_punctuation", note="of 'language_model'"),
    *of("constructor", (TEXT,), NAMED, "frac_mask_templates",
        note="of 'language_model'; 1 when not given, there 0.1"),
    *of("constructor", (TABLE,), SAME, "feature_names", "categorical_names", "ohe"),
    *of("constructor", (TABLE, IMAGE), SAME, "dtype",
        note="what the model gets; as the data comes when not given"),
    *of("constructor", (IMAGE,), SAME, "image_shape", "segmentation_fn", "segmentation_kwargs",
        "images_background"),
    *of("fit", (TABLE,), SAME, "train_data", note="or a DataFrame"),
    *of("fit", (TABLE,), SAME, "disc_perc",
        note="when not given, also cuts where the model's answers change"),
    *of("explain", (TEXT,), SAME, "text"),
    *of("explain", (TABLE,), SAME, "X"),
    *of("explain", (IMAGE,), SAME, "image"),
    *of("explain", (IMAGE,), NAMED, "p_sample",
        note="refused in second place, where threshold stands"),
    *of("explain", KINDS, SAME, "threshold", "delta", "tau", "batch_size", "coverage_samples",
        "max_anchor_size", "n_covered_ex"),
    *of("explain", KINDS, SAME, "beam_size", note="4 when not given; there 1"),
    *of("explain", KINDS, SAME, "stop_on_first", note="False; there True for texts"),
    *of("explain", KINDS, SAME, "min_samples_start", note="500 when not given; there 100"),
    *of("explain", KINDS, "shows the bar, as progress", "verbose"),
    *of("explain", KINDS, NONE, "verbose_every", note="the bar moves when an answer comes"),
    *of("explain", KINDS, NONE, "binary_cache_size", "cache_margin",
        note="room for answers is not set apart beforehand: it grows"),
]  # fmt: skip


def translated(
    instance: Any,  # ... where it came under its published name
    asked: dict,  # further arguments of `explain`
    options: dict,  # those of `Settings`
    seed: int | None = None,  # where the options have none
) -> tuple:  # instance, asked, options
    """The same question in this package's words. TypeError for two instances."""
    asked, options = dict(asked), dict(options)
    came = [asked.pop(name) for name in ("X", "text", "image") if name in asked]
    came += [instance] * (instance is not ...)
    require(len(came) == 1, f"explain needs one instance, came: {len(came)} of them", TypeError)
    if options["seed"] is None:
        options["seed"] = seed
    for name in {"binary_cache_size", "cache_margin", "verbose_every"} & set(asked):
        number(name, asked.pop(name), -(name == "cache_margin"), whole=True)
    verbose = asked.pop("verbose", False)
    fine = isinstance(verbose, bool)
    require(fine, f"verbose must be True or False, came: {verbose!r}", TypeError)
    return came[0], asked, options | dict(progress=options["progress"] or verbose)


def unless_mistaken(known: list, asked: dict, options: dict) -> None:
    """ValueError where a published p_sample, which stood in second place, came as threshold."""
    low, high = (isinstance(options[name], int | float) for name in ("threshold", "delta"))
    odd = low and 0 < options["threshold"] <= 0.5 or high and 0.5 < options["delta"] < 1
    require("p_sample" not in known or "p_sample" in asked or not odd,
            f"came: threshold={options['threshold']}, delta={options['delta']}; by position they "
            "follow the picture, and p_sample is given by name: give p_sample=.5 if both are meant")


def markdown() -> str:
    """The table, for a page."""
    head = "| argument | of | explainer | here |\n|---|---|---|---|\n"
    who = lambda one: "all" if one.kinds == KINDS else ", ".join(one.kinds)
    what = lambda one: one.here + f" ({one.note})" * bool(one.note)
    return head + "\n".join(f"| `{a.name}` | {a.call} | {who(a)} | {what(a)} |" for a in ARGUMENTS)
