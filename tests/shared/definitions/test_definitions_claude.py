"""Sub-agents of Claude Code become drafts of specs."""

import json
import time
from typing import Any

import pytest

from functions.agents.views import DraftView
from shared.definitions.tools import product
from shared.kit.errors import Invalid
from tests.shared.definitions.drafted import UNKNOWN, drafted, effects, why
from tests.shared.patience import AMPLE_SECONDS

REVIEWER = """---
name: code-reviewer
description: Reads a change before it is merged and names its faults.
tools: Read, Grep, Glob, Bash(git diff:*, git log:*)
model: sonnet
---

You read changes like a careful colleague.

1. Look at the difference first.
2. Name each fault with its line.
"""

# As the product's own generator writes them: colons and tags in a description without quotes.
INCIDENTS = """---
name: Incident Responder
description: Use this agent when an alert fires. Example: <example>user: "it is down"</example>
color: red
---
Find what changed last. Ask before you restart anything.
"""

TICKETS = """---
name: ticketWriter
description: "Turns a bug report into a ticket."
tools:
  - Read
  - mcp__tracker__create_issue
  - mcp__wiki
  - mail.messages.send
  - mail.messages.read
  - Task
disallowedTools: Bash, mcp__tracker__delete_issue, Write(secrets/*)
mcpServers:
  - tracker
  - calendar: {command: run-calendar}
---
Write one ticket for each fault.
"""


def test_the_tools_become_operations_and_the_prompt_becomes_the_instructions() -> None:
    draft = drafted("claude", REVIEWER)
    assert draft.spec["name"] == "code-reviewer"
    assert draft.spec["purpose"] == "Reads a change before it is merged and names its faults."
    assert str(draft.spec["instructions"]).startswith("You read changes like a careful colleague.")
    assert effects(draft) == {
        "claude-code/Read": "read",
        "claude-code/Grep": "read",
        "claude-code/Glob": "read",
        "claude-code/Bash": "deploy",
    }
    assert draft.spec["rights"] == {
        "alone": ["claude-code/Read", "claude-code/Grep", "claude-code/Glob"],
        "with_approval": ["claude-code/Bash"],
        "never": [],
    }
    assert "Tools reference" in why(draft, "/systems/0/operations/3/effect")
    assert "a part of Bash" in why(draft, "/rights")
    assert draft.ignored == ("model",)


def test_without_tools_it_has_every_tool_and_those_that_nobody_names() -> None:
    draft = drafted("claude", INCIDENTS)
    documented = {f"claude-code/{name}": e for name, e in product("claude").effects.items()}
    assert effects(draft) == {**documented, "tools/any-tool": UNKNOWN}
    assert draft.spec["name"] == "incident-responder"
    assert "Incident Responder" in why(draft, "/name")
    assert str(draft.spec["purpose"]).endswith('user: "it is down"</example>')
    assert "quotation marks" in why(draft, "/purpose")
    assert "inherits every tool" in why(draft, "/systems")


def test_only_what_has_no_quotation_marks_is_read_as_it_stands() -> None:
    draft = drafted("claude", '---\nname: a: b\ndescription:  "Quoted: yes"\n---\n')
    assert (draft.spec["name"], draft.spec["purpose"]) == ("a-b", "Quoted: yes")
    text = "---\r\nname: windows\r\ntools: Read\r\n---\r\nOne.\r\nTwo.\r\n"
    assert drafted("claude", text).spec["instructions"] == "One.\nTwo."


def test_servers_connectors_unknown_tools_and_what_is_ruled_out() -> None:
    draft = drafted("claude", TICKETS)
    assert draft.spec["name"] == "ticket-writer"
    assert effects(draft) == {
        "claude-code/Read": "read",
        "tracker/create_issue": UNKNOWN,
        "tracker/any-tool": UNKNOWN,
        "wiki/any-tool": UNKNOWN,
        "mail/messages.send": "send",
        "mail/messages.read": "read",
        "tools/Task": UNKNOWN,
        "calendar/any-tool": UNKNOWN,
    }
    systems = draft.spec["systems"]
    assert isinstance(systems, list)
    named = {each["name"]: each.get("connector") for each in systems}  # type: ignore
    assert {name: each for name, each in named.items() if each} == {"mail": "mail"}
    assert draft.spec["rights"]["alone"] == ["claude-code/Read", "mail/messages.read"]  # type: ignore
    assert draft.spec["rights"]["never"] == ["claude-code/Bash", "tracker/delete_issue"]  # type: ignore
    assert draft.ignored == ("disallowedTools of a part of a tool",)


def test_what_is_ruled_out_is_no_operation_of_the_draft() -> None:
    text = "---\nname: reader\ndisallowedTools: [Bash, mcp__shop]\nmcpServers: [shop]\n---\n"
    draft = drafted("claude", text)
    assert not effects(draft).keys() & {"claude-code/Bash", "shop/any-tool"}
    assert draft.spec["rights"]["never"] == ["claude-code/Bash", "shop/*"]  # type: ignore


@pytest.mark.parametrize(
    "name",
    ["read", "Read2", "mcp__claude-code__Read", "mcp__claude-code__Bash", "Mail.messages.read"],
)
def test_a_tool_that_is_only_called_alike_is_unknown(name: str) -> None:
    draft = drafted("claude", f"---\nname: sly\ntools: [Read, {name}]\n---\n")
    assert [*effects(draft).values()] in (["read", UNKNOWN], [UNKNOWN])


def test_two_tools_of_one_name_that_are_known_for_different_things_are_unknown() -> None:
    text = "---\nname: sly\ntools: [mail.messages.read, mail/messages.read, mcp__Mail__x]\n---\n"
    assert effects(drafted("claude", text)) == {"mail/messages.read": "read", "Mail-2/x": UNKNOWN}
    text = "---\nname: sly\ntools: [mcp__claude-code__Read, Read]\n---\n"
    assert effects(drafted("claude", text)) == {"claude-code/Read": UNKNOWN}


def test_commands_that_run_beside_its_work_are_an_unknown_operation() -> None:
    hooks = "hooks: {PreToolUse: [{matcher: Bash, hooks: [{type: command, command: ./x.sh}]}]}"
    draft = drafted("claude", f"---\nname: hooked\ntools: []\n{hooks}\n---\n")
    assert effects(draft) == {"hooks/run-commands": UNKNOWN}


def test_an_empty_list_of_tools_gives_none() -> None:
    assert effects(drafted("claude", "---\nname: thinker\ntools: []\n---\nThink.")) == {}


def test_a_long_prompt_is_cut_and_says_so() -> None:
    draft = drafted("claude", f"---\nname: long\ndescription: x\n---\n{'word ' * 10_000}")
    assert len(str(draft.spec["instructions"])) == 32_000
    assert "of 49999 characters" in why(draft, "/instructions")


def test_a_character_that_others_join_is_not_cut_in_two() -> None:
    family = "👨‍👩‍👧"
    for pad in range(6):
        text = f"---\nname: long\ndescription: {'x' * pad}{family * 500}\n---\n"
        assert len(str(drafted("claude", text).spec["purpose"])) > 1_990


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("You are a helper.", "front matter"),
        ("---\nname: x\n", "front matter"),
        ("---\n- a\n- b\n---\n", "object"),
        ("---\ncolor: red\n---\nHello", "name and a description"),
        ("---\n---\nHello", "is empty"),
        (
            "---\nname: &a x\ndescription: *a\n---\n",
            "anchor or alias: write the value itself (line 2, column 7)",
        ),
        ("---\nname: x\nname: y\n---\n", "twice"),
        ('---\nname: x\ndescription: "a\\u202eb"\n---\n', "U+202E"),
        ("---\nname: x\ntools: {a: b}\n---\n", "must be a list"),
        ("---\nname: [x]\n---\n", "must be text"),
        (f"---\nname: x\ntools: {','.join(f't{n}' for n in range(301))}\n---\n", "301 tools"),
        (f"---\nname: x\ntools: {','.join(f'mcp__s{n}' for n in range(51))}\n---\n", "51 systems"),
    ],
)
def test_what_is_no_definition_is_refused_with_what_to_write(text: str, told: str) -> None:
    with pytest.raises(Invalid) as refusal:
        drafted("claude", text)
    assert told in str(refusal.value)
    assert all(error.field.startswith("definition") for error in refusal.value.errors)


def claude(**front: Any) -> str:
    """A definition with this front matter."""
    return f"---\n{json.dumps({'name': 'tried', **front})}\n---\nDo it."


def never(draft: DraftView) -> Any:
    return draft.spec["rights"]["never"]  # type: ignore


@pytest.mark.parametrize("tools", ["Read Bash", "Read\nBash", "Read,Bash,", ["Read", "Bash"]])
def test_however_they_are_listed_each_tool_counts(tools: Any) -> None:
    draft = drafted("claude", claude(tools=tools))
    assert effects(draft) == {"claude-code/Read": "read", "claude-code/Bash": "deploy"}


@pytest.mark.parametrize("tools", ["Read, *", ["*", "Read"], " ", None])
def test_a_star_or_nothing_is_every_tool(tools: Any) -> None:
    draft = drafted("claude", claude(tools=tools))
    assert {"claude-code/Bash", "tools/any-tool"} < effects(draft).keys()


@pytest.mark.parametrize(
    ("tools", "told"),
    [
        ("(Bash), Read", r"must name a tool before the bracket: \(Bash\)"),
        ("Bash(git diff, Read, Write", "must close each bracket"),
        ("a*b*c*d*e*", r"more than 4 \*"),
        ([f"t{n}" for n in range(301)], "names 301 tools; at most 300"),
    ],
)
def test_what_hides_a_tool_is_refused(tools: Any, told: str) -> None:
    for field in ("tools", "disallowedTools"):
        with pytest.raises(Invalid, match=told):
            drafted("claude", claude(**{field: tools}))


@pytest.mark.parametrize(
    ("denied", "left", "named"),
    [
        ("*", set(), []),
        ("mcp__*", {"claude-code/Read"}, []),
        ("mcp__gh__pu*", {"claude-code/Read", "gh/list"}, []),
        ("mcp__gh__*", {"claude-code/Read"}, ["gh/*"]),
        ("mcp__gh", {"claude-code/Read"}, ["gh/*"]),
        ("mcp__gh__", {"claude-code/Read"}, ["gh/*"]),
        ("mcp__gh__push", {"claude-code/Read", "gh/list"}, ["gh/push"]),
        ("mcp__g", {"claude-code/Read", "gh/push", "gh/list"}, ["g/*"]),
        ("any-tool", {"claude-code/Read", "gh/push", "gh/list"}, ["tools/any-tool"]),
    ],
)
def test_what_a_pattern_rules_out_is_no_operation(
    denied: str, left: set[str], named: list[str]
) -> None:
    tools = "Read, mcp__gh__push, mcp__gh__list"
    draft = drafted("claude", claude(tools=tools, disallowedTools=denied))
    assert effects(draft).keys() == left
    assert never(draft) == named
    assert draft.ignored == ((f"disallowedTools by the pattern {denied}",) if not named else ())


def test_a_pattern_leaves_open_what_else_the_session_has() -> None:
    draft = drafted("claude", claude(disallowedTools=["mcp__*", "Bash"]))
    assert "claude-code/Bash" not in effects(draft)
    assert "tools/any-tool" in effects(draft)
    draft = drafted("claude", claude(disallowedTools="*"))
    assert effects(draft) == {}


def test_what_is_ruled_out_has_the_label_of_its_system_and_no_others() -> None:
    tools = "mcp__github__c, mcp__GitHub__b, mcp__GitHub__a+b"
    draft = drafted("claude", claude(tools=tools, disallowedTools="mcp__GitHub__zap"))
    assert {"github/c", "GitHub-2/b"} < effects(draft).keys()
    assert never(draft) == ["GitHub-2/zap"]
    draft = drafted("claude", claude(tools=tools, disallowedTools="mcp__GitHub__a&b"))
    assert "GitHub-2/a-b" in effects(draft)
    assert never(draft) == ["GitHub-2/a-b-2"]


@pytest.mark.parametrize(
    "servers", [{"mail": {"command": "own"}}, [{"name": "mail", "command": "own"}]]
)
def test_a_server_of_its_own_is_no_connector(servers: Any) -> None:
    draft = drafted("claude", claude(tools="mcp__mail__messages.read", mcpServers=servers))
    assert effects(draft) == {"mail/messages.read": UNKNOWN, "mail/any-tool": UNKNOWN}


def test_a_server_without_a_name_is_refused() -> None:
    with pytest.raises(Invalid, match="must name a server"):
        drafted("claude", claude(mcpServers=[""]))


def test_a_byte_order_mark_is_no_part_of_it() -> None:
    assert effects(drafted("claude", "\ufeff" + claude(tools="Read"))) == {
        "claude-code/Read": "read"
    }


def test_three_hundred_patterns_meet_three_hundred_tools_in_little_time() -> None:
    tools = [f"mcp__{'a' * 80}{n}__t" for n in range(300)]
    patterns = [f"*a*a*{n}*b" for n in range(300)]
    begun = time.process_time()
    with pytest.raises(Invalid):  # of more systems than a spec has
        drafted("claude", claude(tools=tools, disallowedTools=patterns))
    assert time.process_time() - begun < AMPLE_SECONDS
