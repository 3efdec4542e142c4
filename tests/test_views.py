"""Views of the lessons on texts, tables and pictures: the sentence is true of the numbers."""

import numpy as np


def test_masked_view_lists_every_copy():
    """The share is that of all copies under the rule; kept words are outlined, changed ones orange, held ones teal."""
    from itertools import product

    from grokking_anchors.plots import CHIPS
    from grokking_anchors.workshop.views import masked_view

    held = np.array(list(product((False, True), repeat=2)))
    agrees = np.array([False, False, False, True])  # only with both words
    view = masked_view(["so", "good"], held, agrees, (True, False))
    assert view.text == "Holding so: 1 of 2 masked texts agree, share 0.500; coverage 0.500."
    assert view.picture[1].count(CHIPS["held"]) == 2 and view.picture[1].count(CHIPS["changed"]) == 1
    assert "Holding nothing: 1 of 4" in masked_view(["so", "good"], held, agrees, (False, False)).text
