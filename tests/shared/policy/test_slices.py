"""What decides a recorded decision again: its record, and the sealed slice."""

from datetime import UTC, datetime

import pytest

from shared.kit.sealing import KEY_BYTES
from shared.policy import slices
from shared.policy.engine import Decision
from shared.policy.record import AnsweredRequest, Compact, Found, context_at, slice_text
from shared.policy.requests import Entity, Request, Uid
from shared.policy.slices import SliceKey, opened
from shared.policy.sources import Obligation
from shared.storage.firestore import TenantStore

AT = datetime(2030, 1, 7, 9, 30, tzinfo=UTC)
ADA, CLINIC = Uid("Principal", "ada"), Uid("Tenant", "clinic")
WHO = (
    Entity(ADA, {"tenant": CLINIC, "has_role": True}, (Uid("Role", "governor"),)),
    Entity(CLINIC),
)
KEY = SliceKey("clinic", bytes(range(KEY_BYTES)))


def _asked(resource: Uid = CLINIC, *obligations: Obligation) -> AnsweredRequest:
    request = Request(ADA, "agents.create", resource, context_at(AT))
    decision = Decision("allow", obligations, ("platform/roles/all",), (), "abc.1")
    return AnsweredRequest(request, WHO, (), decision, AT)


@pytest.mark.parametrize("resource", [CLINIC, Uid("Tenant", "other"), Uid("Agent", "agt_1")])
def test_a_record_with_its_entry_says_what_was_asked(resource: Uid) -> None:
    asked = _asked(resource)
    read = Compact.of(asked.compact("clinic", "0a"), "ada", "clinic", AT)
    assert read == (asked.request, asked.decision.determining, "0a")


def test_a_record_repeats_nothing_that_its_entry_says() -> None:
    plain = _asked().compact("clinic", "00" * 16)
    assert len(plain) < 130
    assert not any(each in plain for each in ("clinic", "ada", "2030"))
    assert '"o":[["log","x"]]' in _asked(CLINIC, Obligation("log", "x")).compact("clinic", "")


@pytest.mark.parametrize("record", ["", "7", "{}", '{"a":1}', '{"a":"x","d":[],"r":[]}', "[]"])
def test_what_is_no_record_is_refused(record: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Compact.of(record, "ada", "clinic", AT)


def test_a_slice_has_one_form_and_one_name_in_any_order() -> None:
    text = slice_text(WHO)
    assert text == slice_text(WHO[::-1]) == slice_text([each.as_json() for each in WHO])
    assert KEY.seal(text) == KEY.seal(text)
    assert KEY.seal(text).name != KEY.seal(slice_text(WHO[:1])).name


def test_a_sealed_slice_shows_nothing_and_opens_where_it_was_sealed() -> None:
    text = slice_text(WHO)
    name, sealed = KEY.seal(text)
    assert opened(KEY, sealed, name) == Found(text)
    assert b"ada" not in sealed
    other_key = SliceKey("clinic", bytes(KEY_BYTES))
    assert other_key.seal(text).name != name
    for key in (other_key, SliceKey("other", bytes(range(KEY_BYTES)))):
        assert opened(key, sealed, name) == Found("", "altered")


def test_a_slice_beside_an_event_opens_beside_no_other() -> None:
    _, sealed = KEY.seal("[]", "evt_1")
    assert opened(KEY, sealed, about="evt_1") == Found("[]")
    for about in ("evt_2", ""):
        assert opened(KEY, sealed, about=about) == Found("", "altered")


def test_what_lies_under_another_name_or_was_altered_is_told() -> None:
    name, sealed = KEY.seal("[]")
    other = KEY.seal("[1]")
    for stored in (other.sealed, sealed[:-1], sealed + b"x", b"", "text", None):
        assert opened(KEY, stored, name) == Found("", "altered")


def test_a_process_remembers_a_bounded_number_of_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "assent-test")
    monkeypatch.setattr(slices, "_MOST_REMEMBERED", 3)
    store = TenantStore("clinic")
    for number in range(5):
        slices.note_stored(store, f"{number}")
    assert [each[-1] for each in slices._stored][-3:] == ["2", "3", "4"]
