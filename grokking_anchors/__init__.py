"""Anchor explanations for classifiers, taught step by step, with a promise that is kept."""

import lazy_loader

__version__ = "0.1.0"

# The one table of public names is __init__.pyi; a module is imported when its name is first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
