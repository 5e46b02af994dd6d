"""What a provider is told instead of personal data, and what the program sees of its answer."""

import json
import re
import secrets
from typing import Any

import pytest

from events.models import Wire
from functions.models.rules.personal import MOST_CHECKED, Finder
from functions.models.rules.redaction import PLACEHOLDER, Obliged, Redaction
from functions.models.rules.restorer import Restorer
from shared.kit.errors import Invalid

MAIL, PHONE = "ann.lee@clinic.example", "+49 151 23456789"


def _found(text: str, *regions: str, names: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.kind) for each in Finder(regions, names).find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to müller.x@exämple.de, please", [("müller.x@exämple.de", "mail")]),
        ("call +49 151 23456789 today", [("+49 151 23456789", "phone")]),
        ("or 0044 20 7946 0018.", [("0044 20 7946 0018", "phone")]),
        ("at 192.168.1.1:80", [("192.168.1.1", "ip")]),
        ("at 2001:db8::1 now", [("2001:db8::1", "ip")]),
        ("DE89 3704 0044 0532 0130 00 AND MORE", [("DE89 3704 0044 0532 0130 00", "iban")]),
        ("de89 3704 0044 0532 0130 00", [("de89 3704 0044 0532 0130 00", "iban")]),
        ("card 4111 1111 1111 1111.", [("4111 1111 1111 1111", "card")]),
        ("4111\u00a01111\u202f1111\u00a01111", [("4111\u00a01111\u202f1111\u00a01111", "card")]),
        # One digit more or less, and the check fails.
        ("DE89 3704 0044 0532 0130 02", []),
        ("card 4111 1111 1111 1112.", []),
        ("at 12:30:45 in std::vector, v1.2.3, 1.2.3.4.5, 999.1.1.1", []),
        ("uuid 550e8400-e29b-41d4-a716-446655440000, on 2026-11-27 10:00", []),
    ],
)
def test_what_has_a_form_is_found_and_what_only_looks_so_is_not(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert _found(text) == found


def test_national_numbers_are_those_of_the_regions_that_a_policy_names() -> None:
    assert _found("(650) 253-0000") == []
    assert _found("(650) 253-0000", "US") == [("(650) 253-0000", "phone")]
    assert _found("PESEL 44051401359", "PL") == [("44051401359", "id")]
    assert _found("PESEL 44051401358", "PL") == []
    assert _found("PESEL 44051401359") == []
    assert _found("on 2026-11-27 10", "DE", "US") == []


def test_of_what_overlaps_no_part_is_left() -> None:
    assert _found("Ann Lee Moss", names=("Ann Lee", "Lee Moss")) == [("Ann Lee Moss", "name")]


def test_names_are_found_as_they_are_written_and_whole() -> None:
    assert _found("Ann Lee met Ann Leeward", names=("Ann Lee",)) == [("Ann Lee", "name")]


def test_texts_that_begin_like_a_file_are_read() -> None:
    redaction = Redaction(Obliged([""]), b"s" * 32)
    text = f"data:;base64,\nMy mail is {MAIL}"
    said = [{"role": "tool", "content": text}, {"data": MAIL, "format": "wav"}]
    redaction.take({"messages": [*said, {"data": "aGk=", "format": "wav"}]})
    assert MAIL not in json.dumps(redaction.body)
    assert redaction.body["messages"][2]["data"] == "aGk="


def test_names_are_looked_for_in_a_bounded_number_of_texts() -> None:
    names = tuple(f"Ann {letter}{other}" for letter in "ABCDEFGH" for other in "abcdefgh")
    absent = Redaction(Obliged([""]), b"s" * 32, names)
    absent.take({"messages": ["x"] * 40_000})
    present = Redaction(Obliged([""]), b"s" * 32, names)
    with pytest.raises(Invalid):
        present.take({"messages": [" ".join(names), *(["x"] * 40_000)]})


@pytest.mark.parametrize(
    ("values", "classes", "regions"),
    [
        (["open"], {"open"}, set()),
        (["open, contracted DE"], {"open", "contracted"}, {"DE"}),
        (["open", "own US"], {"open", "own"}, {"US"}),
        # What says nothing that is known is not read as nothing.
        (["opne"], {"open", "contracted", "own"}, set()),
        ([""], {"open", "contracted", "own"}, set()),
        (["DE"], {"open", "contracted", "own"}, {"DE"}),
    ],
)
def test_a_policy_names_the_classes_and_a_misspelt_one_names_all(
    values: list[str], classes: set[str], regions: set[str]
) -> None:
    obliged = Obliged(values)
    assert (set(obliged.classes), set(obliged.regions)) == (classes, regions)


def _redaction(body: dict[str, Any]) -> Redaction:
    redaction = Redaction(Obliged(["open"]), secrets.token_bytes(32))
    redaction.take(body)
    return redaction


def test_equal_values_have_one_placeholder_that_no_other_call_has() -> None:
    body = {"messages": [{"role": "user", "content": f"{MAIL} and {MAIL}, {PHONE}"}]}
    redaction, other = _redaction(body), _redaction(body)
    said = redaction.body["messages"][0]["content"]
    first, second, third = PLACEHOLDER.findall(said)
    assert first == second != third
    assert redaction.count == 2
    assert redaction.restored(redaction.body) == body
    assert not set(PLACEHOLDER.findall(str(other.body))) & {first, third}
    # Those of another call, and altered ones, stay as they are.
    altered = first.replace("mail", "card")
    assert redaction.restored({"a": [altered, str(other.body), first.upper()]}) == {
        "a": [altered, str(other.body), first.upper()]
    }


def test_files_stay_as_they_are_and_what_grows_is_counted() -> None:
    image = {"type": "image", "source": {"type": "base64", "data": "4915123456789+/=="}}
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64,+4915123456789"}}
    body = {"messages": [{"role": "user", "content": [image, url, {"data": "::ffff"}]}]}
    redaction = _redaction(body)
    assert redaction.body["messages"][0]["content"][:2] == [image, url]
    # What only has such a name is no file.
    assert redaction.body["messages"][0]["content"][2] != {"data": "::ffff"}
    assert redaction.growth == len("[ip-0123456789abcdef]") - len("::ffff")


def test_signed_thoughts_come_back_as_they_came() -> None:
    redaction = _redaction({"messages": [MAIL]})
    (placeholder,) = PLACEHOLDER.findall(str(redaction.body))
    thought = {"type": "thinking", "thinking": placeholder, "signature": "s"}
    assert redaction.restored([thought, placeholder]) == [thought, MAIL]


def test_a_text_with_more_numbers_than_are_checked_is_refused_and_not_told() -> None:
    text = " ".join(f"+4915{number:09}" for number in range(MOST_CHECKED + 1))
    with pytest.raises(Invalid, match="too much to look for"):
        _redaction({"messages": [text]})


def _chunk(**delta: Any) -> dict[str, Any]:
    finish = delta.pop("finish", None)
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _event(said: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(said).encode() + b"\n\n"


def _through(wire: Wire, redaction: Redaction, events: list[dict[str, Any]]) -> list[Any]:
    restorer = Restorer(wire, redaction)
    shown = b"".join(restorer.restored(_event(each), each) for each in events) + restorer.rest()
    lines = [each for each in shown.splitlines() if each.startswith(b"data: ")]
    return [json.loads(each[6:]) for each in lines]


@pytest.mark.parametrize("size", [1, 2, 5, 7, 100])
def test_a_placeholder_that_comes_in_parts_is_restored_on_both_wires(size: int) -> None:
    redaction = _redaction({"messages": [f"{MAIL} {PHONE}"]})
    mail, phone = PLACEHOLDER.findall(str(redaction.body))
    said = f"[a] {mail}{phone} [mail-0123456789abcdef] [mail-"
    expected = f"[a] {MAIL}{PHONE} [mail-0123456789abcdef] [mail-"
    parts = [said[at : at + size] for at in range(0, len(said), size)]
    seen = _through(
        "chat.completions",
        redaction,
        [*(_chunk(content=each) for each in parts), _chunk(finish="stop")],
    )
    deltas = [each["choices"][0]["delta"] for each in seen]
    assert "".join(each.get("content", "") for each in deltas) == expected
    assert seen[-1]["choices"][0]["finish_reason"] == "stop"
    assert [each["choices"][0]["finish_reason"] for each in seen[:-1]] == [None] * (len(seen) - 1)
    blocks = [
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": each}}
        for each in parts
    ]
    seen = _through("messages", redaction, [*blocks, {"type": "content_block_stop", "index": 1}])
    assert "".join(each["delta"]["text"] for each in seen[:-1]) == expected
    assert seen[-1]["type"] == "content_block_stop"


def test_arguments_of_a_tool_are_restored_and_stay_json_and_each_choice_is_its_own() -> None:
    redaction = _redaction({"messages": [MAIL]})
    (mail,) = PLACEHOLDER.findall(str(redaction.body))
    text = json.dumps({"to": mail})
    call = {"index": 0, "id": "c", "function": {"name": "send", "arguments": text[:12]}}
    more = {"index": 0, "function": {"arguments": text[12:]}}
    seen = _through(
        "chat.completions",
        redaction,
        [
            _chunk(tool_calls=[call]),
            {"choices": [{"index": 1, "delta": {"content": mail[3:]}, "finish_reason": None}]},
            _chunk(tool_calls=[more]),
            _chunk(finish="tool_calls"),
        ],
    )
    calls = [
        each
        for said in seen
        for choice in said["choices"]
        for each in choice["delta"].get("tool_calls", ())
    ]
    arguments = "".join(each["function"]["arguments"] for each in calls)
    assert json.loads(arguments) == {"to": MAIL}
    assert [each["function"].get("name") for each in calls].count("send") == 1
    assert MAIL not in json.dumps(seen[1])
    assert re.search(re.escape(mail[3:]), json.dumps(seen[1]))
