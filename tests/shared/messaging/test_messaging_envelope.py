"""The envelope survives its trip as headers, and what is no event is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.kit.models import Data
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope, envelope_from_headers
from shared.messaging.log import logged_event
from shared.messaging.timers import timer_event

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
words = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)
instants = st.integers(0, 4_000_000_000_000).map(
    lambda milliseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
)
envelopes = st.builds(
    Envelope,
    id=words.filter(bool),
    type=words.filter(bool),
    source=words.filter(bool),
    subject=words.filter(bool),
    time=instants,
    tenantid=words,
    actorid=words,
    correlationid=words,
    causationid=words,
    sequence=st.integers(0, 10**9),
    traceparent=words,
    workspaceid=words,
    about=words,
    data=st.dictionaries(st.text(max_size=5), st.integers()).map(json.dumps),
    received_at=instants,
)
GOOD = {
    "ce-specversion": "1.0",
    "ce-id": "evt_1",
    "ce-type": "assent.order.placed.v1",
    "ce-source": "//assent/orders",
    "ce-subject": "order/ord_1",
    "ce-time": "2026-11-20T12:00:00.000Z",
}


@given(envelopes)
def test_an_envelope_survives_being_headers(event: Envelope) -> None:
    headers = {name.lower(): value for name, value in event.headers().items()}
    assert envelope_from_headers(headers, event.data.encode(), event.received_at) == event


@given(envelopes)
def test_an_envelope_survives_the_log(event: Envelope) -> None:
    stored = event.model_dump(mode="json")
    assert logged_event({**stored, "unpublished": True, "position": 0}, event.received_at) == event


@given(envelopes)
def test_no_attribute_is_empty_and_none_is_ours_alone(event: Envelope) -> None:
    attributes = event.attributes()
    assert all(attributes.values())
    assert "received_at" not in attributes
    assert "data" not in attributes


def test_a_tenant_or_an_actor_called_0_keeps_its_name() -> None:
    event = envelope_from_headers({**GOOD, "ce-tenantid": "0", "ce-actorid": "0"}, b"{}", NOW)
    assert (event.attributes()["tenantid"], event.attributes()["actorid"]) == ("0", "0")


def test_binary_mode_says_so() -> None:
    headers = envelope_from_headers(GOOD, b"", NOW).headers()
    assert headers["ce-specversion"] == "1.0"
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({"ce-specversion": "0.3"}, b"{}"),
        ({"ce-specversion": None}, b"{}"),
        ({"ce-id": None}, b"{}"),
        ({"ce-id": ""}, b"{}"),
        ({"ce-type": None}, b"{}"),
        ({"ce-type": ""}, b"{}"),
        ({"ce-source": None}, b"{}"),
        ({"ce-subject": None}, b"{}"),
        ({"ce-time": None}, b"{}"),
        ({"ce-time": "noon"}, b"{}"),
        ({"ce-time": "2026-11-20T12:00:00"}, b"{}"),
        ({"ce-time": "0001-01-01T00:00:00+14:00"}, b"{}"),
        ({"ce-sequence": "first"}, b"{}"),
        ({"ce-sequence": "-1"}, b"{}"),
        ({}, b"[]"),
        ({}, b'"text"'),
        ({}, b"no json"),
        ({}, b"\xff\xfe"),
        ({}, b"[" * 500_000),
        ({}, b'{"a":' * 200_000),
    ],
)
def test_what_is_no_event_is_a_value_error(change: dict[str, Any], body: bytes) -> None:
    headers = {name: text for name, text in {**GOOD, **change}.items() if text is not None}
    with pytest.raises(ValueError):  # noqa: PT011 - any of several, in their own words
        envelope_from_headers(headers, body, NOW)


def test_a_payload_of_another_shape_is_a_validation_error() -> None:
    class Placed(Data):
        order_id: str

    event = envelope_from_headers(GOOD, b'{"order_id": "ord_1", "added_later": 1}', NOW)
    assert event.payload(Placed) == Placed(order_id="ord_1")
    with pytest.raises(ValidationError):
        envelope_from_headers(GOOD, b'{"order": 1}', NOW).payload(Placed)


def test_the_subjects_id_is_what_follows_its_noun() -> None:
    assert envelope_from_headers(GOOD, b"", NOW).subject_id == "ord_1"


def test_a_timers_event_is_the_same_however_it_comes_to_be_fired() -> None:
    timer = Timer("assent.deadline.due.v1", "approval/apr_1", NOW)
    one = timer_event("approvals", "acme", timer, NOW)
    later = timer_event("approvals", "acme", timer, NOW + timedelta(minutes=2))
    assert one.id == later.id
    assert one.attributes() == later.attributes()
    assert timer_event("approvals", "other", timer, NOW).id != one.id
