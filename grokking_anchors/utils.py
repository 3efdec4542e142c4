"""Helpers under the module name that published examples import them from."""

__all__ = ["gen_category_map"]  # noqa: F822


def __getattr__(name):
    """`gen_category_map`, imported when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import tables

    return getattr(tables, name)
