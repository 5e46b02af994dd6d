"""What arguments, whatever they are, make of a request; and what is read of an answer."""

import json
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.tools.http.answers import MASK, masked
from functions.tools.http.requests import NotSendable, Prepared, prepare
from functions.tools.http.targets import (
    Bearer,
    ClientCredentials,
    HttpOperation,
    InHeader,
    Target,
    wrong_operation,
    wrong_target,
    wrong_together,
)

TARGET = Target(base_url="https://api.example/v1/", hosts=("api.example",))
TEXTS = st.text(st.characters() | st.sampled_from("/\\.%;?#&=@:{}~+ \r\n\x00"), max_size=12)
VALUES = TEXTS | st.integers() | st.booleans() | st.none() | st.floats() | st.lists(TEXTS)


def prepared(operation: HttpOperation, arguments: dict[str, Any]) -> Prepared:
    return prepare(TARGET, operation, arguments, key="k", may_be_loopback=False)


@given(first=VALUES, second=VALUES)
def test_no_argument_leaves_its_place_in_the_path(first: Any, second: Any) -> None:
    operation = HttpOperation(method="DELETE", path="/a/{b}/c{d}")
    try:
        url = prepared(operation, {"b": first, "d": second}).url
    except NotSendable:
        return
    # As the client reads it, and as a server does.
    assert str(httpx2.URL(url)) == url
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == (
        *("https", "api.example"),
        *("", ""),
    )
    _, v1, a, b, cd = parts.path.split("/")
    assert (v1, a, unquote(b), unquote(cd)) == ("v1", "a", str(first), f"c{second}")


@given(one=VALUES, other=VALUES)
def test_no_argument_leaves_its_place_in_the_query(one: Any, other: Any) -> None:
    operation = HttpOperation(method="GET", path="/a", query=("q", "é&"))
    try:
        url = prepared(operation, {"q": one, "é&": other}).url
    except NotSendable:
        return
    assert str(httpx2.URL(url)) == url
    parts = urlsplit(url)
    assert (parts.netloc, parts.path, parts.fragment) == ("api.example", "/v1/a", "")
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    texts = [each for value in (one, other) for each in as_texts(value)]
    assert [value for _, value in pairs] == texts
    assert {name for name, _ in pairs} <= {"q", "é&"}


def as_texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    if isinstance(value, str):
        return [value]
    return [] if value is None else [json.dumps(value)]


def test_what_has_no_place_is_the_body() -> None:
    operation = HttpOperation(method="PUT", path="/a/{id}", query=("dry",))
    request = prepared(operation, {"id": 7, "dry": True, "title": "ü", "tags": []})
    assert request.url == "https://api.example/v1/a/7?dry=true"
    assert json.loads(request.body or b"") == {"title": "ü", "tags": []}
    assert request.headers["Content-Type"] == "application/json"
    assert prepared(HttpOperation(method="POST", path="/a"), {}).body == b"{}"
    assert prepared(HttpOperation(method="GET", path="/a"), {}).body is None


def test_the_key_goes_into_its_header() -> None:
    operation = HttpOperation(method="POST", path="/a", idempotency_header="X-Key")
    assert prepared(operation, {}).headers["X-Key"] == "k"


def test_a_usual_connector_has_nothing_wrong() -> None:
    token = ClientCredentials(token_url="https://auth.example/token")
    target = Target(
        base_url="https://api.example/v1", hosts=("api.example", "auth.example"), auth=token
    )
    assert wrong_target(target, may_be_loopback=False) is None
    for path in ("/", "/a", "/a/{id}", "/a/{id}/b.json", "/a:publish", "/a/{a.b}-{c_d}", "/a/"):
        assert wrong_operation(HttpOperation(method="PATCH", path=path)) is None


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target(base_url="http://api.example", hosts=("api.example",)), "base_url: must be"),
        (Target(base_url="https://api.example", hosts=()), "base_url: its host api.example"),
        (
            Target(
                base_url="https://api.example",
                hosts=("api.example",),
                auth=ClientCredentials(token_url="https://auth.example/token"),
            ),
            "token_url: its host auth.example",
        ),
        (
            Target(
                base_url="https://api.example",
                hosts=("api.example",),
                auth=InHeader(name="content-length"),
            ),
            "header: 'content-length'",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_field(target: Target, said: str) -> None:
    assert (wrong_target(target, may_be_loopback=False) or "").startswith(said)


def test_the_key_and_the_credential_are_not_in_one_header() -> None:
    keyed = HttpOperation(method="POST", path="/a", idempotency_header="X-Key")
    for auth, is_wrong in ((InHeader(name="x-key"), True), (Bearer(), False)):
        target = Target(base_url="https://api.example", hosts=("api.example",), auth=auth)
        assert (wrong_together(target, keyed) is not None) is is_wrong


def test_the_credential_is_masked_wherever_it_is() -> None:
    said: Any = {"a": ["x secret-1 y", {"secret-1": 1}], "b": 12345678, "c": [True, None, 1.5]}
    assert masked(said, ("secret-1", "12345678", "")) == {
        "a": [f"x {MASK} y", {MASK: 1}],
        "b": MASK,
        "c": [True, None, 1.5],
    }
    assert masked("abcd", ("bc", "abc")) == f"{MASK}d"
