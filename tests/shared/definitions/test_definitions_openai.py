"""Assistants and agents of OpenAI become drafts of specs."""

import json
from typing import Any

import pytest

from shared.kit.errors import Invalid
from tests.shared.definitions.drafted import UNKNOWN, drafted, effects, why

ANALYST: dict[str, Any] = {
    "id": "asst_1",
    "object": "assistant",
    "created_at": 1_700_000_000,
    "name": "Sales analyst",
    "description": "Explains last quarter's sales.",
    "model": "gpt-4o",
    "instructions": "Answer from the files only.",
    "tools": [
        {"type": "file_search"},
        {"type": "code_interpreter"},
        {
            "type": "function",
            "function": {
                "name": "send_report",
                "description": "Mails the report to a customer.",
                "parameters": {"type": "object", "properties": {"to": {"type": "string"}}},
            },
        },
    ],
    "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}},
    "metadata": {},
    "temperature": 0.2,
}
# With the function's schema beside its type, and a server.
SUPPORT: dict[str, Any] = {
    "name": "support",
    "instructions": "Help, then hand over.",
    "tools": [
        {"type": "function", "name": "file_search", "parameters": {}, "strict": True},
        {
            "type": "mcp",
            "server_label": "tickets",
            "server_url": "https://tickets.example/mcp",
            "allowed_tools": ["tickets.read", "tickets.merge"],
            "require_approval": "never",
        },
        {"type": "mcp", "server_label": "shop"},
        {"type": "computer_use_preview", "environment": "browser"},
    ],
    "handoffs": ["Refund agent"],
}
NAMELESS: dict[str, Any] = {"name": None, "model": "gpt-4o", "instructions": "Tell jokes."}


def test_functions_are_unknown_and_what_openai_runs_is_documented() -> None:
    draft = drafted("openai", json.dumps(ANALYST))
    assert draft.spec["name"] == "sales-analyst"
    assert draft.spec["purpose"] == "Explains last quarter's sales."
    assert draft.spec["instructions"] == "Answer from the files only."
    assert effects(draft) == {
        "openai-tools/file_search": "read",
        "openai-tools/code_interpreter": "deploy",
        "functions/send_report": UNKNOWN,
    }
    assert draft.spec["scope"] == {"in": ["send_report: Mails the report to a customer."]}
    assert draft.spec["rights"]["alone"] == ["openai-tools/file_search"]  # type: ignore
    assert draft.ignored == (
        *("created_at", "id", "metadata", "model", "temperature", "tool_resources"),
        "function.parameters",
    )


def test_a_function_called_like_a_built_in_tool_is_unknown_and_servers_are_systems() -> None:
    draft = drafted("openai", json.dumps(SUPPORT))
    assert effects(draft) == {
        "functions/file_search": UNKNOWN,
        "tickets/tickets.read": UNKNOWN,
        "tickets/tickets.merge": UNKNOWN,
        "shop/any-tool": UNKNOWN,
        "tools/computer_use_preview": UNKNOWN,
        "agents/Refund-agent": UNKNOWN,
    }
    assert draft.spec["rights"]["alone"] == []  # type: ignore
    assert "not named" in why(draft, "/systems/2/operations/0/effect")


def test_an_assistant_without_a_name_or_tools() -> None:
    draft = drafted("openai", json.dumps(NAMELESS))
    assert draft.spec["name"] == "imported-agent"
    assert "no name" in why(draft, "/name")
    assert (draft.spec["purpose"], draft.spec["systems"]) == ("", [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("---\nname: x\n---", "is not JSON"),
        ("[1]", "must be an object"),
        ('{"model": "gpt-4o"}', "must be an assistant or agent"),
        ('{"name": "x", "tools": {}}', "definition.tools: must be a list"),
        ('{"tools": [{"type": "function"}]}', "definition.tools.0.name: must be given"),
        ('{"tools": [{"type": "function", "function": 1}]}', "must be an object"),
        ('{"tools": [{"type": "mcp", "allowed_tools": 1}]}', "allowed_tools: must be a list"),
        ('{"tools": [[]]}', "definition.tools.0: must be an object"),
        ('{"name": "appr\\u03bfve"}', "definition.name"),
    ],
)
def test_what_is_no_assistant_is_refused_with_what_to_write(text: str, told: str) -> None:
    with pytest.raises(Invalid) as refusal:
        drafted("openai", text)
    assert told in str(refusal.value)


def test_what_is_left_out_of_tools_is_told_by_their_kind() -> None:
    assert drafted("openai", json.dumps(SUPPORT)).ignored == (
        *("function.parameters", "function.strict"),
        *("mcp.require_approval", "mcp.server_url"),
        "computer_use_preview.environment",
    )


def test_a_function_called_as_a_connectors_operation_is_no_connectors() -> None:
    tools = [{"type": "function", "function": {"name": "mail.messages.read"}}]
    draft = drafted("openai", json.dumps({"name": "sly", "tools": tools}))
    assert effects(draft) == {"functions/mail.messages.read": UNKNOWN}
    assert draft.spec["rights"]["alone"] == []  # type: ignore


def test_an_empty_list_of_a_servers_tools_gives_none() -> None:
    tools = [{"type": "mcp", "server_label": "shop", "allowed_tools": []}]
    assert effects(drafted("openai", json.dumps({"name": "idle", "tools": tools}))) == {}


def test_tools_of_namespaces_servers_and_the_older_list_are_read() -> None:
    pay = {"type": "function", "name": "transfer"}
    definition = {
        "name": "banker",
        "tools": [{"type": "namespace", "name": "bank", "tools": [pay, "file_search"]}],
        "functions": [{"name": "transfer"}],
        "mcp_servers": ["ledger", {"name": "mail"}],
    }
    assert effects(drafted("openai", json.dumps(definition))) == {
        "bank/transfer": UNKNOWN,
        "openai-tools/file_search": "read",
        "functions/transfer": UNKNOWN,
        "ledger/any-tool": UNKNOWN,
        "mail/any-tool": UNKNOWN,
    }


def test_two_functions_of_one_name_are_refused() -> None:
    tools = [{"type": "function", "name": "f", "description": told} for told in ("reads", "pays")]
    with pytest.raises(Invalid, match=r'tools\.1\.name: "functions\.f" is the name of two'):
        drafted("openai", json.dumps({"name": "x", "tools": tools}))
