"""The most tokens that a call may use, from what it says; refuses what nothing bounds."""

from collections.abc import Iterator, Mapping
from typing import Any

from events.models import Wire
from functions.models.rules.costs import Bound
from shared.kit.errors import FieldError, Invalid

# What a provider may add to each message, tool and part of one, in tokens, and to the whole.
ADDED_TO_PART, ADDED_TO_ALL = 32, 1_024
MOST_CHOICES = 8
# What a provider does besides is billed apart from tokens.
_BILLED_APART = {
    "web_search_options": "searching the web",
    "mcp_servers": "calling servers",
    "container": "running code",
    "audio": "speaking",
}
# Fields whose few bytes name something of any size.
_BY_NAME = {"file_id", "file_url", "image_url", "url"}
_ORDINARY_TIERS = (None, "auto", "default", "standard_only")


def bound_of(wire: Wire, body: Mapping[str, Any], size: int, most_out: int) -> Bound:
    """The bound of a call whose body has `size` bytes and asks for at most `most_out` tokens in
    each of its answers. Raises Invalid for what has no bound."""
    for name, deed in _BILLED_APART.items():
        if body.get(name):
            refuse(name, f"is not passed on: {deed} is billed apart from tokens, without a bound")
    if body.get("service_tier") not in _ORDINARY_TIERS:
        refuse("service_tier", "must be auto or default: another tier has other prices")
    parts = 0
    for part in _parts(body):
        parts += 1
        _refuse_named(part)
    _refuse_tools(body)
    tokens_in = size + parts * ADDED_TO_PART + ADDED_TO_ALL
    if wire == "embeddings":
        return Bound(tokens_in, 0)
    return Bound(tokens_in, most_out * _choices(body))


def refuse(field: str, message: str) -> None:
    """Raises Invalid for a field."""
    raise Invalid(FieldError(field, message))


def _choices(body: Mapping[str, Any]) -> int:
    many = body.get("n", 1)
    many = 1 if many is None else many
    if type(many) is not int or not 1 <= many <= MOST_CHOICES:
        refuse("n", f"must be a whole number from 1 to {MOST_CHOICES}")
    return int(many)


def _parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in the body, at any depth; a body is at most a hundred deep."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Mapping):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


def _refuse_named(part: Mapping[str, Any]) -> None:
    if part.get("type") not in ("image_url", "image", "file", "document", "input_file", "url"):
        return
    for held in (part, part.get("image_url"), part.get("source"), part.get("file")):
        if not isinstance(held, Mapping):
            continue
        for name in _BY_NAME & held.keys():
            said = held[name]
            if isinstance(said, str) and not said.startswith("data:"):
                refuse(
                    "messages",
                    f"name a file or an image by {name}: send it in the call, as base64",
                )


def _refuse_tools(body: Mapping[str, Any]) -> None:
    tools = body.get("tools")
    for tool in tools if isinstance(tools, list) else ():
        kind = tool.get("type", "function") if isinstance(tool, Mapping) else "function"
        if kind not in ("function", "custom"):
            refuse(
                "tools",
                f"has one of type {str(kind)[:50]!r}, which the provider would run "
                "itself, billed apart from tokens; give functions that the program runs",
            )
