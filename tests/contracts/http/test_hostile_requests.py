"""Whatever bytes, numbers, nesting and parameters are sent to whichever public call: it answers
with a problem in words of people who write requests, and never with a failure of its own."""

import json
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulators.running import RunningPlatform
from shared.manifest import load_manifests
from tests.contracts.http.calls import (
    BODIES,
    ID,
    PATHS,
    ROOT,
    end,
    media_type_of_refusals,
    parameters_of,
    routes,
    strangers,
    told,
)
from tests.contracts.http.doors import BASE_URL, Doors
from tests.shared.plain_words import assert_no_words_of_python

pytestmark = pytest.mark.platform

SPELLINGS = ("1_0", "+5", "05", " 5", "5.0", "-1", "５", "9" * 5_000, "NaN", "true", "[]", "\x00")
# As they stand in JSON text.
HOSTILE = (
    *("9" * 4_301, "-" + "9" * 310, "1e999", "NaN", "-Infinity", "1E400", "0.1e-999999"),
    *(r'"\u00zz"', r'"\x"', r'"\ud800"', '"\u202e"', '"p\u0336ay"', '"\u24c5\u24b6\u24ce"'),
    *('"' + "\\n" * 9 + '"', '"\x00"', '"\\u0000"', '{"a":1,"a":2}', '{"":{}}', '{"__proto__":1}'),
    *("[" * 101 + "]" * 101, "[" * 5_000 + "]" * 5_000, '{"a":' * 900 + "1" + "}" * 900, "]"),
    *('"2026-02-30T25:00:00Z"', '"0001-01-01T00:00:00+14:00"', "true", "null", '""', "[]", "{}"),
)
TEXTS = st.text(st.characters(codec=None), max_size=20)
VALUES = st.recursive(
    st.sampled_from(HOSTILE) | TEXTS.map(json.dumps) | st.integers().map(str),
    lambda inner: st.lists(inner, max_size=3).map(lambda each: f"[{','.join(each)}]"),
    max_leaves=4,
)
HEADERS = st.dictionaries(
    st.sampled_from(["Idempotency-Key", "If-None-Match", "traceparent", "Content-Type"]),
    st.sampled_from(["", "application/json", "a" * 300, 'W/"', "application/yaml", *"05"]),
    max_size=2,
)


@cache
def _doors(running: RunningPlatform) -> Doors:
    return Doors(running, load_manifests(ROOT).deployables)


@pytest.fixture(scope="module")
def token(running: RunningPlatform) -> str:
    """Somebody who may call everything, and whose tenant has nothing."""
    return strangers(running)


@st.composite
def requests_of(draw: st.DrawFn, method: str, path: str) -> dict[str, Any]:
    """A request for the call that is almost right, or nothing like it."""
    good = dict(BODIES.get(end(path), {}))
    fields = {name: json.dumps(value) for name, value in good.items()}
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from([*good, "decisions", "content"]) | TEXTS)
        fields[name] = draw(VALUES)
    body = ", ".join(f"{json.dumps(name)}: {value}" for name, value in fields.items())
    text = draw(st.sampled_from([f"{{{body}}}", f"[{body}]", f'{{"decisions": [{{{body}}}, 1]}}']))
    raw = draw(st.just(text.encode("utf-8", "surrogatepass")) | st.binary(max_size=40))
    named = sorted(parameters_of(method, path, "query")) or ["limit"]
    query = draw(st.lists(st.tuples(st.sampled_from([*named, "x"]), st.sampled_from(SPELLINGS))))
    ids = st.sampled_from([ID, "apr_1", "..", "%00", "%ff", "a" * 900, "%F0%9F%98%80", "+5"])
    concrete = "/".join(draw(ids) if part.startswith("{") else part for part in path.split("/"))
    asked = "&".join(f"{name}={quote(value)}" for name, value in query[:3])
    return {
        "url": f"{BASE_URL}{concrete}?{asked}",
        "data": raw if method != "GET" or draw(st.booleans()) else b"",
        "headers": draw(HEADERS),
    }


def _judge(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code < 400:
        return
    assert answer.headers["Content-Type"] == media_type_of_refusals(urlsplit(str(answer.url)).path)
    problem = answer.json()
    for each in (problem.get("detail", ""), *told(problem)):
        assert_no_words_of_python(each)
    assert problem.get("detail") or told(problem)


def _attack(running: RunningPlatform, token: str, method: str, path: str, examples: int) -> None:
    noun = PATHS[path][method.lower()]["tags"][0]

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sent=requests_of(method, path))
    def hostile(sent: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {token}", **sent["headers"]}
        asked = requests.Request(method, sent["url"], headers, data=sent["data"]).prepare()
        _judge(_doors(running).send(noun, asked))

    hostile()


@pytest.mark.by_day(40)
@pytest.mark.parametrize(("method", "path"), routes())
def test_no_request_makes_a_call_fail_or_speak_of_its_insides(
    running: RunningPlatform, token: str, method: str, path: str
) -> None:
    _attack(running, token, method, path, 3)


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("method", "path"), routes())
def test_no_request_of_many_makes_a_call_fail_or_speak_of_its_insides(
    running: RunningPlatform, token: str, method: str, path: str
) -> None:
    _attack(running, token, method, path, 400)
