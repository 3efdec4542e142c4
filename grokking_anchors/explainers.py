"""The explainers under the module name that published examples import them from."""

from .image import AnchorImage
from .tabular import AnchorTabular
from .text import AnchorText

__all__ = ["AnchorImage", "AnchorTabular", "AnchorText"]
