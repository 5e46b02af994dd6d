"""A function answers every method and path itself, under the functions framework too."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from functions_framework.aio import create_asgi_app

ROOT = Path(__file__).parents[3]
MAIN = ROOT / "functions" / "approvals" / "main.py"
# In several standards, and in none.
METHODS = ("PROPFIND", "QUERY", "TRACE", "CONNECT", "PATCH", "OPTIONS", "BREW")


async def _ask(target: str, method: str, path: str) -> httpx.Response:
    # Untyped in the framework.
    app: Any = create_asgi_app(target, str(MAIN), "http")  # type: ignore[no-untyped-call]
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport) as client:
        url = httpx.URL(scheme="http", host="function", raw_path=path.encode())
        return await client.send(httpx.Request(method, url))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("target", "path", "allowed"),
    [
        ("api", "/v1/approvals", "GET, HEAD, POST"),
        ("api", "/v1/approvals/apr_1/decisions", "POST"),
        ("api", "/v1/approvals/policy", "GET, HEAD, PUT"),
        ("api", "/healthz", "GET, HEAD"),
        ("react", "/healthz", "GET, HEAD"),
        ("react", "/events/agents", "POST"),
    ],
)
async def test_a_method_that_a_path_does_not_take_is_405_with_those_that_it_takes(
    target: str, path: str, allowed: str, method: str
) -> None:
    answer = await _ask(target, method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("method", ["GET", *METHODS])
@pytest.mark.parametrize("target", ["api", "react"])
@pytest.mark.parametrize("path", ["/", "//", "/robots.txt", "/favicon.ico", "/v1/../x", "/x/y/z"])
async def test_a_path_of_nothing_is_a_problem_whatever_the_method(
    target: str, path: str, method: str
) -> None:
    answer = await _ask(target, method, path)
    assert answer.status_code in (404, 405)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("target", ["api", "react"])
async def test_a_line_break_in_a_path_is_a_problem(target: str) -> None:
    answer = await _ask(target, "GET", "/v1/approvals/%0Ax")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
