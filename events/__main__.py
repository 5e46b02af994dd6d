"""`python -m events [--check]`: writes events/schemas/*.json, or says which are not current."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from events.registry import published_types, topics_of

SCHEMAS = Path(__file__).parent / "schemas"


@cache
def rendered_schemas() -> dict[str, str]:
    """The JSON Schema text of every published type, by file name; `x-topic` names its topics."""
    functions = published_types().values()
    payloads = {name: payload for types in functions for name, payload in types.items()}
    return {
        f"{name}.json": json.dumps(
            {
                "x-topic": topics_of(payload),
                "x-type": name,
                **payload.model_json_schema(),
            },
            indent=2,
            sort_keys=True,
        )
        + "\n"
        for name, payload in payloads.items()
    }


def main(arguments: list[str]) -> int:
    """Writes the schemas and returns 0; with `--check`, writes nothing and returns 1 when any
    committed schema differs from its model."""
    return write_or_check(
        arguments,
        wanted={SCHEMAS / name: text for name, text in rendered_schemas().items()},
        existing=SCHEMAS.glob("*.json"),
        shown=lambda file: f"events/schemas/{file.name}",
    )


def write_or_check(
    arguments: list[str],
    *,
    wanted: Mapping[Path, str],
    existing: Iterable[Path],
    shown: Callable[[Path], str],
    remedy: str = "make schemas",
) -> int:
    """Makes the existing files those that are wanted, and returns 0; with `--check`, changes
    nothing, and prints each file that would change as it is `shown`, and the `remedy`, and returns
    1."""
    found = {file: file.read_text() for file in existing}
    if arguments == ["--check"]:
        stale = sorted(file for file in {**wanted, **found} if wanted.get(file) != found.get(file))
        for file in stale:
            print(f"{shown(file)} is not current: run {remedy}")
        return 1 if stale else 0
    for file in found.keys() - wanted.keys():
        file.unlink()
    for file, text in wanted.items():
        file.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
