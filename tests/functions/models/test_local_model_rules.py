"""What a model on this machine is asked, and what a route to it says."""

from typing import Any

import pytest

from functions.models.rules.local_model import MOST_TOKENS_OUT, check_call, check_route
from shared.kit.errors import Invalid

SAID: dict[str, Any] = {"model": "here", "messages": [{"role": "user", "content": "Hello"}]}
ROUTE: dict[str, Any] = {"provider": "local", "model": "smollm2"}
NAMES = ("smollm2", "phi-3")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"stream": True, "max_tokens": 5, "temperature": 0, "n": 1},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]},
    ],
)
def test_texts_are_taken(more: dict[str, Any]) -> None:
    check_call({**SAID, **more})


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"tools": []}, "tools: is not taken by a local model: leave it out"),
        ({"response_format": {"type": "json_object"}}, "response_format: is not taken"),
        ({"grammar": 'root ::= "a"'}, "grammar: is not taken"),
        ({"n": 2}, "n: must be 1"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, r"messages\[0\]"),
        ({"messages": [{"role": "user"}]}, "must have a text as its content"),
        ({"messages": ["hello"]}, "must have a text as its content"),
    ],
)
def test_what_its_server_would_make_of_the_rest_nobody_tries(
    more: dict[str, Any], why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        check_call({**SAID, **more})


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"base_url": "https://models.example/v1"}, "base_url: is of providers elsewhere"),
        ({"credential": "ours"}, "credential: is of providers elsewhere"),
        ({"prices": {"as_of": "2026-11-20"}}, "prices: is of providers elsewhere"),
        ({"privacy": "open"}, "privacy: is own"),
        ({"model": "gpt-5"}, "model: is no local one: say smollm2 or phi-3"),
        ({"most_tokens_out": MOST_TOKENS_OUT + 1}, "say 512"),
    ],
)
def test_a_route_to_this_machine_says_nothing_of_providers_elsewhere(
    more: dict[str, Any], why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        check_route({**ROUTE, **more}, NAMES)
    check_route({**ROUTE, "privacy": "own", "most_tokens_out": 9}, NAMES)
