"""`python -m mobile_api.rebuild`."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from events import approvals
from mobile_api.rebuild import main
from mobile_api.service import rebuild
from shared.kit.signing import new_key
from shared.messaging.log import EVENT_LOG
from shared.storage import secrets
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.mobile_api.conftest import PUBLISHERS
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


@pytest.mark.parametrize(
    "forged",
    [
        {"digest": ""},
        {"source": "//assent/nobody"},
        {"source": "agents"},
        {"source": None},
        {"data": "{}"},
        {"sequence": 9},
        {"tenantid": "another"},
        {"id": "evt_another"},
    ],
)
def test_a_rebuild_believes_no_entry_that_its_function_did_not_commit(
    tenant: str, forged: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    async def happen() -> None:
        real, other = await log(tenant, [agent(), agent(number=2)])
        await deliver([real])
        store = TenantStore(tenant)
        entry = await store.get(EVENT_LOG, other.id)
        assert entry is not None
        batch = Batch()
        batch.replace(entry, {**entry.data, **forged})
        await store.commit(batch)

    asyncio.run(happen())
    assert main(["--tenant", tenant, "--check"]) == 0
    assert "2 events, 1 entries refused" in capsys.readouterr().out


def test_a_rebuild_still_reads_what_a_retired_key_sealed(
    history: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for function in PUBLISHERS:
        name = f"{function}-log-key"
        text, read_at = secrets._texts[name]
        key = new_key(function)
        ring = {"maker": key["kid"], "keys": [key], "retired": json.loads(text)["keys"]}
        monkeypatch.setitem(secrets._texts, name, (json.dumps(ring), read_at))
    assert main(["--tenant", history]) == 0
    assert "refused" not in capsys.readouterr().out


def test_an_entry_that_names_another_tenant_does_not_stop_a_rebuild_of_all(
    history: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def forge() -> None:
        store = TenantStore(history)
        batch = Batch()
        batch.put(EVENT_LOG, "evt_forged", {"tenantid": "zzz", "source": "//assent/agents"})
        await store.commit(batch)

    asyncio.run(forge())
    assert main([]) == 0
    out = capsys.readouterr().out
    assert out.count(f"{history}: ") == 1
    assert "zzz" not in out


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
