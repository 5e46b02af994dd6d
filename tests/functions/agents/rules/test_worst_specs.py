"""The wordiest specs that are read are judged in little time."""

import gc
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from functions.agents.rules.classification import classify
from functions.agents.rules.judgement import judge
from functions.agents.rules.spec import MOST_PASSAGES, MOST_TEXT, Spec
from tests.functions.agents.specs import document
from tests.shared.patience import AMPLE_SECONDS

_RANDOM = random.Random(13)


def _deeds(joint: str) -> str:
    return joint.join(f"air o{_RANDOM.randrange(400)}" for _ in range(250))


TEXTS = {
    "honest": "the agent drafts an article about the clinic and sends it to the editor. " * 30,
    "commas": "a," * 1_000,
    "ands": "and a " * 333,
    "ors": "x, or " * 333,
    "labels": "never: may: a " * 140,
    "negations": "not " * 500,
    "sentences": "a. " * 666,
    "semicolons": "a; " * 666,
    "spaced letters": "a b c d e f " * 160,
    "disguised letters": "a0a0 " * 400,
    "guards": "blocks and stops, " * 110,
    "lacking": "without before unless until not " * 60,
    "deeds": "publish " * 250,
    "objects": _deeds(" "),
    "lists of deeds": _deeds(", "),
    "sentences of deeds": _deeds(". "),
    "detours": "approve its own request, skip approval, bypass the gate, " * 34,
    "participles": "and publishing " * 130,
    "data": "patient ssn password credit card medical records " * 40,
    "accents": "é" * 2_000,
    "stretched words": "autonom" + "a" * 1_990,
    "blanks": "alone" + " " * 1_990,
}


def full_of(text: str) -> Spec:
    """A spec with as much of the text as it may have, each time slightly different."""
    spec = document()
    spec["way_of_working"] = {}
    lists: list[list[str]] = [[] for _ in range(8)]
    for number in range((MOST_TEXT - 1_500) // min(len(text), 2_000)):
        lists[number % 8].append(f"{number} {text}"[:2_000])
    spec["scope"] = {"in": lists[0], "out": lists[1]}
    spec["decision_rights"] = {
        "alone": lists[2],
        "never": lists[3],
        "with_approval": lists[4],
    }
    spec["escalation_triggers"] = lists[5]
    spec["interfaces"] |= {"inputs": lists[6], "outputs": lists[7]}
    return Spec.model_validate(spec)


@pytest.fixture(autouse=True, scope="module")
def _own_garbage_only() -> Iterator[None]:
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("length", [200, 2_000])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_the_wordiest_spec_is_judged_in_bounded_time(text: str, length: int) -> None:
    spec = full_of(text[:length])
    began = time.process_time()
    judge(spec)
    assert time.process_time() - began < AMPLE_SECONDS


def test_many_operations_and_prohibitions_are_compared_in_bounded_time() -> None:
    spec = document()
    spec["external_systems"] = [
        {"name": "s", "reversible": True, "operations": ["pay"] * 50} for _ in range(7)
    ]
    spec["decision_rights"]["never"] = ["pay"] * 50
    read = Spec.model_validate(spec)
    began = time.process_time()
    judge(read)
    assert time.process_time() - began < AMPLE_SECONDS


@pytest.mark.parametrize("text", ["lists of deeds", "ors"])
def test_a_change_of_the_wordiest_spec_is_classified_in_bounded_time(text: str) -> None:
    before, after = full_of(TEXTS[text]), full_of(TEXTS[text][::-1])
    began = time.process_time()
    classify(before, after)
    assert time.process_time() - began < AMPLE_SECONDS


@pytest.mark.parametrize(
    "changes",
    [
        {"scope__in": ["x" * 2_000] * 10},
        {"escalation_triggers": ["x"] * 50, "scope__in": ["x"] * 50, "skills": ["x"] * 50}
        | {"external_systems": [{"name": "s", "reversible": True, "operations": ["x"] * 50}] * 8},
    ],
)
def test_a_spec_that_would_take_longer_is_refused_with_its_length(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=f"at most {MOST_TEXT} in {MOST_PASSAGES} are judged"):
        Spec.model_validate(document(**changes))
