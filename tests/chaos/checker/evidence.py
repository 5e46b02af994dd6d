"""What a run left behind, as plain JSON, and how it is kept in a file."""

import gzip
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]
# By collection, then by id.
Documents = dict[str, dict[str, Json]]


@dataclass
class Tenant:
    """Everything there is about one tenant. `events` are the log in the order of commit, each with
    its parsed `data`; `shown` are the cards and `shown_agents` the agents of the governor's API;
    `audited` the links of the audit chain; `said` what anybody was answered, `ends` what cases must
    have come to, `run_ends` likewise of runs, `counted` what the server of counters and ledgers has
    done."""

    name: str
    now: str
    events: list[Json] = field(default_factory=list)
    documents: Documents = field(default_factory=dict)
    shown: dict[str, Json] = field(default_factory=dict)
    shown_agents: dict[str, Json] = field(default_factory=dict)
    audited: list[Json] = field(default_factory=list)
    said: list[Json] = field(default_factory=list)
    ends: list[Json] = field(default_factory=list)
    run_ends: list[Json] = field(default_factory=list)
    counted: Json = field(default_factory=lambda: {"additions": [], "lines": []})

    def states(self, collection: str) -> dict[str, Json]:
        """The aggregates of a collection, by id."""
        return states_in(self.documents, collection)

    @property
    def receipts(self) -> list[Json]:
        """The receipts that events report, each once, in the order in which they came."""
        found: dict[str, Json] = {}
        for event in self.events:
            for receipt in event["data"].get("receipts") or ():
                found.setdefault(receipt["receipt_id"], receipt)
        return list(found.values())

    def stories(self, noun: str) -> dict[str, list[Json]]:
        """The events of each subject of that noun, in their sequence."""
        found: dict[str, list[Json]] = {}
        for event in sorted(self.events, key=lambda each: int(each["sequence"])):
            if event["subject"].startswith(f"{noun}/"):
                found.setdefault(event["subject"], []).append(event)
        return found


def states_in(documents: Documents, collection: str) -> dict[str, Json]:
    """The aggregates of a collection, by id."""
    found = documents.get(collection, {})
    return {id: json.loads(each["state"]) for id, each in found.items() if "state" in each}


@dataclass
class Evidence:
    """A whole run's. `keys` are the public keys each function's signatures are verified with, as
    JSON Web Key Sets; `platform` are the platform's own documents, of budgets; `rebuilt` is what
    the rebuild of the projection said, if it differs; `troubles` are what the run itself ran into.
    """

    tenants: list[Tenant]
    keys: dict[str, Json] = field(default_factory=dict)
    rebuilt: str = ""
    dead_letters: str = ""
    surprises: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    platform: Documents = field(default_factory=dict)

    def add(self, other: "Evidence") -> None:
        """Takes in what else was found on the same platform."""
        self.tenants += other.tenants
        self.keys |= other.keys
        self.platform |= other.platform
        self.dead_letters = self.dead_letters or other.dead_letters
        self.surprises += other.surprises
        self.troubles += other.troubles

    def keep(self, file: Path) -> None:
        """Writes it all."""
        with gzip.open(file, "wt", compresslevel=3) as opened:
            json.dump(asdict(self), opened)


def kept(file: Path) -> Evidence:
    """What `keep` wrote."""
    with gzip.open(file, "rt") as opened:
        content = json.load(opened)
    return Evidence(**{**content, "tenants": [Tenant(**each) for each in content["tenants"]]})


def name_of(event: Json) -> str:
    """`assent.approval.vetoed.v1` → `vetoed`."""
    return str(event["type"].split(".")[2])
