"""Several real processes of a function share what one tenant's tier allows."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from emulators.options import Options
from emulators.running import RunningPlatform, running_platform
from shared.kit.instants import parse_instant
from shared.kit.tier_limits import LIMITS

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
FREE = LIMITS["free"]
MOST_CALLS = 600
SCOPES = ("approvals:read", "approvals:write", "veto:execute")


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    state = tmp_path_factory.mktemp("limited")
    options = Options(root=ROOT, state=state, instances=3, limits=True, tier=FREE.tier)
    with running_platform(options) as platform:
        yield platform


def _bearer(
    platform: RunningPlatform, principal: str, role: str, tenant: str = "clinic"
) -> dict[str, str]:
    token = platform.client.token(principal, tenant, scopes=SCOPES, roles=(role,))
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.nightly
def test_three_processes_take_together_what_one_tenant_may_send(limited: RunningPlatform) -> None:
    callers = [_bearer(limited, f"member-{number}", "operator") for number in range(3)]
    governor = _bearer(limited, "gala", "governor")
    with httpx.Client(base_url=limited.url, timeout=60) as http, ThreadPoolExecutor(9) as pool:

        def ask(number: int) -> httpx.Response:
            return http.get("/v1/approvals", headers=callers[number % 3])

        # A process that starts on a busy machine may wait too long for its store.
        other = _bearer(limited, "mara", "operator", "another")
        for _ in range(9):
            http.get("/v1/approvals", headers=other)
        began, answers = parse_instant(limited.client.now()), list[httpx.Response]()
        # A busy machine may be slow; what is refilled meanwhile may be taken.
        while _codes(answers)["tier_limit_reached"] < 30 and len(answers) < MOST_CALLS:
            answers += pool.map(ask, range(len(answers), len(answers) + 30))
        seconds = (parse_instant(limited.client.now()) - began).total_seconds()
        codes = _codes(answers)
        # A lease is all or nothing, so the last may not fit.
        assert FREE.burst - FREE.lease < codes["taken"] <= FREE.burst + seconds + 1, codes
        refusal = next(each for each in answers if _code(each) == "tier_limit_reached")
        assert refusal.headers["ratelimit"].startswith(
            f'"minute";r=0;t={refusal.headers["retry-after"]}, '
        )
        # The governor reads and vetoes all the same.
        assert http.get("/v1/approvals", headers=governor).status_code == 200
        veto = {"approval_id": "apr_01M8BYRKP5NY4P9XT95W5M41MM", "client_decision_id": "c-1"}
        vetoes = [http.post("/v1/vetoes", headers=governor, json=veto) for _ in range(30)]
        assert "tier_limit_reached" not in _codes(vetoes)


def _code(answer: httpx.Response) -> str:
    return "taken" if answer.status_code == 200 else str(answer.json()["code"])


def _codes(answers: list[httpx.Response]) -> Counter[str]:
    return Counter(map(_code, answers))
