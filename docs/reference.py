"""`python -m docs.reference [--check]`: writes docs/api/ from the functions and the event schemas,
or says which page is not current."""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from docs.openapi import mend
from events.__main__ import write_or_check
from shared.kit.errors import AssentError
from shared.manifest import Deployable, Manifests, load_manifests
from shared.runtime.app import describe_only

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "api"


def rendered_pages() -> dict[str, str]:
    """Each page's text by its file name."""
    manifests = load_manifests(ROOT)
    document = merged_openapi(manifests)
    return {
        "openapi.json": json.dumps(document, indent=1, sort_keys=True) + "\n",
        "README.md": _http_page(document),
        "events.md": _events_page(),
    }


def merged_openapi(manifests: Manifests) -> dict[str, Any]:
    """One OpenAPI document of every public function. Where two functions mean different things by
    one schema name, the later one's is named after its function too."""
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Assent",
            "version": "1",
            "description": "Every public call. Errors are RFC 9457 problem details.",
        },
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {}},
    }
    for deployable in manifests.deployables:
        if deployable.public:
            api = _told_apart(_openapi_of(deployable), merged, deployable.noun)
            merged["paths"].update(_tagged(api["paths"], deployable.noun))
            for kind, named in api["components"].items():
                merged["components"].setdefault(kind, {}).update(named)
    return mend(merged, _codes())


def _codes(of: type[AssentError] = AssentError) -> Iterator[tuple[str, int, str]]:
    """Each code that the platform's own errors have, with its status and its title."""
    if of.__module__.startswith(("shared.", "functions.", "mobile_api.")) and of.http_status < 600:
        yield of.code, of.http_status, of.title
    for each in of.__subclasses__():
        yield from _codes(each)


def _openapi_of(deployable: Deployable) -> dict[str, Any]:
    module = ".".join(deployable.folder.relative_to(ROOT).parts)
    router: APIRouter = import_module(f"{module}.api").ROUTER
    return describe_only(
        function=deployable.noun, router=router, summary=deployable.manifest.summary
    ).openapi()


def _told_apart(api: dict[str, Any], merged: dict[str, Any], noun: str) -> dict[str, Any]:
    known = merged["components"]["schemas"]
    prefix = "".join(part.capitalize() for part in noun.split("-"))
    schemas = api["components"]["schemas"]
    clashes = {name for name, schema in schemas.items() if known.get(name, schema) != schema}
    text = json.dumps(api)
    for name in clashes:
        text = text.replace(
            f'"#/components/schemas/{name}"', f'"#/components/schemas/{prefix}{name}"'
        )
    document: dict[str, Any] = json.loads(text)
    document["components"]["schemas"] = {
        prefix + name if name in clashes else name: schema
        for name, schema in document["components"]["schemas"].items()
    }
    return document


def _tagged(paths: dict[str, Any], noun: str) -> dict[str, Any]:
    for operations in paths.values():
        for operation in operations.values():
            operation["tags"] = [noun]
    return paths


def _http_page(document: dict[str, Any]) -> str:
    lines = [
        "# HTTP API",
        "",
        "Generated from the functions by `make api-reference`; the whole of it is in",
        "[openapi.json](openapi.json), which the local platform serves at `/openapi.json`.",
        "",
        "| call | does | answers |",
        "|---|---|---|",
    ]
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            lines.append(
                f"| `{method.upper()} {path}` | {_summary(operation)} | {_answers(operation)} |"
            )
    return "\n".join(lines) + "\n"


def _summary(operation: dict[str, Any]) -> str:
    text: str = operation.get("description") or operation["summary"]
    return text.split("\n\n", maxsplit=1)[0].replace("\n", " ").replace("|", "\\|")


def _answers(operation: dict[str, Any]) -> str:
    return " ".join(sorted(operation["responses"]))


def _events_page() -> str:
    lines = [
        "# Events",
        "",
        "Generated from `events/schemas/` by `make api-reference`. The envelope is described in",
        "[the architecture](../architecture.md).",
    ]
    for topics, schemas in sorted(_schemas_by_topics().items()):
        lines += ["", f"## {_title(topics)}", "", "| type | says | data |", "|---|---|---|"]
        for schema in schemas:
            says = schema.get("description", "").split("\n\n")[0].replace("\n", " ")
            fields = ", ".join(f"`{name}`" for name in schema.get("properties", {}))
            lines.append(f"| `{schema['x-type']}` | {says} | {fields} |")
    return "\n".join(lines) + "\n"


def _title(topics: tuple[str, ...]) -> str:
    named = ", ".join(f"`{topic}`" for topic in topics)
    return f"Topic {named}" if len(topics) == 1 else f"Topics {named}"


def _schemas_by_topics() -> dict[tuple[str, ...], list[dict[str, Any]]]:
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for schema in _schemas():
        found.setdefault(tuple(schema["x-topic"]), []).append(schema)
    return found


def _schemas() -> Iterator[dict[str, Any]]:
    for file in sorted((ROOT / "events" / "schemas").glob("*.json")):
        yield json.loads(file.read_text())


def main(arguments: list[str]) -> int:
    """Writes the pages and returns 0; with `--check`, writes nothing and returns 1 when a page is
    not current."""
    wanted = {PAGES / name: text for name, text in rendered_pages().items()}
    return write_or_check(
        arguments,
        wanted=wanted,
        existing=filter(Path.exists, wanted),
        shown=lambda file: f"docs/api/{file.name}",
        remedy="make api-reference",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
