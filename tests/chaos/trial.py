"""From a run to its evidence."""

import asyncio
from dataclasses import asdict
from pathlib import Path

from emulators.dead_letters import DeadLetters
from emulators.options import Options
from emulators.running import RunningPlatform, running_platform
from emulators.workplace import read_description
from tests.chaos.evidence import Evidence, collect, surprises
from tests.chaos.run import Tale, Weather, live_through

ROOT = Path(__file__).parents[2]
BACKOFF = ("0.2s", "1s")
_PORT_LINE = 3


def try_out(seed: int, *, cases: int, weather: Weather, state: Path) -> tuple[Tale, Evidence]:
    """One run on a platform of its own, with real function processes."""
    options = Options(root=ROOT, state=state, backoff=BACKOFF, report=lambda _: None)
    with running_platform(options) as platform:
        plan = live_through(
            platform.url,
            seed=seed,
            cases=cases,
            weather=weather,
            redeliver=lambda: redeliver(state),
        )
        tale = asyncio.run(plan)
        return tale, examine(platform, tale, state)


def examine(platform: RunningPlatform, tale: Tale, state: Path) -> Evidence:
    """Everything the run left behind, and everything anybody was told in it."""
    database = f"postgresql://postgres@127.0.0.1:{_database_port(state)}/postgres"
    evidence = collect(platform.url, platform.env, tale.tenants, root=ROOT, database=database)
    for tenant in evidence.tenants:
        tenant.said = [asdict(said) for said in tale.diary.said if said.tenant == tenant.name]
        tenant.ends = [asdict(end) for end in tale.ends if end.tenant == tenant.name]
    evidence.dead_letters = [str(letter) for letter in _dead_letters(state).all()]
    answered = [f"answered 500: {each}" for each in tale.diary.internal]
    evidence.surprises = [*answered, *surprises(state / "logs")]
    return evidence


def redeliver(state: Path) -> list[str]:
    """What an operator does once a storm is over: every dead letter is sent again. Returns them."""
    letters = _dead_letters(state)
    found = [str(letter) for letter in letters.all()]
    for _ in letters.redeliver(None) if found else ():
        pass
    return found


def _dead_letters(state: Path) -> DeadLetters:
    description = read_description(state)
    assert description is not None
    return DeadLetters(description)


def _database_port(state: Path) -> int:
    return int(
        (state / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[_PORT_LINE]
    )
