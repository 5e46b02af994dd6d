"""What is wrong with a program before it runs: what the sandbox's own parser and its checker of
types find, what fails while it is loaded, and whether `run` takes what it is given."""

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.sandbox.asking import CALL
from shared.sandbox.programs import ENTRY, feed, place_of, session

if TYPE_CHECKING:
    from pydantic_monty import MontySession

MOST_MISTAKES = 5
# Loading reads the clock in the same way each time.
LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_UNKNOWN_NAME = "unresolved-reference"
_NO_CALLS = (
    f"; a skill calls nothing outside of it but what its step lists as `calls`: write {CALL}(…)"
    f" for that, or let a step before it do it (`use`), and give {ENTRY} its output (`with`)"
)


class Mistake(NamedTuple):
    """What is wrong, and in which line and column of the program; None for all of it."""

    message: str
    line: int | None = None
    column: int | None = None


def mistakes_in(
    code: str, names: Collection[str], operations: Collection[str] = ()
) -> tuple[Mistake, ...]:
    """What keeps the program from being run with arguments of these names, and from asking for
    calls of these operations; five at most. Blocks. Raises SandboxDied where it cannot be said
    within four seconds."""
    options: dict[str, Any] = {"type_check": True, "type_check_format": "json"}
    if operations:
        options["type_check_stubs"] = _stub(operations)
    with session(LOADED_AT, "", **options) as at_work:
        found = _fed(at_work, code) or _misfits(_fed(at_work, _call_with(names)))
    return found[:MOST_MISTAKES]


def _call_with(names: Collection[str]) -> str:
    takes = ", ".join(f"{each}: Any" for each in names)
    gives = ", ".join(f"{each}={each}" for each in names)
    return f"from typing import Any\ndef _call({takes}) -> Any:\n    return {ENTRY}({gives})\n"


def _stub(operations: Collection[str]) -> str:
    """What the program may ask for, for the checker of types."""
    named = ", ".join(map(repr, operations))
    return (
        "from typing import Any, Literal\n"
        f"def {CALL}(operation: Literal[{named}], arguments: dict[str, Any] | None = None) -> Any:"
        " ...\n"
    )


def _fed(at_work: "MontySession", code: str) -> tuple[Mistake, ...]:
    from pydantic_monty import MontyRuntimeError, MontySyntaxError, MontyTypingError

    try:
        feed(at_work, code)
    except MontyTypingError as error:
        return tuple(_typed(error.display()))
    except (MontyRuntimeError, MontySyntaxError) as error:
        return (Mistake(str(error)[:300], *(place_of(error) or ())),)
    return ()


def _typed(report: str) -> Iterator[Mistake]:
    found: list[dict[str, Any]] = json.loads(report)
    for each in found:
        more = _NO_CALLS if each["code"] == _UNKNOWN_NAME else ""
        at = each["location"]
        yield Mistake(f"{each['message'][:300]}{more}", at["row"], at["column"])


def _misfits(found: tuple[Mistake, ...]) -> tuple[Mistake, ...]:
    """Those of the call, which stands in no line of the program."""
    said = (each.message for each in found)
    return tuple(
        Mistake(f"it has no function {ENTRY}: write `def {ENTRY}(…):`")
        if f"`{ENTRY}` used when" in each
        else Mistake(each)
        for each in said
    )
