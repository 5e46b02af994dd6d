"""Histories of decisions whose rule is known, with slips."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.learning.rules.decision import Decision

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
EFFECTS = ("read", "draft", "change", "send")
DATA = ("public", "internal", "confidential", "restricted")
AGENTS = tuple(f"agent-{number}" for number in range(8))


def approves(fields: Mapping[str, Any]) -> bool:
    """The rule that the people of these histories follow, and never wrote down."""
    data = fields["content.data_access.classification"]
    mild = set(fields["content.alone_effects"]) <= {"read", "draft"}
    if "restricted" in data:
        return False
    if mild:
        return bool(fields["content.budget.per_run_usd"] <= 5)
    return fields["content.containment.blast_radius"] == "agent" and "confidential" not in data


def request(chance: random.Random) -> dict[str, Any]:
    """The declared fields of a request."""
    return {
        "content.alone_effects": sorted(chance.sample(EFFECTS, chance.choice((1, 1, 2)))),
        "content.data_access.classification": sorted(
            chance.choices(DATA, weights=(6, 5, 2, 1), k=chance.choice((1, 1, 2)))
        ),
        "content.containment.blast_radius": chance.choice(("agent", "workspace", "tenant")),
        "content.budget.per_run_usd": chance.choice((0.5, 1, 2, 5, 10, 20)),
        "content.industry": chance.choice(("healthcare", "retail", "media")),
        "content.mode": chance.choice(("trial", "production")),
        "content.agent": chance.choice(AGENTS),
    }


def history(seed: int, number: int, noise: float = 0.03) -> list[Decision]:
    """So many decisions, of which people take a share of `noise` against their own rule."""
    chance = random.Random(seed)
    found = []
    for place in range(number):
        fields = request(chance)
        slip = chance.random() < noise
        found.append(
            Decision(
                approval_id=f"apr_{place:05}",
                decided_at=START + timedelta(hours=place),
                approved=approves(fields) != slip,
                kind="constitutional",
                risk="low",
                requested_by=chance.choice(("ada", "grace")),
                subject=fields["content.agent"],
                fields=fields,
                waited=chance.uniform(60, 7_200),
            )
        )
    return found
