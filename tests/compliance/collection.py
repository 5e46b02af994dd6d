"""Which tests exist: collected by pytest, and in a folder that `make test` or the night runs."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

_RUN = re.compile(r"(?:\$\((?:PYTEST|PLAIN)\)|-m pytest)(.*)")


def collected_tests(root: Path, references: Iterable[str]) -> frozenset[str]:
    """The tests `file::name` that pytest finds in the files of `references`, without parameters."""
    files = sorted({reference.partition("::")[0] for reference in references})
    there = [name for name in files if (root / name).is_file()]
    if not there:
        return frozenset()
    options = ("--collect-only", "-p", "no:cacheprovider", "-m", "")  # The nightly ones too.
    command = [sys.executable, "-m", "pytest", *options, *there]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    ids = (line.partition("[")[0] for line in answer.stdout.splitlines() if "::" in line)
    return frozenset(ids)


def run_by_make(makefile: str) -> tuple[str, ...]:
    """The folders of tests that the targets of `make test` name."""
    return tuple(
        word for match in _RUN.finditer(makefile) for word in match[1].split() if "tests/" in word
    )


def missing_tests(
    references: Iterable[str], collected: frozenset[str], folders: Iterable[str]
) -> list[str]:
    """The references that nobody runs, with why."""
    run = tuple(f"{folder}/" for folder in folders)
    wrong = []
    for reference in sorted(set(references)):
        if reference not in collected:
            wrong.append(f"{reference}: pytest collects no such test")
        elif not reference.startswith(run):
            wrong.append(f"{reference}: no target of `make test` runs it")
    return wrong
