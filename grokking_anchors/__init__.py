"""Anchor explanations for classifiers, taught step by step, with a promise that is kept."""

from importlib import import_module

__version__ = "0.1.0"

# Public name -> the module it lives in. A module is imported when one of its names is first used.
_HOME = {
    "AnchorText": "text",
    "AnchorImage": "image",
    "AnchorTabular": "tabular",
    "explain_many": "explanation",
    "pick": "explanation",
    "gen_category_map": "tables",
    "find_anchor": "search",
    "Explanation": "explanation",
    "agreement": "asking",
    "data_path": "paths",
    "explore": "workshop.widgets",  # a module that can be called
}

__all__ = [*_HOME]


def __getattr__(name):
    """The public object `name`, imported now."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOME[name]}")
    value = home if name == _HOME[name] else getattr(home, name)
    globals()[name] = value
    return value


def __dir__():
    """Everything that can be asked for, imported or not."""
    return sorted({*globals(), *_HOME})
