"""`python -m mobile_api.rebuild`."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from events import approvals
from mobile_api.rebuild import main
from mobile_api.service import rebuild
from tests.mobile_api.stories import agent, approval
from tests.mobile_api.worlds import deliver, log


@pytest.fixture
def history(tenant: str) -> str:
    """A tenant of whose two events only the first was delivered (and asked for a notice)."""

    async def happen() -> None:
        events = await log(tenant, [approval(approvals.ApprovalRequested), agent(number=2)])
        await deliver(events[:1])

    asyncio.run(happen())
    return tenant


def _digests(printed: str) -> tuple[str, str]:
    words = printed.split()
    return words[words.index("before") + 1], words[words.index("after") + 1]


def test_a_check_says_that_it_differs_and_writes_nothing(
    history: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main(["--tenant", history, "--check"]) == 1
        before, after = _digests(capsys.readouterr().out)
        assert before != after


def test_a_rebuilt_projection_has_the_same_bytes_from_then_on(
    history: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--tenant", history]) == 0
    _, rebuilt = _digests(capsys.readouterr().out)
    assert main(["--tenant", history, "--check"]) == 0
    out = capsys.readouterr().out
    assert _digests(out) == (rebuilt, rebuilt)
    assert f"{history}: 3 events" in out
    assert "same bytes" in out


def test_without_a_tenant_all_are_rebuilt(history: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert f"{history}: 3 events" in capsys.readouterr().out


def test_the_running_platform_is_found_by_its_description(
    history: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = ("GOOGLE_CLOUD_PROJECT", "FIRESTORE_EMULATOR_HOST")
    description = tmp_path / "build" / "platform" / "platform.json"
    description.parent.mkdir(parents=True)
    env = {name: os.environ[name] for name in names}
    description.write_text(json.dumps({"pid": os.getpid(), "env": env}))
    for name in names:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    assert main(["--tenant", history]) == 0


def test_without_anything_to_talk_to_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main([]) == 2
    assert "make up" in capsys.readouterr().err


def test_a_tenant_that_cannot_be_rebuilt_now_is_said_so(
    history: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rebuild, "ROUNDS", 0)
    assert main(["--tenant", history]) == 2
    assert "not rebuilt" in capsys.readouterr().err
