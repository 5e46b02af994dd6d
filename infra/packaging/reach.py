"""What a deployable imports, found in the source without running it."""

import ast
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from infra.packaging.data_files import files_beside
from infra.packaging.failures import PackagingError
from infra.packaging.syntax import Imported, imported_by, of_target, uncertain_functions
from shared.manifest import Deployable

# What every function may bring along; anything else of the checkout is refused.
_COMMON = ("shared", "events")


@dataclass
class Reach:
    """`files` of the checkout, relative to its root; each `foreign` name with who imports it."""

    files: set[Path] = field(default_factory=set)
    foreign: dict[str, Path] = field(default_factory=dict)


def reach_of(deployable: Deployable, root: Path) -> Reach:
    """Every file of the checkout that the deployable's target can import, late imports and parent
    packages included; the data files that those modules open; the foreign names they import.

    The entry file counts as far as its target goes: what only the other target imports is left
    out. Raises PackagingError for an import of another function, of tests, tools or nothing that
    exists, and for one whose name is computed where it could run."""
    return _Walk(deployable, root).run()


class _Walk:
    def __init__(self, deployable: Deployable, root: Path) -> None:
        self._root = root
        self._deployable = deployable
        self._entry = deployable.source.relative_to(root)
        self._own = (*_COMMON, ".".join(deployable.folder.relative_to(root).parts))
        self._reach = Reach()
        self._pending: deque[Path] = deque()
        self._trees: dict[Path, ast.Module] = {}

    def run(self) -> Reach:
        self._add_parents(self._entry)
        self._add(self._entry)
        while self._pending:
            self._follow(self._pending.popleft())
        self._refuse_computed_imports()
        return self._reach

    def _follow(self, file: Path) -> None:
        tree = ast.parse((self._root / file).read_text(), filename=str(file))
        if file == self._entry:
            tree = of_target(tree, self._deployable.target)
        self._trees[file] = tree
        for imported in imported_by(tree, package=_package_of(file)):
            self._add_import(imported, file)
        for data in files_beside(tree, self._root / file):
            if not data.is_relative_to(self._root):
                raise PackagingError(f"{file} reads {data}, outside the checkout")
            self._reach.files.update(path.relative_to(self._root) for path in _regular(data))

    def _add_import(self, imported: Imported, importer: Path) -> None:
        top = imported.module.partition(".")[0]
        if not (self._root / top / "__init__.py").is_file():
            for name in imported.names():
                self._reach.foreign.setdefault(name, importer)
            return
        found = _locate(self._root, imported.module)
        if found is None:
            raise PackagingError(f"{importer} imports {imported.module}, which does not exist")
        self._admit(imported.module, importer)
        self._add(found)
        for name in imported.members:
            submodule = _locate(self._root, f"{imported.module}.{name}")
            if submodule is not None:
                self._add(submodule)

    def _admit(self, module: str, importer: Path) -> None:
        if not any(module == own or module.startswith(f"{own}.") for own in self._own):
            raise PackagingError(
                f"{importer} imports {module}, which {self._deployable.name} lacks"
            )

    def _add(self, file: Path) -> None:
        if file not in self._reach.files:
            self._reach.files.add(file)
            self._pending.append(file)
            self._add_parents(file)

    def _add_parents(self, file: Path) -> None:
        for folder in file.parents:
            init = folder / "__init__.py"
            if folder != Path() and (self._root / init).is_file():
                self._add(init)

    def _refuse_computed_imports(self) -> None:
        """A computed import hides its module from us; it is harmless where nothing that is packed
        names the function that makes it."""
        for file, tree in self._trees.items():
            for function in uncertain_functions(tree):
                if function is None or any(
                    function in _names(other) for other in self._others(tree)
                ):
                    raise PackagingError(f"{file} computes what it imports, in {function or 'it'}")

    def _others(self, tree: ast.Module) -> Iterator[ast.Module]:
        return (other for other in self._trees.values() if other is not tree)


def _names(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.add(node.name)
    return found


def _package_of(file: Path) -> str:
    return ".".join(file.parent.parts)


def _locate(root: Path, module: str) -> Path | None:
    """The file of `module`; of a package, its `__init__.py`."""
    path = Path(*module.split("."))
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if (root / candidate).is_file():
            return candidate
    return None


def _regular(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (found for found in path.rglob("*") if _is_source(found))
    else:
        yield path


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts
