"""The explainers under the module name that published examples import them from."""

from importlib import import_module

HOME = {"AnchorText": "text", "AnchorTabular": "tabular", "AnchorImage": "image"}
__all__ = [*HOME]


def __getattr__(name):
    """An explainer, imported when it is asked for."""
    if name not in HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"grokking_anchors.{HOME[name]}"), name)
