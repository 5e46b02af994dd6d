"""Answers for browsers: pages, redirects and the cookie."""

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from functions.identity.pages import POLICY, refusal_page
from functions.identity.rules.browser import COOKIE, Jar, check_own_site
from functions.identity.rules.session import LIFE
from functions.identity.settings import settings
from shared.kit.errors import AssentError, RecordedRefusal
from shared.runtime.credential_refusals import record_refusal


def _jar(request: Request) -> Jar:
    return Jar.read(request.cookies.get(COOKIE, ""))


# How the description shows answers for people: a page, and refusals as pages.
REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"description": "The refusal as a page", "content": {"text/html": {}}}
    for status in (400, 403, 404, 409)
}
MOVES_ON: dict[int | str, dict[str, Any]] = {303: {"description": "Where the browser goes on"}}

Cookies = Annotated[Jar, Depends(_jar)]


def require_own_site(request: Request) -> None:
    """Raises CrossSite for a call that a page of another site made."""
    headers = request.headers
    check_own_site(headers.get("sec-fetch-site", ""), headers.get("origin", ""), settings().origin)


def page(html: str, status: int = 200, policy: str = POLICY) -> Response:
    """A page. Its forms name their origin, which the API's answers keep to themselves."""
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
    return HTMLResponse(html, status, headers)


def refusal(error: AssentError) -> Response:
    """A refusal as a page."""
    return page(refusal_page(error.title, error.detail), error.http_status)


async def recorded_refusal(request: Request, error: RecordedRefusal) -> Response:
    """A refusal as a page, once it is recorded."""
    await record_refusal(request, error)
    return refusal(error)


def redirect(url: str) -> Response:
    """Sends the browser on, by GET."""
    return RedirectResponse(url, 303)


def with_jar(answer: Response, jar: Jar) -> Response:
    """The answer that gives the browser its cookie, or takes it away where both parts are
    empty."""
    is_secure = settings().origin.startswith("https://")
    answer.set_cookie(
        COOKIE,
        jar.written() if any(jar) else "",
        max_age=int(LIFE.total_seconds()) if any(jar) else 0,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer
