"""Files that a module opens beside itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

from infra.packaging.failures import PackagingError


def files_beside(tree: ast.Module, file: Path) -> Iterator[Path]:
    """What the module's expressions over `Path(__file__)` name. Raises PackagingError for a use of
    `__file__` that cannot be told from the source, and for a file that does not exist."""
    uses = sum(isinstance(node, ast.Name) and node.id == "__file__" for node in ast.walk(tree))
    for node in _outermost(tree):
        path = _evaluate(node, file)
        if path is None or not path.exists():
            raise PackagingError(f"{file}:{node.lineno}: {ast.unparse(node)} names no file")
        uses -= 1
        yield path
    if uses:
        raise PackagingError(f"{file} uses __file__ in a way that hides which file is read")


def _outermost(tree: ast.AST) -> Iterator[ast.expr]:
    """The widest path expressions, so that `Path(__file__).parent / "a"` is one."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.expr) and _is_path(child):
            yield child
        else:
            yield from _outermost(child)


def _is_path(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="Path"), args=[ast.Name(id="__file__")]):
            return True
        case ast.Call(func=ast.Attribute(value=inner, attr="resolve"), args=[]):
            return _is_path(inner)
        case ast.Attribute(value=inner, attr="parent" | "parents"):
            return _is_path(inner)
        case ast.Subscript(value=inner) | ast.BinOp(left=inner, op=ast.Div()):
            return _is_path(inner)
    return False


def _evaluate(node: ast.expr, file: Path) -> Path | None:
    match node:
        case ast.Call(func=ast.Name(id="Path")):
            return file
        case ast.Call(func=ast.Attribute(value=inner)):
            return _evaluate(inner, file)
        case ast.Attribute(value=inner, attr="parent"):
            path = _evaluate(inner, file)
            return path.parent if path else None
        case ast.Subscript(value=ast.Attribute(value=inner), slice=ast.Constant(value=int(up))):
            path = _evaluate(inner, file)
            return path.parents[up] if path else None
        case ast.BinOp(left=inner, right=ast.Constant(value=str(name))):
            path = _evaluate(inner, file)
            return path / name if path else None
    return None
