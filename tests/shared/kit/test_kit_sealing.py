"""A sealed text opens for its own key alone, and nobody can send one."""

import json
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.digests import wrapping_key
from shared.kit.errors import Invalid
from shared.kit.plain_text import refuse_odd_text
from shared.kit.sealing import (
    ERASED,
    KEY_BYTES,
    SealBroken,
    SubjectKey,
    is_sealed,
    open_all,
    subjects_in,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def key(subject: str = "mara", tenant: str = "clinic") -> SubjectKey:
    return SubjectKey(tenant, subject, secrets.token_bytes(KEY_BYTES))


MARA, PAUL = key(), key("paul@clinic.example")
KEYS = {each.subject: each for each in (MARA, PAUL)}


@given(TEXTS, TEXTS)
def test_what_is_sealed_in_a_text_opens_and_the_rest_stays(text: str, around: str) -> None:
    sealed = f"{around} {MARA.seal(text)} and {PAUL.seal(text)}"
    assert open_all(sealed, KEYS) == f"{around} {text} and {text}"
    assert open_all(sealed, {}) == f"{around} {ERASED} and {ERASED}"
    assert subjects_in(sealed) == {"mara", "paul@clinic.example"}


@given(TEXTS)
def test_what_is_sealed_in_json_opens_as_json(text: str) -> None:
    sealed = json.dumps({"note": MARA.seal(text)}, ensure_ascii=False)
    assert json.loads(open_all(sealed, KEYS, in_json=True)) == {"note": text}


def test_the_same_text_is_sealed_alike_and_another_is_not() -> None:
    assert MARA.seal("No.") == MARA.seal("No.")
    assert MARA.seal("No.") != MARA.seal("No")
    assert MARA.seal("No.") != key().seal("No.")


def test_a_text_under_an_earlier_key_is_erased_under_the_next() -> None:
    sealed = key().seal("Before.")
    assert open_all(sealed, KEYS) == ERASED


@pytest.mark.parametrize(("tenant", "subject"), [("bank", "mara"), ("clinic", "paul")])
def test_a_text_that_is_moved_to_another_tenant_or_person_does_not_open(
    tenant: str, subject: str
) -> None:
    elsewhere = SubjectKey(tenant, subject, MARA.key)
    sealed = MARA.seal("No.").replace("mara/", f"{subject}/")
    with pytest.raises(SealBroken):
        open_all(sealed, {subject: elsewhere})


def test_an_altered_text_does_not_open() -> None:
    sealed = MARA.seal("No, because it pays twice.")
    place = len(sealed) - 5
    other = "A" if sealed[place] != "A" else "B"
    with pytest.raises(SealBroken):
        open_all(sealed[:place] + other + sealed[place + 1 :], KEYS)


def test_nobody_can_send_a_sealed_text() -> None:
    with pytest.raises(Invalid):
        refuse_odd_text({"note": f"Look: {MARA.seal('No.')}"})
    with pytest.raises(Invalid):
        refuse_odd_text({MARA.seal("No."): 1})


@pytest.mark.parametrize("text", ["", "No.", "\ue000", "\ue000mara/\ue001", "\ue001\ue000"])
def test_other_texts_are_not_sealed_ones(text: str) -> None:
    assert not is_sealed(text)
    assert open_all(text, KEYS) == text


def test_each_thing_has_a_wrapping_key_of_its_own() -> None:
    about = [("tenant", "a"), ("tenant", "b"), ("subject", "a"), ("tenant", "a", "b")]
    assert len({wrapping_key(bytes(32), *each) for each in about}) == len(about)
