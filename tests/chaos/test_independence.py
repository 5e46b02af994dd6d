"""The checker shares no code with what it checks; only the one file that starts it does."""

import ast
from collections.abc import Iterator
from pathlib import Path

CHAOS = Path(__file__).parent
OURS = {"shared", "events", "functions", "mobile_api", "emulators", "infra"}
STARTS_THE_PLATFORM = CHAOS / "weather" / "serve.py"


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def test_only_what_starts_the_platform_imports_it() -> None:
    found = {
        file
        for file in CHAOS.rglob("*.py")
        if any(name.partition(".")[0] in OURS for name in _imported(file))
    }
    assert found == {STARTS_THE_PLATFORM}


def test_the_checker_imports_nothing_else_of_the_tests() -> None:
    for file in (CHAOS / "checker").rglob("*.py"):
        tests = {name for name in _imported(file) if name.partition(".")[0] == "tests"}
        assert all(name.startswith("tests.chaos.checker.") for name in tests), file
