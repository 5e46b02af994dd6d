"""What holds for every draft, whatever text it was made of."""

import contextlib
import json
import time
import tomllib
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.catalogue import CONNECTORS
from events.effects import EFFECTS
from events.effects import HARMLESS as HARMLESS_EFFECTS
from functions.agents.service.imports import draft_spec
from shared.definitions import Format, translate
from shared.definitions.tools import GRAVEST, HARMLESS, product
from shared.kit.errors import Invalid
from shared.kit.plain_text import refuse_odd_text
from tests.examples import examples
from tests.scratch import ROOT
from tests.shared.definitions.drafted import assert_sound, drafted
from tests.shared.definitions.test_definitions_a2a import BOOKINGS, ROUTES, SILENT
from tests.shared.definitions.test_definitions_claude import INCIDENTS, REVIEWER, TICKETS
from tests.shared.definitions.test_definitions_crewai import COMMERCE, ENGINEER
from tests.shared.definitions.test_definitions_openai import ANALYST, NAMELESS, SUPPORT
from tests.shared.patience import AMPLE_SECONDS
from tests.shared.plain_values import YAML_BOMBS

FORMATS: tuple[Format, ...] = get_args(Format)
KNOWN: list[tuple[Format, str]] = [
    *(("claude", each) for each in (REVIEWER, INCIDENTS, TICKETS)),
    *(("crewai", each) for each in (COMMERCE, ENGINEER)),
    *(("a2a", json.dumps(each, ensure_ascii=False)) for each in (ROUTES, BOOKINGS, SILENT)),
    *(("openai", json.dumps(each)) for each in (ANALYST, SUPPORT, NAMELESS)),
]
TOOLS = [
    *product("claude").effects,
    "Bash(rm:*)",
    "mcp__a",
    "mcp__a__b",
    "mail.messages.send",
    "x y",
]
LONGEST = 64_000

text = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(TOOLS)
value = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(
    (
        *("name", "description", "tools", "disallowedTools", "mcpServers", "instructions"),
        *("skills", "id", "type", "function", "capabilities", "pushNotifications", "handoffs"),
        *("role", "goal", "backstory", "mcps", "allow_delegation", "server_label", "allowed_tools"),
    )
)
likely = st.dictionaries(
    fields, value | st.lists(st.dictionaries(fields, value, max_size=5), max_size=4), max_size=8
)


def tried(format: Format, definition: str) -> None:
    """The answer is a sound draft or a refusal; the door has refused odd text before."""
    with contextlib.suppress(Invalid):
        refuse_odd_text(definition)
        assert_sound(draft_spec(format, definition, None))


@pytest.mark.repeats
@given(format=st.sampled_from(FORMATS), definition=st.text(st.characters(codec="utf-8")))
@examples(10, by_night=1_000)
def test_any_text_is_drafted_or_refused(format: Format, definition: str) -> None:
    tried(format, definition)


@pytest.mark.repeats
@given(format=st.sampled_from(FORMATS), of=likely)
@examples(10, by_night=2_000)
def test_any_value_with_the_right_names_is_drafted_or_refused(
    format: Format, of: dict[str, Any]
) -> None:
    body = json.dumps(of, ensure_ascii=False)
    tried(format, f"---\n{body}\n---\nDo it." if format == "claude" else body)


@pytest.mark.repeats
@given(known=st.sampled_from(KNOWN), data=st.data())
@examples(10, by_night=1_000)
def test_a_definition_with_any_part_replaced_is_drafted_or_refused(
    known: tuple[Format, str], data: st.DataObject
) -> None:
    format, definition = known
    start = data.draw(st.integers(0, len(definition)))
    end = data.draw(st.integers(start, min(len(definition), start + 40)))
    tried(format, definition[:start] + data.draw(text) + definition[end:])


BOMBS = {name: bomb.decode(errors="replace")[:LONGEST] for name, bomb in YAML_BOMBS.items()}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_what_no_reader_of_plain_values_takes_is_refused(bomb: str) -> None:
    with pytest.raises(Invalid):
        drafted("crewai", bomb)
    began = time.process_time()
    tried("claude", f"---\n{bomb}\n---\n")
    assert time.process_time() - began < AMPLE_SECONDS


def worst(format: Format) -> list[str]:
    commas, brackets = "t," * 31_900, "(" * 31_000 + "," * 31_000
    yaml = [f"---\nname: x\ntools: '{each}'\n---" for each in (commas, brackets)]
    yaml += ["---\n" * 15_900, "---\n" + "name: x: y\n" * 5_000 + "---"]
    many = {"name": "x", "skills": [{"id": f"s{n}"} for n in range(3_500)]}
    ideographs = {"name": "x", "instructions": "語" * 60_000, "tools": []}
    quoted = "\n".join(f"a{n}: {{role: x}}" for n in range(1_900))
    return [*yaml, json.dumps(many), json.dumps(ideographs, ensure_ascii=False), quoted]


@pytest.mark.parametrize("format", FORMATS)
def test_the_largest_definition_takes_bounded_time(format: Format) -> None:
    for definition in worst(format):
        assert len(definition) <= LONGEST
        began = time.process_time()
        tried(format, definition)
        assert time.process_time() - began < AMPLE_SECONDS


@pytest.mark.parametrize(("format", "definition"), KNOWN)
def test_the_same_definition_gives_the_same_draft(format: Format, definition: str) -> None:
    first = translate(format, definition, CONNECTORS)
    assert translate(format, definition, CONNECTORS) == first


def test_unknown_is_the_gravest_effect_and_only_the_harmless_are_done_alone() -> None:
    assert EFFECTS[-1] == GRAVEST
    assert HARMLESS == HARMLESS_EFFECTS


def test_the_tools_that_come_with_a_product_have_effects_that_exist_and_a_page() -> None:
    tables = tomllib.loads((ROOT / "shared" / "built_in_tools.toml").read_text())
    assert set(tables) == set(FORMATS)
    for name in FORMATS:
        assert set(product(name).effects.values()) <= set(EFFECTS)
        assert "page" in product(name).page
        assert product(name).system not in CONNECTORS
    for format, shell in (("claude", "Bash"), ("openai", "shell")):
        assert EFFECTS.index(product(format).effects[shell]) >= EFFECTS.index("deploy")


@pytest.mark.parametrize("format", ["claude", "a2a", "openai"])
def test_only_a_definition_of_several_agents_takes_a_name(format: Format) -> None:
    with pytest.raises(Invalid) as refusal:
        draft_spec(format, dict(KNOWN)[format], "x")
    assert [error.field for error in refusal.value.errors] == ["agent"]
