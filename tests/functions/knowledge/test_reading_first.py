"""How often a sentence that bends a spec is among the three that people are shown first."""

import pytest

from tests.benchmarks.reading_first import by_chance, ours, share
from tests.functions.knowledge.detours import held_out


@pytest.mark.nightly
def test_more_detours_are_shown_than_by_chance_though_nothing_was_chosen_by_them() -> None:
    detours = [(slug, pair.detour) for slug, pair in held_out().items()]
    assert share(ours, detours) >= by_chance() + 0.2
