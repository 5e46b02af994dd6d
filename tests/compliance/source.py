"""What the code that runs in the cloud says, read without running it."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

N = TypeVar("N", bound=ast.AST)

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
def _nodes() -> dict[type[ast.AST], list[tuple[str, ast.AST]]]:
    found = defaultdict[type[ast.AST], list[tuple[str, ast.AST]]](list)
    for module, tree in modules().items():
        for node in ast.walk(tree):
            found[type(node)].append((module, node))
    return found


def nodes(kind: type[N]) -> list[tuple[str, N]]:
    """Each node of that kind, and of no kind below it, with its module."""
    return cast("list[tuple[str, N]]", _nodes()[kind])


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """Each call: its module, the dotted name that is called, the call."""
    return tuple(_calls())


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    for module, node in nodes(ast.Call):
        yield module, _name(node.func), node


def _name(function: ast.expr) -> str:
    """As `ast.unparse` writes it, which takes thirty times as long for what is only names."""
    parts, inner = [], function
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        return ast.unparse(function)
    return ".".join([inner.id, *reversed(parts)])


@cache
def imports() -> tuple[tuple[str, str], ...]:
    """Each import: its module, the dotted name that is imported."""
    return tuple(_imports())


def _imports() -> Iterator[tuple[str, str]]:
    for module, node in nodes(ast.Import):
        yield from ((module, alias.name) for alias in node.names)
    for module, each in nodes(ast.ImportFrom):
        if each.module:
            yield from ((module, f"{each.module}.{alias.name}") for alias in each.names)
