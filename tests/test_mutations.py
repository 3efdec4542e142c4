"""Planted mistakes are noticed, by whom it is stated (the list, and the command that tries all: tests/mutations.py)."""

from collections import Counter

import pytest

import house
from mutations import MUTATIONS, NOTEBOOK, home, is_notebook, noticed, occurrences

SAMPLE = MUTATIONS[::90]  # the rest takes a quarter of an hour: python tests/mutations.py


def name(mutation):
    """How a parametrised test names its mistake."""
    return f"{mutation.where}: {mutation.right[:30]}"


@pytest.mark.parametrize("mutation", SAMPLE, ids=name)
def test_mistake_is_noticed(mutation, tmp_path):
    """The spoilt notebook fails, or the named tests do on the spoilt package."""
    assert noticed(mutation, tmp_path)


@pytest.mark.parametrize("mutation", [SAMPLE[0], next(m for m in MUTATIONS if m.who == "test_definition.py")], ids=name)
def test_what_is_right_is_not_noticed(mutation, tmp_path):
    """The test above can fail: with nothing spoilt, nobody complains."""
    assert not noticed(mutation._replace(wrong=mutation.right), tmp_path)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=name)
def test_line_is_there(mutation):
    """The line to be spoilt stands in what is exported, and the mistake would change it."""
    assert occurrences(mutation) >= 1 and mutation.right != mutation.wrong
    tests = [] if mutation.who == NOTEBOOK else mutation.who.partition(" -k ")[0].split()
    assert all((home(mutation).parents[1] / "tests" / one).is_file() for one in tests if is_notebook(mutation))


def test_enough_mistakes_everywhere():
    """At least 150 in all, three for each notebook that exports, and some in plain modules."""
    count = Counter(mutation.where for mutation in MUTATIONS)
    assert len(MUTATIONS) >= 150
    lessons = [notebook for notebook, module in house.rooms().items() if not module.startswith("workshop")]
    assert [notebook for notebook in lessons if count[notebook] < 3] == []
    plain = {"settings.py", "tables.py", "models.py", "cli.py", "workshop/knobs.py", "workshop/exercises.py"}
    assert plain <= set(count)
