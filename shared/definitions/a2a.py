"""Agent cards of the A2A protocol: JSON.

Source: the A2A protocol's specification, AgentCard, AgentSkill and AgentCapabilities. A card tells
others what they may ask of an agent: each of its `skills` has an `id`, a `name` and a
`description`. It does not say which systems the agent uses."""

from collections.abc import Iterator
from typing import Any

from shared.definitions.definition import Definition
from shared.definitions.reading import (
    ROOT,
    list_of,
    object_of,
    parsed,
    refuse_taken,
    text_of,
    texts_of,
    unread,
)
from shared.definitions.tools import Tool, built_in, product
from shared.kit.parsing import parse_json, refused

READ = (
    *("name", "description", "skills", "capabilities", "defaultInputModes", "defaultOutputModes"),
    "supportsAuthenticatedExtendedCard",
)
_PUSH = "pushNotifications"


def read_a2a(text: str) -> Definition:
    """The agent of the card. Raises Invalid."""
    card = object_of(parsed(parse_json, text), ROOT)
    if "name" not in card or not card.keys() & {"skills", "description"}:
        raise refused("must be an agent card, with name, description and skills", ROOT)
    capabilities = object_of(card.get("capabilities"), f"{ROOT}.capabilities")
    skills = [*_skills(card)]
    tools = [Tool("skills", id) for id, _ in skills]
    if capabilities.get(_PUSH) not in (None, False):
        tools.append(built_in(product("a2a"), _PUSH))
    notes = [("/systems", "a card names skills and no systems: each skill became an operation")]
    if card.get("supportsAuthenticatedExtendedCard") or capabilities.get("extendedAgentCard"):
        notes.append(("/systems", "the card has an extended one with more skills: add them"))
    return Definition(
        name=text_of(card["name"], f"{ROOT}.name"),
        purpose=text_of(card.get("description"), f"{ROOT}.description"),
        work=tuple(told for _, told in skills),
        tools=tuple(tools),
        inputs=texts_of(card.get("defaultInputModes"), f"{ROOT}.defaultInputModes"),
        outputs=texts_of(card.get("defaultOutputModes"), f"{ROOT}.defaultOutputModes"),
        notes=tuple(notes) if tools else (),
        ignored=unread(card, READ),
    )


def _skills(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each skill's id, which no other has, and its name with its description."""
    taken: set[str] = set()
    for index, item in enumerate(list_of(card.get("skills"), f"{ROOT}.skills")):
        path = f"{ROOT}.skills.{index}"
        skill = object_of(item, path)
        id, name, description = (
            text_of(skill.get(each), f"{path}.{each}") for each in ("id", "name", "description")
        )
        if not (id or name):
            raise refused("must have an id or a name", path)
        refuse_taken(id or name, taken, path)
        yield id or name, ": ".join(filter(None, (name or id, description)))
