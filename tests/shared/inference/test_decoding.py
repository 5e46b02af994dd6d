"""A decoder that remembers writes what it would write if it read all anew for each token, by the
same seed the same, and ends by its tokens and its time."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.inference import decoding
from shared.inference.brought import PHI_3, Brought, ModelRefusedError, load_brought
from shared.inference.decoding import (
    MODEL,
    Remembering,
    Sampling,
    TooLong,
    Writing,
    bytes_remembered,
)
from tests.shared.inference.random_decoder import (
    HEADS,
    LAYERS,
    VOCABULARY,
    WIDTH,
    bring_decoder,
)

TEXT = [VOCABULARY[each] for each in "thebillispaidbyada"]
LIKELIEST = Sampling(seed=0, temperature=0.0)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(params=[True, False], ids=["positions", "mask"])
def decoder(request: pytest.FixtureRequest, tmp_path: Path) -> Brought:
    return _brought(tmp_path, positions=request.param)


def _brought(folder: Path, **said: Any) -> Brought:
    bring_decoder(folder / PHI_3.name, **said)
    return load_brought(str(folder), PHI_3)


def _written(brought: Brought, how: Sampling = LIKELIEST, **bounds: Any) -> Writing:
    said = {"most_tokens": 40, "within_seconds": 60.0, **bounds}
    writing = Writing(brought, TEXT, how, **said)
    assert [*writing] == writing.written
    return writing


def test_what_is_written_with_a_cache_is_what_is_written_without_one(decoder: Brought) -> None:
    anew: list[int] = []
    while len(anew) < 40:
        anew.append(int(Remembering(decoder).read([*TEXT, *anew]).argmax()))
    written = _written(decoder).written
    assert written == anew
    # It is no row of tokens that each follow from the one before: the whole text decides.
    alone = [int(Remembering(decoder).read([each]).argmax()) for each in written[:-1]]
    assert written[1:] != alone


def test_a_long_text_is_read_in_parts_and_means_the_same(
    decoder: Brought, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = _written(decoder).written
    monkeypatch.setattr(decoding, "READ_AT_ONCE", 5)
    assert _written(decoder).written == at_once


def test_a_temperature_of_almost_nothing_draws_the_likeliest(tmp_path: Path) -> None:
    brought = _brought(tmp_path)
    assert _written(brought, Sampling(1, 1e-310)).written == _written(brought).written


def test_what_was_given_up_is_written_no_further(tmp_path: Path) -> None:
    writing = Writing(_brought(tmp_path), TEXT, LIKELIEST, most_tokens=40, within_seconds=60.0)
    tokens = iter(writing)
    next(tokens)
    writing.give_up()
    assert next(tokens, None) is None


def test_the_same_seed_draws_the_same_answer_and_another_one_another(tmp_path: Path) -> None:
    brought = _brought(tmp_path)
    drawn = {seed: _written(brought, Sampling(seed)).written for seed in (1, 2)}
    assert _written(brought, Sampling(1)).written == drawn[1]
    assert drawn[1] != drawn[2]
    # Of the likeliest token alone there is nothing to draw.
    for how in (Sampling(3, top_p=1e-9), Sampling(4, temperature=1e-4)):
        assert _written(brought, how).written == _written(brought).written


def test_what_was_written_is_less_likely_with_a_penalty(tmp_path: Path) -> None:
    brought = _brought(tmp_path)
    repeated = LIKELIEST._replace(presence_penalty=-2.0, frequency_penalty=-2.0)
    avoided = LIKELIEST._replace(presence_penalty=2.0, frequency_penalty=2.0)
    said = {how: len(set(_written(brought, how).written)) for how in (repeated, avoided)}
    assert said[repeated] < said[avoided]


def test_a_row_of_tokens_is_written_once_where_the_manifest_says_so(tmp_path: Path) -> None:
    loud = LIKELIEST._replace(presence_penalty=-2.0, frequency_penalty=-2.0)
    written = _written(_brought(tmp_path, no_repeat=2), loud).written
    pairs = [*itertools.pairwise(written)]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize(
    ("generation", "bounds", "ended", "tokens"),
    [
        ({}, {}, "length", 40),
        ({"most_tokens": 7}, {}, "length", 7),
        ({}, {"most_tokens": 3}, "length", 3),
        ({}, {"within_seconds": 0.0}, "time", 0),
        ({"longest": len(TEXT) + 2}, {}, "length", 2),
    ],
)
def test_writing_ends_by_the_model_its_tokens_and_its_time(
    tmp_path: Path, generation: dict[str, Any], bounds: dict[str, Any], ended: str, tokens: int
) -> None:
    writing = _written(_brought(tmp_path, **generation), **bounds)
    assert (writing.ended, len(writing.written)) == (ended, tokens)


def test_a_token_that_ends_it_is_not_written(tmp_path: Path) -> None:
    written = _written(_brought(tmp_path / "whole")).written
    last = next(each for each in written if each != written[0])
    ended = _written(_brought(tmp_path / "ended", end=[last]))
    assert (ended.ended, ended.written) == ("stop", written[: written.index(last)])


def test_a_text_that_leaves_no_room_for_an_answer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLong, match=f"has {len(TEXT)} tokens; the context"):
        _written(_brought(tmp_path, longest=len(TEXT)))


def test_a_graph_that_forgets_what_it_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefusedError, match="does not remember the 19 tokens"):
        _written(_brought(tmp_path, forgets=True))


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    graph = said["graphs"]["model"]
    parts: list[dict[str, Any]] = [*graph["inputs"], *graph["outputs"]]
    found = (each for each in parts if each["name"] == name)
    return next(found)


def _without_cache(said: dict[str, Any]) -> None:
    graph = said["graphs"]["model"]
    for side in ("inputs", "outputs"):
        graph[side] = [each for each in graph[side] if "." not in each["name"]]


def _a_value_less(said: dict[str, Any]) -> None:
    graph = said["graphs"]["model"]
    graph["outputs"] = [each for each in graph["outputs"] if each["name"] != "present.1.value"]


def _one_layer_less(said: dict[str, Any]) -> None:
    graph = said["graphs"]["model"]
    for side in ("inputs", "outputs"):
        graph[side] = [each for each in graph[side] if ".1." not in each["name"]]


def _any_width(said: dict[str, Any]) -> None:
    _part(said, "past_key_values.0.key")["shape"][3] = "any"


def _other_width(said: dict[str, Any]) -> None:
    for kind in ("past_key_values", "present"):
        _part(said, f"{kind}.0.key")["shape"][3] = WIDTH + 1


def _given_otherwise(said: dict[str, Any]) -> None:
    _part(said, "present.1.key")["shape"][1] = HEADS + 1


def _one_length(said: dict[str, Any]) -> None:
    _part(said, "past_key_values.0.key")["shape"][2] = 8


def _whole_numbers(said: dict[str, Any]) -> None:
    _part(said, "past_key_values.0.value")["type"] = "int64"


def _no_generation(said: dict[str, Any]) -> None:
    said["generation"] = None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_without_cache, r"past_key_values\.0\.key is missing"),
        (_a_value_less, r"outputs: present\.1\.value is missing"),
        (_one_layer_less, r"takes past_key_values\.1\.key: float"),
        (_any_width, "must have four sizes"),
        (_other_width, r"takes past_key_values\.0\.key: float \(batch, 2, past, 4\)"),
        (_given_otherwise, r"present\.1\.key is not what past_key_values\.1\.key takes"),
        (_one_length, "must hold any number of tokens"),
        (_whole_numbers, "must be float or float16"),
        (_no_generation, "generation: models that write have it"),
    ],
)
def test_a_cache_that_is_another_than_its_manifest_says_is_refused(
    tmp_path: Path, change: Change, why: str
) -> None:
    file = bring_decoder(tmp_path / PHI_3.name) / "manifest.json"
    said = json.loads(file.read_text())
    change(said)
    file.write_text(json.dumps(said))
    with pytest.raises(ModelRefusedError, match=why):
        load_brought(str(tmp_path), PHI_3)


def test_what_a_decoder_remembers_is_counted_from_its_graph(tmp_path: Path) -> None:
    graph = _brought(tmp_path).manifest.graphs[MODEL]
    assert bytes_remembered(graph, 10) == LAYERS * 2 * HEADS * WIDTH * 4 * 10
