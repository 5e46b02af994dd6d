"""A function's two targets: each loads its own side, and nothing before its first request."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]

# In a process of its own, for what is loaded stays loaded.
PROGRAM = """
import asyncio, json, sys
from importlib import import_module

import httpx
from starlette.requests import Request

package, side, *paths = sys.argv[1:]
main = import_module(f"{package}.main")
LOADED = ("fastapi", f"{package}.api", f"{package}.reactions", "google.cloud.firestore")


def loaded():
    return [name for name in LOADED if name in sys.modules]


async def ask():
    before = loaded()
    target = getattr(main, side)
    request = Request({"type": "http", "method": "GET", "path": paths[0], "headers": []})
    app = await target(request)
    assert await target(request) is app
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://function") as client:
        answers = [await client.get(path) for path in paths]
    return {
        "name": target.__name__, "before": before, "after": loaded(),
        "status": [answer.status_code for answer in answers], "answer": answers[0].json(),
    }


print(json.dumps(asyncio.run(ask())))
"""
TOP_LEVEL = {
    "main.py": "from shared.runtime.entry_points import entry_points\n"
    'api, react = entry_points("errand-boys")\n',
    "api.py": "from shared.runtime.routes import Router\nROUTER = Router()\n",
    "reactions.py": "HANDLERS = {}\n",
}


def _ask(package: str, side: str, *paths: str, beside: Path = ROOT) -> Any:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, package, side, *(paths or ["/healthz"])],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{beside}"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.fixture
def top_level(tmp_path: Path) -> Path:
    """A folder that holds the package of the function `errand-boys`."""
    package = tmp_path / "errand_boys"
    package.mkdir()
    for name, text in TOP_LEVEL.items():
        (package / name).write_text(text)
    return tmp_path


@pytest.mark.by_day(2)
@pytest.mark.parametrize("package", ["functions.approvals", "errand_boys"])
@pytest.mark.parametrize(
    ("side", "own", "other"), [("api", "api", "reactions"), ("react", "reactions", "api")]
)
def test_a_side_is_loaded_at_its_first_request_and_the_other_is_not(
    top_level: Path, package: str, side: str, own: str, other: str
) -> None:
    found = _ask(package, side, beside=top_level)
    assert (found["name"], found["before"]) == (side, [])
    assert f"{package}.{own}" in found["after"]
    assert f"{package}.{other}" not in found["after"]
    assert "google.cloud.firestore" not in found["after"]
    assert (found["status"], found["answer"]) == ([200], {"status": "ok"})


def test_the_public_side_serves_the_calls_of_the_functions_router() -> None:
    paths = ("/v1/approvals", "/v1/precedent-seeds", "/v1/mobile/approvals/x/approve")
    *served, other = _ask("functions.approvals", "api", *paths, "/v1/others")["status"]
    assert set(served) <= {401, 405}
    assert other == 404


def test_a_function_without_a_runner_has_a_private_side_too() -> None:
    found = _ask("functions.audit", "react")
    assert (found["status"], found["after"]) == ([200], ["functions.audit.reactions"])
