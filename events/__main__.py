"""`python -m events [--check]`: writes events/schemas/*.json, or says which are not current."""

import json
import sys
from pathlib import Path

from events.registry import published_types

SCHEMAS = Path(__file__).parent / "schemas"


def rendered_schemas() -> dict[str, str]:
    """The JSON Schema text of every published type, by file name; `x-topic` names its topics."""
    topics = published_types()
    payloads = {name: payload for types in topics.values() for name, payload in types.items()}
    return {
        f"{name}.json": json.dumps(
            {
                "x-topic": sorted(topic for topic, types in topics.items() if name in types),
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
    wanted = rendered_schemas()
    found = {path.name: path.read_text() for path in SCHEMAS.glob("*.json")}
    if arguments == ["--check"]:
        stale = sorted(name for name in wanted | found if wanted.get(name) != found.get(name))
        for name in stale:
            print(f"events/schemas/{name} is not current: run make schemas")
        return 1 if stale else 0
    for name in found.keys() - wanted.keys():
        (SCHEMAS / name).unlink()
    for name, text in wanted.items():
        (SCHEMAS / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
