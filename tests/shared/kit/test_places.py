"""The place of a part is where it, or the nearest part around it, stands in the text."""

import json

import pytest

from shared.kit.errors import FieldError
from shared.kit.places import Places

YAML = "a: 1\nb:\n  - c: {d: [1, 2]}\n  - e\n"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("a", (1, 1)),
        ("b.0.c", (3, 5)),
        ("b.0.c.d", (3, 9)),
        ("b.0.c.d.1", (3, 16)),
        ("b.1", (4, 5)),
        ("b.0.missing.deep", (3, 5)),
        ("nowhere", (1, 1)),
    ],
)
def test_places_in_yaml(path: str, place: tuple[int, int]) -> None:
    assert Places.of(YAML).of_path(path) == place


def test_places_in_json_are_those_of_its_lines() -> None:
    value = {"a": 1, "b": [{"c": {"d": [1, "}"]}}, 'e"\\'], "": None}
    text = json.dumps(value, indent=2)
    places = Places.of(text)
    lines = text.splitlines()
    for path, start in (("a", '"a"'), ("b.0.c.d", '"d"'), ("b.0.c.d.1", '"}"'), ("b.1", '"e')):
        line, column = places.of_path(path)
        assert lines[line - 1][column - 1 :].startswith(start), path


def test_an_error_says_its_place() -> None:
    assert Places.of(YAML).told(FieldError("b.1", "must be an object")) == FieldError(
        "b.1", "must be an object (line 4, column 5)"
    )
