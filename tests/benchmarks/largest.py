"""The largest things that limits allow, made through the public API, in tenants of their own."""

import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from emulators.client import PlatformClient
from emulators.demo.person import Person
from events.approval_policies import MOST_NAMED
from events.dossiers import MOST_EVIDENCE
from events.precedents import MOST_CONDITIONS
from events.quorum import MOST_PLACES
from functions.approvals.rules.commands import LONGEST_NOTE
from functions.approvals.rules.proposals import LONGEST_REASON, MOST_ENTRIES
from functions.approvals.rules.requests import LONGEST_SUBJECT
from tests.journeys.world import CORE_SCOPES, PHONE_SCOPES, World, decision, precedent, spec

# Three bytes, as most characters of most scripts have at most.
LETTER = "語"
SUMMARY = LETTER * 2_000
NOTE = LETTER * LONGEST_NOTE
# A full page of every list, and one more.
MANY = 101
AT_ONCE = 4
LARGEST_CONTENT_BYTES, LARGEST_EVIDENCE_BYTES = 262_144, 65_536
LONGEST_NAME = 128
EVERY_SCOPE = (*CORE_SCOPES, *PHONE_SCOPES)


class Largest:
    """One tenant, whose policy asks as many people as a rule can name, with names as long as a
    principal's may be."""

    def __init__(self, platform: PlatformClient) -> None:
        self.world = World(platform)
        self.author = self._person("author", "author")
        self.governor = self._person("gala", "governor")
        self.second = self._person("second", "governor")
        self.voters = [self._person(f"voter-{n}", "voter") for n in range(MOST_PLACES)]
        self.added = [self._person(f"added-{n}", "added") for n in range(MOST_PLACES)]

    def _person(self, name: str, role: str) -> Person:
        return self.world.person(name.ljust(LONGEST_NAME, "-"), EVERY_SCOPE, (role,))

    @cached_property
    def policy(self) -> dict[str, Any]:
        """The largest policy: every entry asks everybody, those of one kind the voters."""
        rule, strangers = _all(each.principal for each in self.voters), _all(_STRANGERS)
        entries: list[dict[str, Any]] = [
            {"kind": kind, "min_risk": risk, "rule": rule if kind == "execution" else strangers}
            for kind in ("artifact", "communication", "execution")
            for risk in ("low", "medium", "high", "critical")
        ]
        governed = {**strangers, "of": [*strangers["of"][1:], {"role": "governor"}]}
        entries.append({"kind": "constitutional", "rule": governed})
        entries += [
            {"kind": "financial", "min_amount_usd_micros": amount, "rule": strangers}
            for amount in range(MOST_ENTRIES - len(entries))
        ]
        entries[0]["silence_approves"] = [_long(f"named-{n}") for n in range(MOST_NAMED)]
        return {"entries": entries, "reason": LETTER * LONGEST_REASON}

    def proposal(self) -> dict[str, Any]:
        """The card of the largest policy, proposed."""
        return sent(self.author, "/v1/approvals/policy", self.policy, method="PUT")

    def adopt(self) -> None:
        """Makes the largest policy that of the tenant."""
        self.vote(self.proposal(), [self.governor])
        self.world.settle()

    def request(self, **changed: Any) -> dict[str, Any]:
        """The largest request."""
        found = LETTER * (LARGEST_EVIDENCE_BYTES // MOST_EVIDENCE // 3 - 8)
        return {
            "kind": "execution",
            "subject": dict.fromkeys(("type", "id", "name"), LETTER * LONGEST_SUBJECT),
            "summary": SUMMARY,
            "content": {"id": uuid.uuid4().hex, "text": LETTER * (LARGEST_CONTENT_BYTES // 3 - 30)},
            "evidence": [{"found": found}] * MOST_EVIDENCE,
            "rollback_plan": LETTER * 10_000,
            "rule": _all(each.principal for each in self.added),
            **changed,
        }

    def small_request(self) -> dict[str, Any]:
        """One whose card is the largest, though hardly anything is stored beside it."""
        return self.request(content={"id": uuid.uuid4().hex}, evidence=[], rollback_plan="x")

    def approval(self, *, votes: int = 0, **changed: Any) -> dict[str, Any]:
        """The card of the largest approval, with so many votes."""
        card = sent(self.author, "/v1/approvals", self.request(**changed))
        self.vote(card, [*self.voters, *self.added][:votes])
        self.world.settle()
        return card

    def vote(self, card: dict[str, Any], people: Iterable[Person]) -> None:
        """Each of them approves."""
        for person in people:
            self.decide(person, card, "approve")

    def decide(self, by: Person, card: dict[str, Any], verb: str, **fields: Any) -> None:
        """One decision."""
        body = {**decision(card), "decision": verb, **fields}
        sent(by, f"/v1/approvals/{card['id']}/decisions", body)

    def precedent(self) -> dict[str, Any]:
        """The largest precedent."""
        plain = precedent("healthcare")
        # All conditions together have at most 16,384 bytes.
        ground, value = uuid.uuid4().hex, LETTER * 220
        added = [
            {"field": f"content.{ground}-{n:02d}".ljust(200, "x"), "op": "ne", "value": value}
            for n in range(MOST_CONDITIONS - len(plain["conditions"]))
        ]
        return {
            **plain,
            "title": uuid.uuid4().hex.ljust(200, LETTER),
            "kind": "execution",
            "conditions": [*plain["conditions"], *added],
            "rationale": plain["rationale"].ljust(4_000, LETTER),
        }


def veto_body(card: dict[str, Any]) -> dict[str, Any]:
    """The largest veto."""
    reason = {"reason_category": "safety", "explanation": NOTE}
    return {**decision(card), **reason}


def large_spec(name: str) -> dict[str, Any]:
    """A spec with long texts and the longest instructions, which passes every check."""
    plain = spec(name)
    line = "Articles that explain common conditions and their prevention in plain language"
    longest = "; ".join([line] * 25)[:1_900]
    out = [f"Number {n:02d}: {longest}" for n in range(4)]
    inside = [f"{longest} {n:02d}" for n in range(4)]
    instructions = (line + "\n") * (32_000 // (len(line) + 1))
    return {
        **plain,
        "instructions": instructions,
        "scope": {"in": inside, "out": [*plain["scope"]["out"], *out]},
    }


def dependent_spec(name: str, on: Iterable[str]) -> dict[str, Any]:
    """A spec of an agent that depends on others."""
    plain = spec(name)
    return {**plain, "interfaces": {**plain["interfaces"], "depends_on": list(on)}}


def unused_name() -> str:
    """A name that no agent has, as long as a name may be."""
    return f"agent-{uuid.uuid4().hex}-".ljust(60, "x")


def sent(by: Person, path: str, body: Any, *, method: str = "POST") -> dict[str, Any]:
    """The answer to a call that must be taken."""
    answer = by.send(method, path, json=body)
    assert answer.is_success, f"{method} {path}: {answer.text[:2_000]}"
    return dict(answer.json())


def together(make: Callable[[], Any], many: int) -> list[Any]:
    """Calls it so many times, a few at once."""
    with ThreadPoolExecutor(AT_ONCE) as people:
        return list(people.map(lambda _: make(), range(many)))


def _long(name: str) -> str:
    return name.ljust(LONGEST_NAME, "-")


_STRANGERS = [_long(f"stranger-{n}") for n in range(MOST_PLACES)]


def _all(principals: Iterable[str]) -> dict[str, Any]:
    return {"kind": "all", "of": [{"principal": each} for each in principals]}
