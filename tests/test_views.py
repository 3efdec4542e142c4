"""Views of the lessons on texts, tables and pictures: the sentence is true of the numbers."""

import numpy as np


def test_masked_view_lists_every_copy():
    """The share is that of all copies under the rule; kept words are outlined, changed ones orange, held ones teal."""
    from itertools import product

    from grokking_anchors.plots import CHIPS, RED, TEAL
    from grokking_anchors.workshop.views import masked_view

    held = np.array(list(product((False, True), repeat=2)))
    agrees = np.array([False, False, False, True])  # only with both words
    view = masked_view(["so", "good"], held, agrees, (True, False))
    assert view.text == "Holding so: 1 of 2 masked texts agree, share 0.500; coverage 0.500."
    assert view.picture[1].count(CHIPS["held"]) == 2 and view.picture[1].count(CHIPS["changed"]) == 1
    assert "Holding nothing: 1 of 4" in masked_view(["so", "good"], held, agrees, (False, False)).text
    shown = masked_view(["so", ","], held, agrees, (False, True), "<good>")  # a sign is no comma of the list
    assert shown.text.startswith("Holding “,”: ")
    for said, colour in (("still &lt;good&gt;", TEAL), ("not &lt;good&gt; any more", RED)):
        assert f'<b style="color:{colour}">{said}</b>' in shown.picture[1]


def test_questions_view_names_the_whole_rule():
    """Both shares of the rule that is held, and its bounds in full."""
    from grokking_anchors.workshop.views import questions_view

    every = np.array([[False, False], [False, True], [True, False], [True, True]])
    shares = dict(written=np.array([0.5, 0.6, 0.7, 0.8]), found=np.array([0.5, 0.9, 0.96, 1.0]))
    view = questions_view(["a <= 1.94", "b > 2"], every, shares, (True, False))
    assert view.text == "Holding a <= 1.94: share that agrees, written 0.700, found 0.960."
    assert all(f"<b>{share}</b>" in view.picture for share in ("0.700", "0.960"))
    assert "Holding a <= 1.94 AND b > 2:" in questions_view(["a <= 1.94", "b > 2"], every, shares, (True, True)).text


def test_collage_view_shows_what_is_held():
    """The share of all collages under the rule; a frame says which kind each is, in words, too."""
    from grokking_anchors.plots import RED, TEAL
    from grokking_anchors.segments import Collage
    from grokking_anchors.workshop.views import collage_view

    picture, labels = np.array([[9, 9], [9, 9]]), np.array([[0, 1], [2, 2]])
    collage = Collage(picture, labels, [picture * 0])
    held, choices, _ = collage.enumerate()
    agrees = held[:, 0]  # the first segment decides
    view = collage_view(collage, picture, (held, choices), agrees, [False, True, False])
    assert view.text == "Holding segment 1: 2 of 4 pictures agree, share 0.500; coverage 0.500."
    assert [view.picture[1].count(f"{said}</figcaption>") for said in ("still the same", "not any more")] == [2, 2]
    assert [view.picture[1].count(f"solid {colour}") for colour in (TEAL, RED)] == [2, 2]
    sure = collage_view(collage, picture, (held, choices), agrees, [True, False, False])
    assert "share 1.000" in sure.text and "not any more" not in sure.picture[1]


def test_sentences_are_text():
    """Neighbours are text, not a picture of text: kinds as chips in HTML, as marks in plain text."""
    from grokking_anchors.plots import CHIPS
    from grokking_anchors.workshop.figures import sentences, strategies

    found = strategies([("mask", "so good , so far", [(3, 7)], ["UNK good , so far", "far from <so> good , very"])])
    assert repr(found).splitlines()[1].split(maxsplit=2)[2] == "*UNK* [good] , so far"
    assert "*<so>*" in repr(found) and "&lt;so&gt;" in found._repr_html_()
    assert found._repr_html_().count(CHIPS["held"]) == 2  # words of a neighbour that is longer have no places
    assert repr(sentences(["It is it."], [[(0, 2), (6, 8)]], ["yes"])).split(maxsplit=1)[1] == "[It] is [it] ."


def test_a_number_never_covers_another():
    """Of 30 segments, the larger ones are numbered as long as there is room; of four, all."""
    from grokking_anchors.plots import numbered_segments, panels

    labels = np.arange(100)[:, None] // 4 + np.zeros(100, int)
    fig, (ax, few) = panels(2, (2.4, 2.4))
    numbered_segments(ax, labels)
    numbered_segments(few, labels // 7)
    assert sorted(text.get_text() for text in few.texts) == ["0", "1", "2", "3"]
    heights = sorted(text.get_position()[1] for text in ax.texts)
    assert len(heights) > 5 and np.diff(heights).min() >= 12


def test_no_category_is_cut():
    """A name stands whole below its bar, on two lines; where that does not fit, the one of the rule alone."""
    from grokking_anchors.plots import category_names

    inside = np.arange(6) == 1
    names = ["Husband", "Not-in-family", "Other-relative", "Own-child", "Unmarried", "Wife"]
    assert category_names(names, inside)[1] == "Not-in-family"
    assert category_names(names * 3, np.arange(18) == 1) == ["", "Not-in-family"] + [""] * 16
    assert not any(category_names(names * 3, np.arange(18) < 2))


def test_a_photo_is_lean():
    """A picture of many bytes is stored in 255 colours; one of few as it is."""
    from grokking_anchors.plots import few_colours, panels, picture_bytes

    fig, (ax,) = panels(1, (3, 3))
    few = picture_bytes(fig, "png", dpi=180)
    ax.imshow(np.random.default_rng(0).random((300, 300, 3)), interpolation="nearest")
    photo = picture_bytes(fig, "png", dpi=180)
    assert few_colours(few) == few and len(photo) < 400_000 and photo[25] == 3  # 3: colours of a palette


def test_a_row_is_shown_by_column():
    """Held columns come first, then what differs in orange, with names, units and missing values; a wide row ends."""
    import pandas as pd

    from grokking_anchors.plots import chip
    from grokking_anchors.rows import TableExplainer

    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        rng.integers(0, 9, (200, 20)).astype(float), columns=[f"long column name {i}" for i in range(20)]
    )
    frame["kind"] = np.where(rng.random(200) < 0.5, "x", "y")
    explainer = TableExplainer(lambda rows: (rows["kind"] == "x").to_numpy(), seed=0)
    found = explainer.fit(frame, units={"long column name 3": "cm"}).explain(frame[frame.kind == "x"].iloc[[0]])
    own = frame[frame.kind == "x"].iloc[0].to_dict()
    assert found.show(own).startswith(chip("kind = x", "held")) and found.show(own).endswith(" and 8 more columns")
    other = own | {"long column name 3": own["long column name 3"] + 1, "long column name 7": np.nan}
    changed = f"long column name 3 = {own['long column name 3'] + 1:g} cm"
    assert " ".join([chip(changed, "changed"), chip("long column name 7 is missing", "changed")]) in found.show(other)
    assert found.show(own) in found._repr_html_() and "{" not in found.show(other)


def test_a_word_that_comes_again_has_its_place():
    """In a neighbour of a sentence the second "very" is held, the first is not; signs are words of their own."""
    from grokking_anchors.plots import chip, neighbour_chips

    shown = neighbour_chips("very, very good.", "UNK , very UNK.", ["very (2nd)"])
    kinds = [("UNK", "changed"), (",", "kept"), ("very", "held"), ("UNK", "changed"), (".", "kept")]
    assert shown == " ".join(chip(*one) for one in kinds)
    assert neighbour_chips("a film", "a b film", ["film"]) == "a b film"
