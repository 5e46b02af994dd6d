"""`python -m docs.sdk [--check]`: writes shared/sdk/generated/ from docs/api/openapi.json, or says
which file is not current."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from docs.sdk_calls import chosen_operations, resource_names, resources
from docs.sdk_types import Json, model, reachable, sent_type
from events.__main__ import write_or_check

ROOT = Path(__file__).parents[1]
INTO = ROOT / "shared" / "sdk" / "generated"
_HEAD = '"""{says} `python -m docs.sdk` generates it from the OpenAPI document."""\n'
_ANSWERED = """
from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ..answers import Answered, Known

"""
_SENT = """
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

"""
# What `waiting` can wait for.
_WAITED = frozenset({"approvals", "runs"})
# Refusals that only pages, directories and other wires give, or that never reach a program.
_NOT_OURS = frozenset({"internal"})


def rendered_files(document: Json) -> dict[Path, str]:
    """Each generated module's text by its file."""
    schemas: Json = document["components"]["schemas"]
    calls = [resources(document, is_async=each) for each in (False, True)]
    answered, sent = _used_by(document)
    texts = {
        "__init__.py": _HEAD.format(says="What is generated."),
        "models.py": _HEAD.format(says="What the platform answers.")
        + _ANSWERED
        + "\n\n".join(_in_order({each: model(each, schemas[each]) for each in answered}, schemas)),
        "bodies.py": _HEAD.format(says="What the platform is sent.")
        + _SENT
        + "\n\n".join(_in_order({each: sent_type(each, schemas[each]) for each in sent}, schemas)),
        "refusals.py": _refusals(schemas["Problem"]["properties"]["code"]["x-codes"]),
        "clients.py": _clients(resource_names(document)),
        "resources.py": _HEAD.format(says="Calls, by what they are about.") + calls[0],
        "async_resources.py": _HEAD.format(says="Calls, awaited.") + calls[1],
    }
    return {INTO / name: text for name, text in _formatted(texts).items()}


def _used_by(document: Json) -> tuple[list[str], list[str]]:
    schemas = document["components"]["schemas"]
    operations = [each.operation for each in chosen_operations(document)]
    answers = [each["responses"] for each in operations]
    bodies = [each.get("requestBody", {}) for each in operations]
    return sorted(reachable(answers, schemas)), sorted(reachable(bodies, schemas))


def _in_order(texts: dict[str, str], schemas: Json) -> list[str]:
    """Aliases are values and come before what names them; classes name one another freely."""
    aliases = [text for name, text in texts.items() if "properties" not in schemas[name]]
    return aliases + [text for name, text in texts.items() if "properties" in schemas[name]]


def _clients(names: dict[str, str]) -> str:
    """What each client has: one attribute for each resource."""
    lines = [_HEAD.format(says="What clients have."), "from functools import cached_property\n"]
    lines.append("from .. import async_waiting, waiting")
    lines += [
        "from ..resource import AsyncClient, Client",
        "from . import async_resources, resources",
    ]
    for prefix, module in (("", "resources"), ("Async", "async_resources")):
        lines += ["", "", f"class {prefix}Resources({prefix}Client):"]
        lines.append(f'    """The calls of `{prefix}Assent`, by what they are about."""')
        for resource, name in names.items():
            own = module.replace("resources", "waiting") if resource in _WAITED else module
            lines += ["", "    @cached_property", f"    def {resource}(self) -> {own}.{name}:"]
            lines.append(f'        """Calls about {resource.replace("_", " ")}."""')
            lines.append(f"        return {own}.{name}(self)")
    return "\n".join(lines) + "\n"


def _refusals(codes: dict[str, Any]) -> str:
    classes = {
        code: "".join(each.capitalize() for each in code.split("_"))
        for code in sorted(codes.keys() - _NOT_OURS)
    }
    lines = [_HEAD.format(says="Each refusal by its code."), "from ..errors import Refused\n"]
    for code, name in classes.items():
        lines += ["", f"class {name}(Refused):", f'    """{codes[code]["means"]}."""', ""]
        lines += [f'    code = "{code}"', ""]
    lines += ["", "BY_CODE: dict[str, type[Refused]] = {each.code: each for each in ("]
    lines += [f"    {each}," for each in classes.values()]
    return "\n".join([*lines, ")}"]) + "\n"


def _formatted(texts: dict[str, str]) -> dict[str, str]:
    """The texts as ruff formats them."""
    found = {}
    for name, text in texts.items():
        command = [
            sys.executable,
            "-m",
            "ruff",
            "format",
            "--stdin-filename",
            str(INTO / name),
            "-",
        ]
        done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
        if done.returncode:
            raise ValueError(f"{name} is no Python: {done.stderr}\n{text[:2000]}")
        found[name] = done.stdout
    return found


def main(arguments: list[str]) -> int:
    """Writes the modules and returns 0; with `--check`, writes nothing and returns 1 when one is
    not current."""
    document = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text())
    return write_or_check(
        arguments,
        wanted=rendered_files(document),
        existing=INTO.glob("*.py"),
        shown=lambda file: f"shared/sdk/generated/{file.name}",
        remedy="make api-reference",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
