"""The similarity of requests: by kind, subject, risk and purpose, by the shape of their content,
and by the few fields that identify its class. Names and free text do not count."""

from typing import Any

from shared.kit.canonical import content_hash
from shared.precedents.conditions import MISSING, TOO_LARGE, look_up

_CLASS_FIELDS = (
    "content.action",
    "content.alone_effects",
    "content.category",
    "content.containment.blast_radius",
    "content.data_access.classification",
    "content.industry",
    "content.mode",
    "content.operation",
    "content.tool",
    "content.type",
)


def likeness_of(content: dict[str, Any], *traits: str) -> str:
    """The same text for similar requests: a hash of `traits` and of the content's class."""
    return content_hash(
        [list(traits), sorted(content), [_class(f, content) for f in _CLASS_FIELDS]]
    )


def in_row(likeness: str, workspace_id: str | None) -> str:
    """The same text for similar requests in one workspace, or in none."""
    return likeness if workspace_id is None else f"{workspace_id}.{likeness}"


def _class(field: str, content: dict[str, Any]) -> Any:
    value = look_up(field, content)
    if value is MISSING or value is TOO_LARGE:
        return None
    if isinstance(value, list):
        return sorted({str(item) for item in value})
    return value
