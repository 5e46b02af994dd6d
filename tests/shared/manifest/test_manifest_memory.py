"""An instance's memory holds as many of the largest requests as it may serve at once."""

import time
import tracemalloc
from pathlib import Path

import pytest
from pydantic import JsonValue

from shared.kit.errors import Invalid
from shared.kit.models import Model
from shared.kit.parsing import MOST_JSON_VALUES, parse_json
from shared.manifest import load_manifests
from shared.manifest.model import PROCESS_MIB, REQUEST_MIB, mebibytes

ROOT = Path(__file__).parents[3]
LARGEST_BODY = 1_000_000
HEAD = "{"
# What takes the most memory for a value of a few bytes, and how many values each counts as.
DENSE = {"[[[[[[[[]]]]]]]]": 9, '{"":{}}': 4, '{"":[]}': 4, '{"a":0}': 4, "[]": 2, "0.5": 1}


class Body(Model):
    """A body without bounds of its own; those of a call only make it smaller."""

    text: str
    content: JsonValue


def body_of(unit: str, values: int) -> bytes:
    """A body of the largest size, with the most values, and a text of four bytes a character."""
    dense = ",".join([unit] * ((MOST_JSON_VALUES - 100) // values))
    rest = f'"text":"\U0001f600%s","content":{{"a":[{dense}]}}}}'
    text = "x" * (LARGEST_BODY - len((HEAD + rest % "").encode()))
    return (HEAD + rest % text).encode()


@pytest.mark.parametrize("unit", DENSE)
def test_what_the_worst_body_holds_is_counted(unit: str) -> None:
    body = body_of(unit, DENSE[unit])
    assert len(body) == LARGEST_BODY
    tracemalloc.start()
    try:
        value = parse_json(body)
        read = Body.model_validate(value)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read.content
    assert held + len(body) <= REQUEST_MIB * 1024 * 1024


@pytest.mark.parametrize("unit", ["[]", '{"":0}', "0"])
def test_a_body_with_more_values_is_refused_before_it_is_parsed(unit: str) -> None:
    body = f"[{','.join([unit] * (MOST_JSON_VALUES + 1))}]".encode()
    tracemalloc.start()
    try:
        with pytest.raises(Invalid, match="has more than 50000 values"):
            parse_json(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < REQUEST_MIB * 1024 * 1024


@pytest.mark.parametrize(
    "body", ['"' + '\\"' * 400_000, '"' + '\\"' * 400_000 + "\\", '"",' * 300_000]
)
def test_counting_the_values_reads_no_part_twice(body: str) -> None:
    before = time.process_time()
    with pytest.raises(Invalid):
        parse_json((",[{:" * 20_000 + body).encode())
    assert time.process_time() - before < 5


def test_what_only_looks_like_values_inside_a_text_is_not_counted() -> None:
    text = ',[{:\\"' * (MOST_JSON_VALUES // 4)
    assert parse_json(f'{{"csv":"{text}"}}'.encode()) == {"csv": ',[{:"' * (MOST_JSON_VALUES // 4)}


def test_every_instance_holds_all_the_requests_that_it_may_serve_at_once() -> None:
    for deployable in load_manifests(ROOT).deployables:
        sizing = deployable.sizing
        needed = PROCESS_MIB + sizing.concurrency * REQUEST_MIB
        assert needed <= mebibytes(sizing.memory), deployable.name
