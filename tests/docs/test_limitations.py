"""What docs/LIMITATIONS.md says the rules cannot see, they do not see: the page is neither better
nor worse than the code."""

import re
from pathlib import Path

import pytest

from functions.agents.rules.judgement import judge
from functions.agents.rules.spec import Spec
from tests.functions.agents.specs import read_spec

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "LIMITATIONS.md"
SPEC = ROOT / "emulators" / "demo" / "specs" / "clinic-content-writer.yaml"

_ROW = re.compile(r'^  \| "(.+)" \| .+ \|$', re.MULTILINE)
UNSEEN = _ROW.findall(PAGE.read_text(encoding="utf-8"))


def _with_right(text: str) -> Spec:
    document = read_spec(SPEC.read_bytes()).document()
    document["decision_rights"]["alone"].append(text)
    return Spec.model_validate(document)


def test_the_page_lists_what_is_not_seen() -> None:
    assert len(UNSEEN) >= 5


@pytest.mark.parametrize("text", UNSEEN)
def test_what_the_page_lists_as_unseen_is_unseen(text: str) -> None:
    # Caught by now? All the better: take the line out of the page.
    assert judge(_with_right(text)).outcome == "ethics_cleared"


def test_the_same_in_plain_words_is_blocked() -> None:
    assert judge(_with_right("Publishes without review")).outcome == "blocked"
