"""What the code that runs in the cloud says, read without running it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOYED = ("functions", "mobile_api", "shared", "events")
# It runs at whoever calls Assent, and is in no image (`infra.archive`).
SDK = "shared/sdk"


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of what is deployed, by its path in the checkout."""
    found = (path for top in DEPLOYED for path in (ROOT / top).rglob("*.py"))
    paths = sorted(path for path in found if not path.is_relative_to(ROOT / SDK))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in paths}


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """Each call: its module, the dotted name that is called, the call."""
    return tuple(_calls())


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield module, ast.unparse(node.func), node


@cache
def imports() -> tuple[tuple[str, str], ...]:
    """Each import: its module, the dotted name that is imported."""
    return tuple(_imports())


def _imports() -> Iterator[tuple[str, str]]:
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((module, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((module, f"{node.module}.{alias.name}") for alias in node.names)
