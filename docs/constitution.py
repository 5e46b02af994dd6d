"""`python -m docs.constitution [--check]`: writes what Assent itself forbids and allows as the
documents that every tenant can ask (`functions/knowledge/constitution`): the domain's rules, the
sixteen checks with what to write instead, and what no tenant's policy permits."""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from events.__main__ import write_or_check
from functions.agents.rules.checks.architecture import ARCHITECTURE
from functions.agents.rules.checks.ethics import ETHICS
from functions.agents.rules.checks.genesis import GENESIS
from shared.policy.platform import platform_sources

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "functions" / "knowledge" / "constitution"
DOMAIN = ROOT / "docs" / "domain.md"
# What says what something is called, and no rule.
_LEFT_OUT = ("Words",)
_DRAWING = re.compile(r"^```mermaid\n.*?^```\n", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_WHY = re.compile(r"\s?\(\[(?:why[^\]]*|how)\]\([^)]+\)(?:, \[[^\]]+\]\([^)]+\))*\)")
_SECTION = re.compile(r"^## ", re.MULTILINE)
_CHECK_ROW = re.compile(r"^\| ([a-z][a-z -]+) \| (.+) \|$", re.MULTILINE)
_POLICY = re.compile(
    r'@id\("([^"]+)"\)(?:\s*@refusal\("[^"]+"\))?\s*@because\("([^"]+)"\)\s*forbid'
)
_HOLE = "…"


def rendered() -> dict[Path, str]:
    """The text of each document, by its file."""
    domain = DOMAIN.read_text()
    return {
        FOLDER / "domain.md": _domain(domain),
        FOLDER / "checks.md": _checks(domain),
        FOLDER / "policies.md": _policies(),
    }


def _domain(text: str) -> str:
    sections = _SECTION.split(_DRAWING.sub("", text))[1:]
    kept = [f"## {each}" for each in sections if not each.startswith(_LEFT_OUT)]
    rules = _LINK.sub(r"\1", _WHY.sub("", "".join(kept)))
    return f"# What Assent allows and forbids\n\n{rules}"


def _checks(domain: str) -> str:
    objects_to = {name.replace("-", " "): said for name, said in _CHECK_ROW.findall(domain)}
    parts = ["# The sixteen checks of an agent's spec\n"]
    for check in (*GENESIS, *ARCHITECTURE, *ETHICS):
        name = check.name.replace("_", " ")
        remedies = sorted(set(_remedies(check.objections)))
        instead = "".join(f"- {each}\n" for each in remedies)
        parts.append(f"## {name}\n\nThe check {name} objects to {objects_to[name]}.\n")
        parts.append(f"What to write instead:\n\n{instead}" if instead else "")
    return "\n".join(each for each in parts if each)


def _remedies(objections: Callable[..., Any]) -> Iterator[str]:
    """What the source of a check says to write instead; what it fills in is an ellipsis."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(objections)))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(
            node.targets[0], ast.Name | ast.Tuple
        ):
            continue
        names = [each.id for each in ast.walk(node.targets[0]) if isinstance(each, ast.Name)]
        if "remedy" not in names:
            continue
        value = (
            node.value.elts[names.index("remedy")]
            if isinstance(node.value, ast.Tuple)
            else node.value
        )
        yield from filter(None, [_said(value)])


def _said(value: ast.expr) -> str | None:
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.JoinedStr):
        return "".join(
            str(each.value) if isinstance(each, ast.Constant) else _HOLE for each in value.values
        )
    return None


def _policies() -> str:
    parts = ["# What no tenant's policy permits\n"]
    for source in platform_sources():
        for name, because in _POLICY.findall(source.text):
            title = name.replace("-", " ")
            parts.append(f"## {title}\n\nThe platform forbids this ({title}): {because}.\n")
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Writes the documents and returns 0; with `--check`, writes nothing and returns 1 where one
    of them is not what the rules say."""
    return write_or_check(
        arguments,
        wanted=rendered(),
        existing=FOLDER.glob("*.md"),
        shown=lambda file: str(file.relative_to(ROOT)),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
