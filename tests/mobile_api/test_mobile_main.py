"""The entry points, started as the buildpack starts them."""

from pathlib import Path

import httpx
import pytest
from functions_framework.aio import create_asgi_app
from starlette.types import ASGIApp

import mobile_api.main

SOURCE = Path(mobile_api.main.__file__)


@pytest.mark.parametrize("target", ["api", "react"])
@pytest.mark.usefixtures("emulators")
async def test_each_side_starts_and_describes_itself_to_nobody(target: str) -> None:
    app: ASGIApp = create_asgi_app(target, str(SOURCE), "http")  # type: ignore[no-untyped-call]
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://mobile") as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/openapi.json")).status_code == 404
