"""The notebooks' own tests catch planted mistakes (the list and its command: tests/mutations.py)."""

from collections import Counter

import pytest

from mutations import MUTATIONS, fails, occurrences


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: f"{m[0][:2]}-{m[2][:30]}")
def test_mistake_is_caught(mutation, tmp_path):
    """The spoilt notebook fails."""
    assert fails(*mutation, tmp_path)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: f"{m[0][:2]}-{m[2][:30]}")
def test_line_is_there(mutation):
    """The line to be spoilt stands in its notebook (replacing nothing would prove nothing)."""
    assert occurrences(*mutation[:2]) >= 1


def test_three_for_each():
    """At least three for each notebook that exports."""
    assert min(Counter(name for name, _, _ in MUTATIONS).values()) >= 3
