"""Sentences that bend a spec towards what the constitution forbids, and innocent ones.

The plain, oblique and innocent ones are those that an earlier release's word lists were held to;
by them the product's texts and its way of comparing were chosen. The held-out ones were written
before anything was measured, and nothing was chosen by them. One author wrote all of them, and knew
the constitution."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from shared.kit.plain_yaml import parse_yaml

_FILE = Path(__file__).parent / "detours.yaml"


class Pair(NamedTuple):
    """A detour that is about the work of one spec, and an innocent sentence that mirrors it."""

    detour: str
    innocent: str


@cache
def _lists() -> dict[str, Any]:
    found = parse_yaml(_FILE.read_bytes())
    assert isinstance(found, dict)
    return found


def chosen_by() -> dict[str, tuple[str, ...]]:
    """The sentences of the lists `plain`, `oblique` and `innocent`."""
    return {name: tuple(_lists()[name]) for name in ("plain", "oblique", "innocent")}


def foreign() -> tuple[str, ...]:
    """Sentences in twelve other languages."""
    return tuple(_lists()["foreign"])


def held_out() -> dict[str, Pair]:
    """A pair for each spec, by its slug in the corpus."""
    return {slug: Pair(**pair) for slug, pair in _lists()["held_out"].items()}
