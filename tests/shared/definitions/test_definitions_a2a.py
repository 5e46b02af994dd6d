"""Agent cards of the A2A protocol become drafts of specs."""

import json
from typing import Any

import pytest

from shared.kit.errors import Invalid
from tests.shared.definitions.drafted import UNKNOWN, drafted, effects, why

ROUTES: dict[str, Any] = {
    "protocolVersion": "0.3.0",
    "name": "Route Planner",
    "description": "Plans deliveries over the day's roads.",
    "url": "https://routes.example.com/a2a",
    "version": "2.1.0",
    "capabilities": {"streaming": True, "pushNotifications": True},
    "defaultInputModes": ["application/json", "text/plain"],
    "defaultOutputModes": ["application/json"],
    "skills": [
        {
            "id": "plan-route",
            "name": "Plan a route",
            "description": "Orders stops by time.",
            "tags": ["maps"],
            "examples": ["Five stops before noon"],
        },
        {"id": "map/draw", "name": "Draw a map", "description": "A picture of it.", "tags": []},
    ],
    "supportsAuthenticatedExtendedCard": True,
}
# As version 1.0 of the protocol has it.
BOOKINGS: dict[str, Any] = {
    "name": "bookings",
    "description": "Books rooms for guests.",
    "version": "1.0.0",
    "supportedInterfaces": [
        {"url": "https://hotel.example/a2a", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}
    ],
    "capabilities": {"extendedAgentCard": True, "pushNotifications": False},
    "defaultInputModes": ["text/plain"],
    "defaultOutputModes": ["text/plain"],
    "skills": [
        {"id": "calendar.events.read", "name": "See what is free", "description": "", "tags": []},
        {"id": "book", "name": "Book", "description": "Takes a room.", "tags": ["rooms"]},
    ],
}
SILENT: dict[str, Any] = {"name": "客服", "description": "Answers.", "skills": []}


def test_each_skill_becomes_an_unknown_operation_and_a_part_of_the_scope() -> None:
    draft = drafted("a2a", json.dumps(ROUTES))
    assert draft.spec["name"] == "route-planner"
    assert draft.spec["purpose"] == "Plans deliveries over the day's roads."
    assert effects(draft) == {
        "skills/plan-route": UNKNOWN,
        "skills/map-draw": UNKNOWN,
        "a2a/pushNotifications": "send",
    }
    assert draft.spec["scope"] == {
        "in": ["Plan a route: Orders stops by time.", "Draw a map: A picture of it."]
    }
    assert draft.spec["interfaces"] == {
        "inputs": ["application/json", "text/plain"],
        "outputs": ["application/json"],
    }
    assert draft.spec["rights"]["alone"] == []  # type: ignore
    assert '"map/draw"' in why(draft, "/systems/0/operations/1/name")
    assert "extended one" in why(draft, "/systems")
    assert draft.ignored == ("protocolVersion", "url", "version")


def test_a_card_of_the_newer_version_is_read_too() -> None:
    draft = drafted("a2a", json.dumps(BOOKINGS))
    # Called as a connector's operation, a skill is still what its author made of it.
    assert effects(draft) == {"skills/calendar.events.read": UNKNOWN, "skills/book": UNKNOWN}
    assert "extended one" in why(draft, "/systems")
    assert draft.ignored == ("supportedInterfaces", "version")


def test_a_card_without_skills_and_with_a_name_in_another_script() -> None:
    draft = drafted("a2a", json.dumps(SILENT))
    assert (draft.spec["name"], draft.spec["systems"]) == ("imported-agent", [])
    assert "客服" in why(draft, "/name")


def test_a_skill_called_like_a_capability_is_unknown() -> None:
    card = {**SILENT, "skills": [{"id": "pushNotifications", "name": "Push"}]}
    assert effects(drafted("a2a", json.dumps(card))) == {"skills/pushNotifications": UNKNOWN}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: x", "is not JSON"),
        ("[]", "must be an object"),
        ("{}", "must be an agent card"),
        ('{"name": "x"}', "must be an agent card"),
        ('{"name": "x", "skills": {}}', "definition.skills: must be a list"),
        ('{"name": "x", "skills": [1]}', "definition.skills.0: must be an object"),
        ('{"name": "x", "skills": [{}]}', "definition.skills.0: must have an id or a name"),
        ('{"name": {}, "skills": []}', "definition.name: must be text"),
        ('{"name": "x", "name": "y"}', "twice"),
        ('{"name": "a\\u200bb", "skills": []}', "definition.name"),
    ],
)
def test_what_is_no_card_is_refused_with_what_to_write(text: str, told: str) -> None:
    with pytest.raises(Invalid) as refusal:
        drafted("a2a", text)
    assert told in str(refusal.value)


def test_two_skills_of_one_id_are_refused() -> None:
    skills = [{"id": "s", "name": "Reads"}, {"id": "s", "name": "Deletes everything"}]
    with pytest.raises(Invalid, match=r'skills\.1: "s" is the name of two'):
        drafted("a2a", json.dumps({**BOOKINGS, "skills": skills}))
