"""What a user writes, for the type checker: attributes and signatures are seen. (Not run; see test_types.py.)"""

import numpy as np
from typing_extensions import assert_type

from grokking_anchors import (  # noqa: F401
    AnchorImage,
    AnchorTabular,
    AnchorText,
    Explanation,
    Sampler,
    Settings,
    agreement,
    explain_many,
    explore,
    find_anchor,
    load_explainer,
    pick,
)
from grokking_anchors.explainers import AnchorText as Documented
from grokking_anchors.image import ImageExplanation
from grokking_anchors.rows import TabularExplanation
from grokking_anchors.search import SearchResult
from grokking_anchors.words import TextExplanation


def predict(rows: np.ndarray) -> np.ndarray:
    return np.ones(len(rows))


table = AnchorTabular(predict, ["age", "income"], seed=0).fit(np.zeros((9, 2)))
found = table.explain(np.zeros(2), 0.9, 0.2, 0.1, max_anchor_size=2, search="surrogate", distribution="observe")
assert_type(found, TabularExplanation)
assert_type(found.certified, bool)
assert_type(found.coverage, float)
assert_type(found.rule, np.ndarray)
assert_type(found.to_json(), str)

assert_type(AnchorText(predict).explain("a text"), TextExplanation)
assert_type(AnchorImage(predict, (8, 8)).explain(np.zeros((8, 8)), p_sample=0.25), ImageExplanation)
assert_type(Settings().max_queries, int)
assert_type(Settings.threshold, float)


class Mine(Sampler):
    predicates = ["a"]


result = find_anchor(Mine(), agreement(predict, np.zeros((1, 2))), threshold=0.9)
assert_type(result, SearchResult)
again: Explanation = Explanation.from_json("{}")
assert_type(found.to_html(), str)
assert_type(found.said, str)
found.plot(ax=None).savefig("found.png")
found.save("found.html")
named = AnchorText(predict, class_names=["bad", "good"])
assert_type(named.set_params(seed=1).reset_predictor(predict), AnchorText)
assert_type(named.get_params(), dict)
assert_type(named.meta, dict)
named.save("named")
load_explainer("named", predict).explain("a text", verbose=True)
AnchorTabular(predict, dtype=float, class_names={0: "no"})
Documented(predict, sampling_strategy="unknown")

AnchorTabular(predict).explain(np.zeros(2), threshold="high")  # WRONG
AnchorText(predict).explain("a text", beam_size=None)  # WRONG
AnchorText(predict).explane("a text")  # WRONG
found.covrage  # WRONG
find_anchor(predict, predict)  # WRONG
Settings(treshold=0.9)  # WRONG
AnchorText(predict, class_nmaes=["a"], seed="one")  # WRONG
named.sav("named")  # WRONG
