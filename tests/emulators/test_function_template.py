"""Functions that are forked from what has imported what they share."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from emulators.functions.environment import program_environment
from emulators.functions.process import ProcessBackend
from emulators.functions.template import Template
from emulators.gateway.messages import Call, Unreachable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a template")
_MAIN = """
import functions_framework.aio, json, os, shared.runtime.entry_points
@functions_framework.aio.http
async def api(request):
    print("answered", flush=True)
    told = {"word": shared.runtime.entry_points.WORD, "folder": os.getcwd(), "pid": os.getpid()}
    return json.dumps(told | {"environment": sorted(os.environ)})
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with one function."""
    runtime = tmp_path / "checkout" / "shared" / "runtime"
    runtime.mkdir(parents=True)
    for folder in (runtime, runtime.parent):
        (folder / "__init__.py").write_text("")
    (runtime / "entry_points.py").write_text("WORD = 'first'\n")
    (tmp_path / "checkout" / "main.py").write_text(_MAIN)
    return tmp_path / "checkout"


@pytest.fixture
async def template(root: Path, tmp_path: Path) -> AsyncIterator[Template]:
    template = await Template.open(root, tmp_path / "template.log")
    yield template
    await template.close()


@pytest.fixture
async def backend(
    root: Path, tmp_path: Path, template: Template, http: aiohttp.ClientSession
) -> AsyncIterator[ProcessBackend]:
    function = {"FUNCTION_SOURCE": str(root / "main.py"), "FUNCTION_TARGET": "api"}
    backend = ProcessBackend(
        name="notes",
        root=root,
        env=program_environment(root) | function,
        log=tmp_path / "notes.log",
        http=http,
        template=template,
    )
    yield backend
    await backend.stop()


async def _told(backend: ProcessBackend) -> dict[str, Any]:
    answer = await backend.send(Call("GET", "/", (), b""))
    assert answer.status == 200, answer.body
    told: dict[str, Any] = json.loads(answer.body)
    return told


def _template_of(told: dict[str, Any]) -> psutil.Process | None:
    """The process that forked the function's master, where one did."""
    master = psutil.Process(told["pid"]).parent()
    assert master is not None
    return master.parent() if "template_program.py" in " ".join(master.cmdline()) else None


async def test_a_forked_function_has_its_own_environment_folder_log_and_end(
    backend: ProcessBackend, root: Path, tmp_path: Path
) -> None:
    told = await _told(backend)
    assert _template_of(told) is not None
    assert (told["word"], told["folder"]) == ("first", str(root))
    added_by_libraries = {"FUNCTION_SIGNATURE_TYPE", "SERVER_SOFTWARE"}
    assert {*told["environment"]} - added_by_libraries == {*backend.env, "PORT"}
    assert "answered" in (tmp_path / "notes.log").read_text()
    assert os.getpgid(told["pid"]) != os.getpgid(0)
    worker = psutil.Process(told["pid"])
    await backend.kill()
    await asyncio.to_thread(worker.wait, 10)
    again = await _told(backend)
    assert again["pid"] != told["pid"]


async def test_a_function_that_dies_alone_is_named_with_its_status(
    backend: ProcessBackend, root: Path
) -> None:
    (root / "main.py").write_text("raise SystemError('broken')\n")
    with pytest.raises(Unreachable, match=r"notes died(.|\n)*SystemError: broken"):
        await _told(backend)


async def test_changed_code_is_imported_anew(backend: ProcessBackend, root: Path) -> None:
    await _told(backend)
    await backend.kill()
    (root / "shared" / "runtime" / "entry_points.py").write_text("WORD = 'second'\n")
    told = await _told(backend)
    assert told["word"] == "second"
    assert _template_of(told) is None


async def test_functions_end_with_their_template_and_start_again_without_it(
    backend: ProcessBackend,
) -> None:
    told = await _told(backend)
    template = _template_of(told)
    assert template is not None
    worker = psutil.Process(told["pid"])
    template.kill()
    await asyncio.to_thread(worker.wait, 10)
    again = await _told(backend)
    assert again["pid"] != told["pid"]
    assert _template_of(again) is None


async def test_a_start_that_nobody_waits_for_any_more_leaves_no_process(
    backend: ProcessBackend,
) -> None:
    told = await _told(backend)
    template = _template_of(told)
    assert template is not None
    await backend.kill()
    asked = asyncio.create_task(backend.warm_up())
    await asyncio.sleep(0.001)  # The order is written, and the answer has not come.
    await backend.kill()
    with pytest.raises(Unreachable):
        await asked
    assert (await _told(backend))["pid"] != told["pid"]
    async with asyncio.timeout(10):
        while len(template.children()) != 1:  # noqa: ASYNC110 - a process tells nobody of its end
            await asyncio.sleep(0.01)
