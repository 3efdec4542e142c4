"""Helpers under the module name that published examples import them from."""

from .models import pipeline_predictor, spacy_model
from .sources import BertBaseUncased, DistilbertBaseUncased, RobertaBase
from .tables import gen_category_map

__all__ = ["BertBaseUncased", "DistilbertBaseUncased", "RobertaBase", "gen_category_map",
           "pipeline_predictor", "spacy_model"]  # fmt: skip
