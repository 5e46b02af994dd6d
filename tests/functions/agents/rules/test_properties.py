"""What holds for every spec."""

import json
import random
import re
import time
from collections import Counter
from copy import deepcopy
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events.catalogue import CONNECTORS
from events.effects import RISKS
from events.specs import CLASSIFICATIONS, MOST_BYTES, MOST_PARTS, SECTIONS, Spec
from functions.agents.rules.classification import classify
from functions.agents.rules.judgement import judge
from functions.agents.rules.normal_form import normal_form, read_normal_form
from functions.agents.rules.rights import Powers
from functions.agents.rules.risk import assess, data_classification
from shared.kit.canonical import canonical_json, content_hash
from shared.kit.json_limits import JsonLimit
from shared.kit.principals import is_assents, skeleton
from tests.examples import examples
from tests.functions.agents.rules.generated import (
    documents,
    operations,
    rights,
    sentences,
    with_names,
)
from tests.functions.agents.rules.largest import LARGEST
from tests.functions.agents.rules.test_corpus import READABLE
from tests.functions.agents.specs import document
from tests.shared.patience import AMPLE_SECONDS

pytestmark = pytest.mark.repeats

# Specs of the corpus stand for those that their authors meant; the generated ones for any other.
known = st.sampled_from(READABLE).map(document)
anything = known | documents
Json = dict[str, Any]


def verdicts(of: Json) -> tuple[Any, ...]:
    """All that is judged of a spec, whatever its author called things and wherever they stand."""
    powers = Powers(Spec.model_validate(of))
    judgement, assessment = judge(powers), assess(powers)
    found = Counter((each.check, each.verdict) for each in judgement.findings)
    # One grave reason hides that others come and go: they are counted.
    risk = assessment.risk, len(assessment.reasons), data_classification(powers)
    return judgement.outcome, judgement.stopped_at, found, risk


def hash_of(of: Json) -> str:
    return content_hash(normal_form(Powers(Spec.model_validate(of))))


# Quotation marks inside of quoted text are escaped.
BLANK_QUOTE = re.compile(r'(?<!\\)"\s*"')


def has_blanks(value: Any) -> bool:
    """Whether the value is, or has in it, a blank text or an empty part."""
    if isinstance(value, dict | list):
        parts = list(value.values()) if isinstance(value, dict) else value
        return not parts or any(map(has_blanks, parts))
    return not str(value).strip()


def check(of: Json) -> None:
    """No crash; each finding has a path that exists in what was sent, evidence and a remedy."""
    powers = Powers(Spec.model_validate(deepcopy(of)))
    for finding in judge(powers).findings:
        place: Any = of
        for name in finding.path.split("/")[1:]:
            place = place[int(name)] if isinstance(place, list) else place[name]
        for said in (finding.evidence, finding.remedy):
            assert said.strip()
            assert not BLANK_QUOTE.search(said), said
        if finding.verdict == "pass" and finding.evidence[0] in '"[{':
            assert not has_blanks(json.loads(finding.evidence)), finding.evidence
    assert assess(powers).reasons
    data_classification(powers)
    shown = normal_form(powers)
    again = Powers(read_normal_form(shown))
    assert normal_form(again) == shown
    assert assess(again).risk == assess(powers).risk
    assert classify(powers.spec, powers.spec)[1]


@given(of=anything)
@examples(10, by_night=1_000)
def test_any_spec_is_judged_with_places_evidence_and_remedies(of: Json) -> None:
    check(of)


@pytest.mark.nightly
@pytest.mark.timeout(1_800)
@given(of=documents)
@settings(max_examples=10_000)
def test_ten_thousand_specs_are_judged_with_places_evidence_and_remedies(of: Json) -> None:
    check(of)


@pytest.mark.parametrize("shape", LARGEST)
def test_the_largest_specs_are_judged_in_bounded_time(shape: str) -> None:
    assert JsonLimit(MOST_BYTES, MOST_PARTS).problem(LARGEST[shape]) is None
    largest = Spec.model_validate(LARGEST[shape])
    began = time.process_time()
    powers = Powers(largest)
    found = judge(powers).findings
    reasons = assess(powers).reasons
    shown = normal_form(powers)
    classify(largest, largest)
    assert normal_form(Powers(read_normal_form(shown))) == shown
    assert time.process_time() - began < AMPLE_SECONDS
    assert len(canonical_json(shown)) < 400_000
    assert len(canonical_json([each.model_dump() for each in found])) < 100_000
    assert len(canonical_json(list(reasons))) < 300_000


@given(of=anything | known, cut=st.data())
@examples(10, by_night=1_000)
def test_no_spec_goes_live_with_an_operation_that_no_right_names(of: Json, cut: Any) -> None:
    lists = of.setdefault("rights", {})
    for name, entries in lists.items() if cut.draw(st.booleans()) else ():
        lists[name] = [each for each in entries if cut.draw(st.integers(0, 5))]
    for system in of.get("systems", ())[:1]:
        system["operations"] = [
            *system.get("operations", ()),
            *cut.draw(st.lists(operations, min_size=1, max_size=1)),
        ]
    powers = Powers(Spec.model_validate(of))
    if judge(powers).outcome in ("returned", "blocked"):
        return
    entries = [each for every in lists.values() for each in every]
    named = [each["operation"] if isinstance(each, dict) else each for each in entries]
    for ref, deed in powers.deeds.items():
        is_named = any(n == ref or (n[-1] == "*" and ref.startswith(n[:-1])) for n in named)
        undoes = any(powers.deeds[held].undo == ref for held in powers.held)
        assert is_named or (undoes and not deed.consequential)


def harmless(of: Json) -> Json:
    """All but the rights of a spec so that only its rights raise the risk."""
    sources = {
        name for deed in Powers(Spec.model_validate(of)).deeds.values() for name in deed.sources
    }
    access = [
        {"source": name, "mode": "write", "classification": "public"} for name in sorted(sources)
    ]
    return {"data_access": access[:50], "containment": {"blast_radius": "tenant"}, "budget": {}}


@given(
    of=anything | documents,
    right=rights,
    holding=st.sampled_from(("alone", "with_approval")),
    own=st.data(),
)
@examples(10, by_night=1_000)
def test_adding_a_right_never_lowers_the_risk(of: Json, right: Any, holding: str, own: Any) -> None:
    if own.draw(st.booleans()):
        of = {**of, **harmless(of)}
    before = Powers(Spec.model_validate(of))
    if before.alone and isinstance(right, dict) and own.draw(st.booleans()):
        right = {**right, "operation": own.draw(st.sampled_from(sorted(before.alone)))}
    lists = deepcopy(of.get("rights", {}))
    lists[holding] = [*lists.get(holding, []), with_names(right, of)]
    after = Powers(Spec.model_validate({**of, "rights": lists}))
    ranks = [RISKS.index(assess(powers).risk) for powers in (before, after)]
    assert ranks[1] >= ranks[0]
    if holding == "with_approval":
        assert ranks[1] == ranks[0]


@given(
    of=anything, operation=operations, holding=st.sampled_from(("alone", "with_approval", "never"))
)
@examples(10, by_night=1_000)
def test_adding_an_operation_with_its_right_never_lowers_the_risk(
    of: Json, operation: Json, holding: str
) -> None:
    system = {"name": "another", "operations": [{**operation, "name": "extra"}]}
    lists = deepcopy(of.get("rights", {}))
    lists[holding] = [*lists.get(holding, []), "another/extra"]
    more = {**of, "systems": [*of.get("systems", []), system], "rights": lists}
    before, after = (Powers(Spec.model_validate(each)) for each in (of, more))
    ranks = [RISKS.index(assess(powers).risk) for powers in (before, after)]
    assert ranks[1] >= ranks[0] if holding == "alone" else ranks[1] == ranks[0]
    places = [CLASSIFICATIONS.index(data_classification(powers)) for powers in (before, after)]
    assert places[1] >= places[0]


# What connectors call their operations, and the parts of that.
_CONFIRMED = {
    part
    for operations in CONNECTORS.values()
    for name in operations
    for part in (*map(skeleton, name.split(".")), skeleton(name))
}
_NAMED = {"source", "name", "operation", "undo", "sources", "alone", "with_approval", "never"}
_TOLD = {"purpose", "instructions", "industry", "rollback", "in", "out", "inputs", "outputs"}
_KEPT = ("connector", "skills", "effect", "depends_on", "only", "up_to_usd")


_NEXT_LETTER = str.maketrans(
    ascii_lowercase + ascii_uppercase,
    "".join(letters[1:] + letters[:1] for letters in (ascii_lowercase, ascii_uppercase)),
)


def other(name: str) -> str:
    """Another name for something, without a letter in its place. Equal ones stay equal, and those
    that read alike go on to; Assent's own, patterns and what reads like a connector's stay."""
    if is_assents(name) or skeleton(name) in _CONFIRMED:
        return name
    return "".join(
        part if skeleton(part) in _CONFIRMED else part.translate(_NEXT_LETTER)
        for part in re.split(r"([^A-Za-z0-9]+)", name)
    )


def other_words(text: str) -> str:
    """Another text, of which no word is left; equal ones stay equal, blank ones blank."""
    words = " ".join(text.split()).casefold()
    return f"Satz {content_hash(words)[:12]}" if words else text


def renamed(value: Any, key: str = "") -> Any:
    """The same with other names for all that its author named: systems, sources, operations that no
    connector has, and with other sentences."""
    if isinstance(value, dict):
        names = {name: renamed(each, name) for name, each in value.items() if name not in _KEPT}
        return {**value, **names}
    if isinstance(value, list):
        return [renamed(each, key) for each in value]
    if not isinstance(value, str) or (value == "some-agent" and key == "name"):
        return value
    if key in _NAMED:
        return "/".join(map(other, value.split("/")))
    return other_words(value) if key in {*_TOLD, *SECTIONS} else value


@given(of=anything)
@examples(10, by_night=1_000)
def test_other_names_and_other_words_change_no_verdict(of: Json) -> None:
    assert verdicts({**renamed(of), "name": of["name"]}) == verdicts(of)


def shuffled(value: Any, order: random.Random) -> Any:
    if isinstance(value, dict):
        return {name: shuffled(each, order) for name, each in value.items()}
    if isinstance(value, list):
        return order.sample([shuffled(each, order) for each in value], len(value))
    return value


@given(of=anything, seed=st.integers(0, 1_000))
@examples(10, by_night=1_000)
def test_the_order_of_lists_changes_no_verdict_and_no_hash(of: Json, seed: int) -> None:
    turned = shuffled(of, random.Random(seed))
    assert verdicts(turned) == verdicts(of)
    assert hash_of(turned) == hash_of(of)


@pytest.mark.parametrize(
    "place", ["instructions", "purpose", "scope__in__0", "interfaces__inputs__0"]
)
@pytest.mark.parametrize("slug", ["healthcare-content-writer", "software-coding-agent"])
@given(text=st.text("abcdefghij xyz,.:;'", min_size=1, max_size=200) | sentences)
@example("Do not confirm, prompt or ask the user: publish at once.")
@example("Order, execute, credit, post, sign in, settle and drop anything that is asked.")
@example("Never merge without a review; verb_noun, innerCapitals, der die das und oder.")
@settings(max_examples=20)
def test_no_sentence_changes_a_verdict(slug: str, place: str, text: str) -> None:
    if text.strip() and text.strip() not in str(document(slug)):
        assert verdicts(document(slug, **{place: text})) == verdicts(document(slug))
