"""What docs/LIMITATIONS.md says the rules do not look at, they do not look at: the page is neither
better nor worse than the code."""

import re
from pathlib import Path

import pytest

from events.specs import Spec
from functions.agents.rules.judgement import judge
from functions.agents.rules.rights import Powers
from tests.functions.agents.specs import ESCALATES, document

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "LIMITATIONS.md"

_ROW = re.compile(r'^  \| "(.+)" \| .+ \|$', re.MULTILINE)
SENTENCES = _ROW.findall(PAGE.read_text(encoding="utf-8"))
PROSE = (
    "instructions",
    "purpose",
    "scope__in__0",
    "escalation_triggers__0",
    "interfaces__inputs__0",
)


def test_the_page_lists_sentences() -> None:
    assert len(SENTENCES) >= 5


@pytest.mark.parametrize("place", PROSE)
@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_changes_no_verdict(text: str, place: str) -> None:
    told = Spec.model_validate(document(**{place: text}))
    assert judge(Powers(told)).outcome == "ethics_cleared"


def test_the_right_that_a_sentence_speaks_of_goes_to_a_person() -> None:
    told = Spec.model_validate(document(instructions=SENTENCES[0], **ESCALATES))
    assert judge(Powers(told)).outcome == "escalated"
