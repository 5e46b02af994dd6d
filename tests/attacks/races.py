"""`python -m tests.attacks.races --races 1000`: approve, reject, request changes, veto and cancel
at once, so many times, on a platform of its own whose functions are processes.

The exit code is 1 where card, case, agent, log and audit do not tell of one outcome, and who says
what is printed. The platform's logs are kept in build/races."""

import argparse
import functools
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from emulators.options import Options
from emulators.postgres import OWNER
from emulators.running import RunningPlatform, running_platform
from tests.attacks.race import ACTS, Company
from tests.attacks.told import Records, audited, outcome, told
from tests.journeys.world import World, spec

ROOT = Path(__file__).parents[2]
_A_TENANT = 20
_AT_ONCE = 3
# What happens to some of the events between the functions meanwhile.
_FAULTS = ("duplicate", "delay", "reorder", None)
_FAULTY = 12
_AUDIT = "SELECT body FROM audit_entries WHERE tenant_id = %s ORDER BY number"


@dataclass
class Verdict:
    """How the races ended, and in sentences what contradicts what."""

    outcomes: Counter[str] = field(default_factory=Counter)
    contradictions: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def shown(self) -> str:
        """The figures as a table, and each contradiction."""
        rows = [f"{act:<16} {self.outcomes[act]:>6}" for act in ACTS]
        figures = [
            f"races            {self.outcomes.total() + len(self.contradictions):>6}",
            *rows,
            f"contradictions   {len(self.contradictions):>6}",
            f"seconds          {self.seconds:>6.0f}",
        ]
        return "\n".join([*figures, *self.contradictions])


class Races:
    """Runs races on a running platform, some at a time, and compares what is told of each."""

    def __init__(
        self, running: RunningPlatform, seed: int, report: Callable[[str], None] = lambda _: None
    ) -> None:
        self._running = running
        self._report = report
        self._chance = random.Random(seed)

    def run(self, number: int) -> Verdict:
        """So many races, in as many tenants as they need."""
        verdict, began = Verdict(), time.monotonic()
        for first in range(0, number, _A_TENANT):
            self._in_one_tenant(min(_A_TENANT, number - first), verdict)
            self._report(f"{min(first + _A_TENANT, number)} of {number} races")
        verdict.seconds = time.monotonic() - began
        return verdict

    def _in_one_tenant(self, number: int, verdict: Verdict) -> None:
        world = World(self._running.client)
        company = Company(world)
        names = [f"writer-{each}" for each in range(number)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            cases = list(pool.map(lambda name: world.author.post("/v1/agents", spec(name)), names))
            world.settle()
            chances = [random.Random(self._chance.random()) for _ in cases]
            if fault := self._chance.choice(_FAULTS):
                world.platform.fault("pubsub", fault, count=_FAULTY)
            races = list(pool.map(company.race, cases, chances))
            world.settle()
            records = self.records(world)
            places = list(pool.map(lambda race: told(world, race, records), races))
        for race, each in zip(races, places, strict=True):
            won = outcome(each)
            if won is not None:
                verdict.outcomes[won] += 1
            else:
                statuses = {act: answer.status_code for act, answer in race.answers.items()}
                verdict.contradictions.append(f"{race.card['id']}: {statuses} {each}")

    def records(self, world: World) -> Records:
        """What a tenant's log and audit hold, once the platform is idle."""
        log = self._running.client.events(tenant=world.tenant)
        owner = make_conninfo(self._running.env["ASSENT_POSTGRES_DSN"], user=OWNER)
        with psycopg.connect(owner) as connection:
            return Records(log, audited(connection.execute(_AUDIT, (world.tenant,))))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.races", description=__doc__)
    parser.add_argument("--races", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "races")
    chosen = parser.parse_args(arguments)
    shutil.rmtree(chosen.into, ignore_errors=True)
    with running_platform(Options(root=ROOT, state=chosen.into)) as running:
        progress = functools.partial(print, file=sys.stderr, flush=True)
        verdict = Races(running, chosen.seed, progress).run(chosen.races)
    print(verdict.shown(), flush=True)
    return int(bool(verdict.contradictions))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
