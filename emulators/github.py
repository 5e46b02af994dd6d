"""A stand-in for GitHub's OAuth: anybody signs in under any login."""

import hashlib
import secrets
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from emulators.gateway.messages import Answer, Call
from emulators.gateway.problems import json_answer, problem
from shared.kit import base64url
from shared.kit.errors import NotFound

CLIENT_ID = "assent"


class GitHub:
    """The pages and calls that a sign-in needs. A code is taken once, with the verifier and the
    redirect address that it was asked for with. As GitHub does, it answers a refusal of a code with
    200 and an `error`."""

    def __init__(self, client_secret: str, redirect_uri: str) -> None:
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._codes: dict[str, tuple[str, str]] = {}
        self._tokens: dict[str, str] = {}

    async def answer(self, call: Call) -> Answer:
        """The page, the token or the user."""
        match call.method, call.path:
            case "GET", "/login/oauth/authorize":
                return self._page(call)
            case "POST", "/login/oauth/authorize":
                return self._give_code(call)
            case "POST", "/login/oauth/access_token":
                return json_answer(self._token(call))
            case "GET", "/user":
                return self._user(call)
        return problem(NotFound(f"the stand-in for GitHub has no {call.method} {call.path}"))

    def _page(self, call: Call) -> Answer:
        if (refused := self._refused(call)) is not None:
            return refused
        action = escape(f"{call.path}?{urlsplit(call.target).query}")
        page = (
            "<!doctype html><title>Sign in to GitHub</title>"
            f"<form method='post' action='{action}'><input name='login' required>"
            "<button>Sign in</button></form>"
        )
        return Answer(200, (("Content-Type", "text/html; charset=utf-8"),), page.encode())

    def _give_code(self, call: Call) -> Answer:
        if (refused := self._refused(call)) is not None:
            return refused
        query = _query(call)
        login = dict(parse_qsl(call.body.decode())).get("login", "")
        code = secrets.token_hex(10)
        self._codes[code] = login, query["code_challenge"]
        answer = urlencode({"code": code, "state": query.get("state", "")})
        return Answer(302, (("Location", f"{self._redirect_uri}?{answer}"),), b"")

    def _refused(self, call: Call) -> Answer | None:
        query = _query(call)
        asked = (
            query.get("client_id"),
            query.get("redirect_uri"),
            query.get("code_challenge_method"),
        )
        if asked == (CLIENT_ID, self._redirect_uri, "S256") and query.get("code_challenge"):
            return None
        return problem(NotFound("no such application, or another redirect address or challenge"))

    def _token(self, call: Call) -> dict[str, str]:
        form = dict(parse_qsl(call.body.decode()))
        login, challenge = self._codes.pop(form.get("code", ""), ("", ""))
        known = form.get("client_id"), form.get("client_secret"), form.get("redirect_uri")
        if known != (CLIENT_ID, self._client_secret, self._redirect_uri):
            return {"error": "incorrect_client_credentials"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not login or base64url.encode(digest) != challenge:
            return {"error": "bad_verification_code"}
        token = f"gho_{secrets.token_hex(18)}"
        self._tokens[token] = login
        return {"access_token": token, "token_type": "bearer", "scope": "read:user"}

    def _user(self, call: Call) -> Answer:
        login = self._tokens.get((call.header("authorization") or "").removeprefix("Bearer "))
        if login is None:
            return json_answer({"message": "Bad credentials"}, 401)
        number = int.from_bytes(hashlib.sha256(login.encode()).digest()[:4], "big") + 1
        return json_answer({"id": number, "login": login, "name": None, "email": None})


def _query(call: Call) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(call.target).query))
