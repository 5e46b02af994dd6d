"""Google, as far as building an image needs it."""

from collections.abc import Mapping
from typing import Any

import aiohttp.web

OPERATION = "operations/build/assent-dev/one"
DIGEST = f"sha256:{'ab' * 32}"
RUNTIME = "us-central1-docker.pkg.dev/serverless-runtimes/google-22/runtimes/python311"


class Google:
    """Answers as Google's token, Cloud Run and Cloud Build endpoints do."""

    def __init__(self) -> None:
        self.submitted: list[Any] = []
        self.tokens: list[str] = []
        self.refusals: list[tuple[int, str]] = []
        self.outcomes: list[Mapping[str, Any]] = [
            {"done": False},
            {"done": True, "response": {"results": {"images": [{"digest": DIGEST}]}}},
        ]
        self.url = ""

    def app(self) -> aiohttp.web.Application:
        app = aiohttp.web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_post("/v2/projects/{project}/locations/{region}/builds:submit", self._submit)
        app.router.add_get("/v1/{name:.*}", self._operation)
        return app

    async def _token(self, _: aiohttp.web.Request) -> aiohttp.web.Response:
        return aiohttp.web.json_response({"access_token": "a-token", "expires_in": 3600})

    async def _submit(self, request: aiohttp.web.Request) -> aiohttp.web.Response:
        if self.refusals:
            status, text = self.refusals.pop(0)
            return aiohttp.web.Response(status=status, text=text)
        self.tokens.append(request.headers["Authorization"])
        self.submitted.append({"path": request.path, **await request.json()})
        operation = {"name": OPERATION}
        return aiohttp.web.json_response({"buildOperation": operation, "baseImageUri": RUNTIME})

    async def _operation(self, request: aiohttp.web.Request) -> aiohttp.web.Response:
        assert request.match_info["name"] == OPERATION
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if "status" in outcome:
            return aiohttp.web.Response(status=outcome["status"])
        return aiohttp.web.json_response(outcome)
