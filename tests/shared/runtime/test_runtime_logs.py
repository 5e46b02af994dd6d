"""Logs: one JSON object a line, without secrets, without personal data, whatever the size."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import SpanKind

from shared.runtime import logs
from shared.runtime.logs import REDACTED, StructuredFormatter, configure_logging, redact
from shared.runtime.tracing import request_span

JWS = "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"
SECRETS = {
    "a token": (f"got {JWS}!", JWS),
    "an unsigned token": ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.", "eyJzdWIi"),
    "a bearer header": ("Authorization: Bearer abc.def-123", "abc.def-123"),
    "a bare bearer": ("sent BEARER abcdef123", "abcdef123"),
    "a basic header": ("authorization=Basic YW5hOnB3", "YW5hOnB3"),
    "a payment key": ("key sk_live_4eC39HqLyjWDarjtT1zdp7dc used", "4eC39HqLyjWDarjtT1zdp7dc"),
    "a webhook secret": ("whsec_abcdefgh12345678", "abcdefgh12345678"),
    "a model key": ("sk-proj-abcdefgh12345678", "abcdefgh12345678"),
    "an API key": ("sent ak_ten_01M7WG75NJWTKQJPKRS22KDGS6.key_01M7WG.s3cret-1 now", "s3cret-1"),
    "a session's token": ("ses_01M7WG75NJWTKQJPKRS22KDGS6.4.identity-ab.m4c_code~", "m4c_code"),
    "an invitation": (
        "POST /v1/invitations/ten_01M7WG75NJWTKQJPKRS22KDGS6.inv_01M7WG.s3cret-1/accept",
        "s3cret-1",
    ),
    "a Google key": ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "SyA1234567890"),
    "a Google token": ("ya29.a0AfH6SMBxxxxxxxxxxx", "a0AfH6SMB"),
    "a private key": (
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ\n-----END PRIVATE KEY-----",
        "MC4CAQAwBQ",
    ),
    "half a private key": ("-----BEGIN EC PRIVATE KEY-----\nMC4CAQAwBQ", "MC4CAQAwBQ"),
    "a password in an address": ("postgresql://app:hunter2@db:5432/x", "hunter2"),
    "a password by its name": ("login with password=hunter2, again", "hunter2"),
    "a quoted password": ('{"password": "hunter2"}', "hunter2"),
    "a token by its name": ("refresh_token: abc123xyz", "abc123xyz"),
    "an API key by its name": ("?api_key=abc123xyz&limit=5", "abc123xyz"),
    "an e-mail address": ("from ana.b+c@mail.example.co.uk.", "ana.b"),
    "an e-mail address in letters of the world": ("an müller@straße.example", "müller"),
    "a telephone number": ("call +49 (170) 123-4567 now", "123-4567"),
}


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=list(SECRETS))
def test_a_secret_is_known_by_its_shape(text: str, secret: str) -> None:
    assert secret in text
    for value in (text, f"{text}\n{text}", [text], {"a": {"b": (text,)}}, {text: 1}, text.encode()):
        assert secret not in json.dumps(redact(value), ensure_ascii=False)
        assert REDACTED in json.dumps(redact(value))


@pytest.mark.parametrize(
    "name",
    [
        *("token", "access_token", "accessToken", "refresh-token", "Authorization", "password"),
        *("client_secret", "seed", "key_seed", "signature", "api_key", "apiKey", "x-api-key"),
        *("cookie", "Set-Cookie", "private_key", "dsn", "credentials", "PASSWORD", "secrets"),
    ],
)
def test_a_secret_is_known_by_the_name_it_goes_under(name: str) -> None:
    for value in ("hunter2", 12345, ["hunter2"], {"deep": "hunter2"}, b"hunter2"):
        assert redact({"a": [{name: value}]}) == {"a": [{name: REDACTED}]}


@pytest.mark.parametrize(
    "harmless",
    [
        {"status": 200, "milliseconds": 1.5, "operations": {"firestore-reads": 3}},
        {"seed_id": "pre_01", "tokens": 5, "input_tokens": 7, "keys": ["a"], "key_id": "one"},
        {"authorized": True, "secretary": "x", "tokenizer": "bpe", "none": None},
        {"message": "the token has expired"},
        {"message": "POST /v1/approvals/apr_01M7WD7TG0SDZMGC28CPXREP89/decisions"},
        {"message": "assent.approval.requested.v1 //assent/approvals 2026-11-20T12:00:00.000Z"},
    ],
)
def test_what_is_neither_secret_nor_personal_stays(harmless: dict[str, Any]) -> None:
    assert redact(harmless) == harmless


@pytest.mark.repeats
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.binary()
        | st.sampled_from([JWS]),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_anything_can_be_redacted_and_written(value: Any) -> None:
    assert JWS not in json.dumps(redact({"value": value}))


@pytest.mark.by_day(4)
@pytest.mark.repeats
@pytest.mark.parametrize(
    "repeated",
    [
        *("a", "a-", "a@", "eyJ", "eyJaaaaa.", "+1", "+1 ", "token", "-----BEGIN A-----"),
        *("://", "://a:", "bearer ", "sk_", "password=", "@a.", ".", " "),
    ],
)
def test_a_strangers_text_of_a_megabyte_is_redacted_in_seconds_not_minutes(repeated: str) -> None:
    text = repeated * (1_000_000 // len(repeated))
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 5


LOG = logging.getLogger("assent.test")
Last = Callable[[], dict[str, Any]]


@pytest.fixture
def last() -> Iterator[Last]:
    """What was logged last, as a line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(StructuredFormatter())
    LOG.addHandler(handler)
    LOG.setLevel("INFO")
    yield lambda: json.loads(stream.getvalue().splitlines()[-1])
    LOG.removeHandler(handler)


def test_a_line_says_what_where_and_for_whom(last: Last, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "assent-local")
    tenant, correlation = logs.tenant_id.set("acme"), logs.correlation_id.set("evt_1")
    with request_span("GET /", {}, SpanKind.SERVER) as span:
        LOG.warning("done %s", "it", extra={"fields": {"status": 200}})
        trace_id = f"{span.get_span_context().trace_id:032x}"
        span_id = f"{span.get_span_context().span_id:016x}"
    logs.tenant_id.reset(tenant)
    logs.correlation_id.reset(correlation)
    assert last() == {
        "severity": "WARNING",
        "message": "done it",
        "logger": "assent.test",
        "tenant_id": "acme",
        "correlation_id": "evt_1",
        "status": 200,
        "logging.googleapis.com/trace": f"projects/assent-local/traces/{trace_id}",
        "logging.googleapis.com/spanId": span_id,
    }


def test_message_arguments_fields_and_exceptions_are_redacted(last: Last) -> None:
    try:
        raise ValueError(f"cannot read {JWS} of ana@example.com")
    except ValueError:
        LOG.exception("failed for %s", "ana@example.com", extra={"fields": {"token": JWS}})
    text = json.dumps(last())
    assert "ValueError: cannot read" in last()["exception"]
    assert JWS not in text
    assert "ana@" not in text


def test_values_json_does_not_know_are_redacted_too(last: Last) -> None:
    error = ValueError(f"bad {JWS}")
    LOG.info("odd", extra={"fields": {"error": error, "bytes": JWS.encode(), "set": {JWS}}})
    assert JWS not in json.dumps(last())


def test_an_endless_message_and_exception_are_cut(last: Last) -> None:
    try:
        raise ValueError("y" * 100_000)
    except ValueError:
        LOG.exception("x" * 100_000)
    assert len(last()["message"]) == logs.LONGEST_MESSAGE
    assert len(last()["exception"]) == logs.LONGEST_EXCEPTION


def test_half_characters_do_not_break_the_line() -> None:
    # Not logged: pytest's own reports would break.
    half = {"msg": "half \ud800", "fields": {"half": "\udfff"}}
    line = StructuredFormatter().format(logging.makeLogRecord(half))
    assert line.isascii()
    assert json.loads(line)["message"] == "half \ud800"


def test_configuring_sends_every_record_to_standard_output_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    monkeypatch.setenv("ASSENT_LOG_LEVEL", "WARNING")
    try:
        configure_logging()
        configure_logging()
        logging.getLogger("any").warning("said")
        logging.getLogger("any").info("not said")
        (line,) = capsys.readouterr().out.splitlines()
        assert json.loads(line)["message"] == "said"
    finally:
        root.handlers[:] = kept
        root.setLevel(level)


def test_a_note_is_on_the_line_of_its_own_request_only() -> None:
    first = logs.start_noting()
    logs.note(outcome="handled")
    second = logs.start_noting()
    logs.note(outcome="again", code="unavailable")
    assert first == {"outcome": "handled"}
    assert second == {"outcome": "again", "code": "unavailable"}
