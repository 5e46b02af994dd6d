"""What differs from what was assented to before, so that people read what is new first."""

from collections.abc import Iterator, Mapping
from typing import Any

from events.approvals import ApprovalState
from functions.runs.rules.decisions import GIVEN
from functions.runs.rules.run import Run
from shared.kit.canonical import canonical_json, content_hash
from shared.kit.json_parts import pointer_to

MOST_SHOWN = 30
LONGEST_SHOWN = 300
# As much of what is alike is shown before what differs.
_BEFORE = 40
_ABSENT = object()
# They differ in each run, and say nothing of what its calls do.
_OF_THE_RUN = ("plan_hash", "run_id")

Change = dict[str, Any]


def place_of(run: Run, step: str | None) -> str:
    """The id of the document that names what was assented to last: the plans of a capsule with an
    agent in a workspace or, with a `step`, the calls of that step."""
    parts = {
        "workspace_id": run.workspace_id,
        "agent_id": run.agent_id,
        "capsule": run.capsule,
        "step": step,
    }
    return content_hash(parts)


def is_assent(decision: ApprovalState) -> bool:
    """Whether a person assented: neither silence nor a precedent has read what it was about."""
    return decision.status in GIVEN and decision.capacity not in ("silence", "precedent")


def difference(since: str, before: Any, now: Any) -> dict[str, Any]:
    """The item of evidence that says what differs `since` the content with that hash; `changed` is
    null where that cannot be read any more, and `more` counts what is not shown."""
    if before is None:
        return {"since": since, "changed": None}
    changed = [*differences(_compared(before), _compared(now))]
    shown: dict[str, Any] = {"since": since, "changed": changed[:MOST_SHOWN]}
    return shown | ({"more": len(changed) - MOST_SHOWN} if len(changed) > MOST_SHOWN else {})


def _compared(content: Any) -> Any:
    if not isinstance(content, Mapping) or "calls" not in content:
        return content
    return {name: value for name, value in content.items() if name not in _OF_THE_RUN}


def differences(was: Any, now: Any, path: str = "") -> Iterator[Change]:
    """Each place in which two JSON values differ, as a JSON Pointer (RFC 6901), with what was there
    and what is; one of them is missing where there was or is nothing. Lists of things with ids are
    compared by these, of which the pointer has the id in place of the number."""
    before, after = _parts(was), _parts(now)
    if before is None or after is None or isinstance(was, list) != isinstance(now, list):
        if _text(was) != _text(now):
            yield _change(path, was, now)
        return
    if [each for each in before if each in after] != [each for each in after if each in before]:
        yield {"path": _place(path), "was": _shown([*before]), "is": _shown([*after])}
    for name in dict.fromkeys((*before, *after)):
        place = f"{path}{pointer_to((name,))}"
        yield from differences(before.get(name, _ABSENT), after.get(name, _ABSENT), place)


def _parts(value: Any) -> dict[str, Any] | None:
    if isinstance(value, Mapping):
        return {name: value[name] for name in sorted(value)}
    if not isinstance(value, list):
        return None
    ids: list[Any] = [each.get("id") if isinstance(each, Mapping) else None for each in value]
    if all(isinstance(id, str) for id in ids) and len(set(ids)) == len(ids):
        return dict(zip(ids, value, strict=True))
    return {str(number): each for number, each in enumerate(value)}


def _change(path: str, was: Any, now: Any) -> Change:
    both = {"was": was, "is": now}
    start = 0
    if isinstance(was, str) and isinstance(now, str):
        alike = (at for at, (a, b) in enumerate(zip(was, now, strict=False)) if a != b)
        start = max(next(alike, min(len(was), len(now))) - _BEFORE, 0)
    shown = {name: _shown(each, start) for name, each in both.items() if each is not _ABSENT}
    return {"path": _place(path), **shown}


def _place(path: str) -> str:
    """The pointer, as much of it as is shown; that of the whole value is empty."""
    return path if len(path) <= LONGEST_SHOWN else f"{path[:LONGEST_SHOWN]}…"


def _shown(value: Any, start: int = 0) -> Any:
    """The value or, of a long one, the part that matters, as text."""
    text = value if isinstance(value, str) else _text(value)
    if len(text) <= LONGEST_SHOWN:
        return value
    part = text[start : start + LONGEST_SHOWN]
    return f"{'…' if start else ''}{part}{'…' if start + LONGEST_SHOWN < len(text) else ''}"


def _text(value: Any) -> str:
    # Equal in Python are True and 1, which are not the same JSON.
    return "" if value is _ABSENT else canonical_json(value).decode()
