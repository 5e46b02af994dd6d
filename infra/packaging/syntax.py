"""Imports in a syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPUTED = {"import_module", "__import__", "find_spec", "spec_from_file_location"}


@dataclass(frozen=True)
class Imported:
    """`from module import members`, or `import module` without members."""

    module: str
    members: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Each name that may be a module: its owner is that of the longest one that exists."""
        return tuple(f"{self.module}.{member}" for member in self.members) or (self.module,)


def of_target(tree: ast.Module, target: str) -> ast.Module:
    """The module without the functions that `target` does not reach within it."""
    functions = {node.name: node for node in tree.body if isinstance(node, _FUNCTIONS)}
    rest = [node for node in tree.body if not isinstance(node, _FUNCTIONS)]
    reached: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    named = {target} | _loaded(rest)
    while new := [name for name in named if name in functions and name not in reached]:
        reached |= {name: functions[name] for name in new}
        named = _loaded([functions[name] for name in new])
    return ast.Module(body=[*rest, *reached.values()], type_ignores=[])


def imported_by(tree: ast.Module, *, package: str) -> Iterator[Imported]:
    """Every import that may run, wherever in the module it stands; those for type checkers do not
    run. A literal given to `import_module` counts as an import."""
    for node in _running(tree):
        if isinstance(node, ast.Import):
            yield from (Imported(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, package)
            yield Imported(module, tuple(alias.name for alias in node.names))
        elif isinstance(node, ast.Call) and (literal := _literal_import(node)) is not None:
            yield Imported(literal)


def uncertain_functions(tree: ast.Module) -> Iterator[str | None]:
    """The outermost function around each import whose name is computed; None outside of any."""
    for statement in tree.body:
        for node in _running(ast.Module(body=[statement], type_ignores=[])):
            if isinstance(node, ast.Call) and _imports(node) and _literal_import(node) is None:
                yield statement.name if isinstance(statement, _FUNCTIONS) else None


def _running(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _is_for_type_checkers(child.test):
            for statement in child.orelse:
                yield from _running(statement)
        else:
            yield from _running(child)


def _is_for_type_checkers(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def _imports(call: ast.Call) -> bool:
    called = call.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in _COMPUTED


def _literal_import(call: ast.Call) -> str | None:
    if not _imports(call) or len(call.args) != 1:
        return None
    argument = call.args[0]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return None


def _loaded(nodes: list[ast.stmt] | list[ast.FunctionDef | ast.AsyncFunctionDef]) -> set[str]:
    return {node.id for outer in nodes for node in ast.walk(outer) if isinstance(node, ast.Name)}
