"""One race: five people about one case, at once, each with another answer."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from emulators.demo.person import Person
from tests.journeys.world import CORE_SCOPES, PHONE_SCOPES, World, decision

ACTS = ("approve", "reject", "request-changes", "veto", "cancel")
VETO = {"reason_category": "safety", "explanation": "Not like this."}
# One of them is so much ahead of the others, so that each wins now and then.
_AHEAD_SECONDS = (0.0, 0.02, 0.05, 0.1)
_APART_SECONDS = 0.02


@dataclass(frozen=True)
class Race:
    """A case that waited for approval, its card then, and by act: who acted, and the answer."""

    case: dict[str, Any]
    card: dict[str, Any]
    people: dict[str, str]
    answers: dict[str, httpx.Response]


class Company:
    """A tenant in which each racer is known by what they do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.racers = {act: self._person(f"who-would-{act}") for act in ACTS}

    def race(self, case: dict[str, Any], chance: random.Random) -> Race:
        """All five act; returns once each has an answer. The author cancels, or a governor."""
        card = self.world.card(case)
        cancels = chance.choice([self.world.author, self.racers["cancel"]])
        people = {**self.racers, "cancel": cancels}
        ahead = chance.choice(_AHEAD_SECONDS)
        waits = {act: ahead + chance.uniform(0, _APART_SECONDS) for act in ACTS}
        waits[chance.choice(ACTS)] = 0.0
        start = threading.Barrier(len(ACTS))

        def run(act: str) -> httpx.Response:
            start.wait()
            time.sleep(waits[act])
            return _act(people[act], act, case, card)

        with ThreadPoolExecutor(len(ACTS)) as pool:
            answers = dict(zip(ACTS, pool.map(run, ACTS), strict=True))
        return Race(case, card, {act: people[act].principal for act in ACTS}, answers)

    def _person(self, name: str) -> Person:
        person = self.world.person(name, (*PHONE_SCOPES, *CORE_SCOPES), ("governor",))
        person.get("/v1/skills")  # Signed in before any race begins.
        return person


def _act(person: Person, act: str, case: dict[str, Any], card: dict[str, Any]) -> httpx.Response:
    """Over the phone's calls and the core's, which lead to the same decision."""
    phone, core = f"/v1/mobile/approvals/{card['id']}", f"/v1/approvals/{card['id']}"
    match act:
        case "cancel":
            return person.send("POST", f"/v1/workflows/{case['case_id']}/cancel")
        case "reject":
            body = decision(card, decision="reject", note="no")
            return person.send("POST", f"{core}/decisions", json=body)
        case "veto":
            return person.send("POST", f"{phone}/veto", json=decision(card, **VETO))
    return person.send("POST", f"{phone}/{act}", json=decision(card, note="now"))
