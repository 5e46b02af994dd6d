"""The OWASP Application Security Verification Standard, line by line: what holds it, or why not."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from shared.kit.models import Model
from tests.compliance.area import Area

NAME = "OWASP ASVS, levels 1 and 2"
SOURCE = Path("docs/compliance/asvs.toml")
PAGE = Path("docs/compliance/asvs.md")
HIGHEST_LEVEL = 2

Standing = Literal["held", "documented", "provided", "not met", "does not apply"]


class Line(Model):
    """One requirement: held by `tests`, documented on a `page`, `provided` by what we run on,
    `unmet` with what would close it, or `apart` because it asks about something we do not have."""

    id: str
    title: str
    tests: tuple[str, ...] = ()
    page: str = ""
    provided: str = ""
    unmet: str = ""
    apart: str = ""

    @property
    def standing(self) -> Standing:
        if self.unmet:
            return "not met"
        if self.tests:
            return "held"
        if self.page:
            return "documented"
        return "provided" if self.provided else "does not apply"

    @property
    def answers(self) -> int:
        """How many of the answers that exclude each other are given."""
        return sum(map(bool, (self.tests or self.page or self.provided, self.unmet, self.apart)))


class Apart(Model):
    """Requirements, or whole sections of them, that ask about what this system does not have."""

    ids: tuple[str, ...]
    title: str
    reason: str


class Standard(Model):
    """The table. `levels` tells, for each section, the level of its requirements in order."""

    version: str
    published: str
    source: str
    levels: dict[str, str]
    line: tuple[Line, ...]
    apart: tuple[Apart, ...]


def read_standard(root: Path) -> Standard:
    return Standard.model_validate(tomllib.loads((root / SOURCE).read_text(encoding="utf-8")))


def required(standard: Standard) -> dict[str, int]:
    """Every requirement of the levels we answer for, with its level."""
    return {
        f"{section}.{number}": int(level)
        for section, levels in standard.levels.items()
        for number, level in enumerate(levels, start=1)
        if int(level) <= HIGHEST_LEVEL
    }


def all_lines(standard: Standard) -> Iterator[Line]:
    """The lines written out, then those that do not apply."""
    yield from standard.line
    wanted = required(standard)
    for apart in standard.apart:
        for id in apart.ids:
            members = [each for each in wanted if each == id or each.startswith(f"{id}.")]
            for member in members or [id]:
                yield Line(id=member, title=apart.title, apart=apart.reason)


def judge(standard: Standard, missing: list[str], pages: list[str], *, current: bool) -> Area:
    """Every requirement has one line and one answer; `pages` are those that do not exist."""
    lines = list(all_lines(standard))
    wanted, seen = required(standard), Counter(line.id for line in lines)
    wrong = list(missing)
    wrong += [f"{page}: there is no such page" for page in pages]
    wrong += [f"{id} has no line" for id in wanted if id not in seen]
    wrong += [f"{id} is no requirement of these levels" for id in seen if id not in wanted]
    wrong += [f"{id} has {times} lines" for id, times in seen.items() if times > 1]
    wrong += [f"{line.id} needs exactly one answer" for line in lines if line.answers != 1]
    if not current:
        wrong.append(f"{PAGE} is not what {SOURCE} says: python -m tests.compliance --write")
    unmet = [f"{line.id} {line.title}: {line.unmet}" for line in lines if line.unmet]
    return Area(NAME, len(lines) - len(unmet), tuple(wrong), tuple(unmet))


def render(standard: Standard) -> str:
    """The page."""
    lines = sorted(all_lines(standard), key=lambda line: _place(line.id))
    wanted = required(standard)
    counts = Counter(line.standing for line in lines)
    told = ", ".join(f"{counts[each]} {each}" for each in Standing.__args__)  # type: ignore[attr-defined]
    head = [
        f"# OWASP ASVS {standard.version}, levels 1 and 2",
        "",
        f"The [Application Security Verification Standard]({standard.source}) {standard.version}"
        f" ({standard.published}) is © The OWASP Foundation,",
        "[CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/). Numbers and levels are",
        "the standard's; titles and answers are in our own words, and this page is under the same"
        " licence.",
        "",
        f"Generated from `{SOURCE}` by `python -m tests.compliance --write`; `make audit` fails",
        "where a requirement has no line, or a test named here does not exist or is not run.",
        "",
        f"**{len(lines)} requirements: {told}.**",
        "",
        *_table("Not met, and what would close it", lines, wanted, ("not met",)),
        *_table("Held by tests", lines, wanted, ("held",)),
        *_table("Documented", lines, wanted, ("documented",)),
        *_table("Provided by what we run on", lines, wanted, ("provided",)),
        *_table("Does not apply", lines, wanted, ("does not apply",)),
    ]
    return "\n".join(head).rstrip() + "\n"


def _table(
    title: str, lines: list[Line], levels: dict[str, int], standings: tuple[Standing, ...]
) -> list[str]:
    rows = [f"## {title}", "", "| line | level | what it asks | answer |", "|---|---|---|---|"]
    for line in lines:
        if line.standing in standings:
            level = levels.get(line.id, "?")
            rows.append(f"| V{line.id} | {level} | {line.title} | {_answer(line)} |")
    return [*rows, ""]


def _answer(line: Line) -> str:
    if line.unmet or line.apart:
        return line.unmet or line.apart
    parts = [f"`{test}`" for test in line.tests]
    if line.page:
        path, _, anchor = line.page.partition("#")
        parts.append(f"[{path}](../../{line.page})" if anchor else f"[{path}](../../{path})")
    if line.provided:
        parts.append(line.provided)
    return "<br>".join(parts)


def _place(id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in id.split("."))
