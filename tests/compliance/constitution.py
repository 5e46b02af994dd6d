"""What must never break, claim by claim, with the tests that hold it."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from shared.kit.models import Model
from tests.compliance.area import Area

NAME = "constitution"
SOURCE = Path("docs/compliance/constitution.toml")
PAGE = Path("docs/compliance/constitution.md")
DOMAIN = Path("docs/domain.md")
_SECTION = re.compile(r"^## Never broken$(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_NUMBERED = re.compile(r"^(\d+)\. (.*?)(?=^\d+\. |\Z)", re.DOTALL | re.MULTILINE)


class Claim(Model):
    """One thing that is promised: held by tests, or by what does not exist yet. `invariant` is its
    number in the domain; 0 is a rule of another section."""

    invariant: int = 0
    claim: str
    tests: tuple[str, ...] = ()
    unmet: str = ""


def read_claims(root: Path) -> tuple[Claim, ...]:
    """The claims in their order."""
    document = tomllib.loads((root / SOURCE).read_text(encoding="utf-8"))
    return tuple(Claim.model_validate(each) for each in document["claim"])


def read_invariants(page: str) -> dict[int, str]:
    """The numbered sentences of "Never broken", each on one line."""
    section = _SECTION.search(page)
    if section is None:
        raise ValueError("the domain has no section named Never broken")
    return {int(match[1]): " ".join(match[2].split()) for match in _NUMBERED.finditer(section[1])}


def judge(
    claims: tuple[Claim, ...], invariants: Mapping[int, str], missing: list[str], *, current: bool
) -> Area:
    """Every invariant has its claims, every claim its tests or what is missing, and the page says
    so."""
    wrong = list(missing)
    numbers = {claim.invariant for claim in claims}
    wrong += [f"invariant {n} has no claim" for n in sorted(invariants.keys() - numbers)]
    wrong += [f"{n} is no invariant" for n in sorted(numbers - invariants.keys() - {0})]
    for claim in claims:
        if bool(claim.tests) == bool(claim.unmet):
            wrong.append(f"{claim.claim!r} needs tests, or says why it has none")
    if not current:
        wrong.append(f"{PAGE} is not what {SOURCE} says: python -m tests.compliance --write")
    unmet = [f"{claim.invariant}: {claim.claim}: {claim.unmet}" for claim in claims if claim.unmet]
    return Area(NAME, len(claims) - len(unmet), tuple(wrong), tuple(unmet))


def render(claims: tuple[Claim, ...], invariants: Mapping[int, str]) -> str:
    """The page."""
    lines = [
        "# The constitution, and what holds it",
        "",
        f"Generated from `{SOURCE}` and [the domain](../domain.md#never-broken) by"
        " `python -m tests.compliance --write`;",
        "`make audit` fails where a test named here does not exist or is not run.",
        "",
    ]
    for number, text in invariants.items():
        lines += [f"## {number}", "", f"> {text}", "", *_table(claims, number), ""]
    lines += ["## Other rules of the domain", "", *_table(claims, 0)]
    return "\n".join(lines) + "\n"


def _table(claims: tuple[Claim, ...], number: int) -> list[str]:
    rows = ["| claim | held by |", "|---|---|"]
    for claim in claims:
        if claim.invariant == number:
            held = "<br>".join(f"`{test}`" for test in claim.tests)
            rows.append(f"| {claim.claim} | {held or f'**not met**: {claim.unmet}'} |")
    return rows
