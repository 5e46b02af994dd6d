"""Finding and changing what a piece of evidence says."""

import json
from typing import Any

from tests.chaos.checker.evidence import Evidence, Json, Tenant
from tests.chaos.checker.verdict import contradictions


def tenant_of(evidence: Evidence) -> Tenant:
    """Its only tenant."""
    (tenant,) = evidence.tenants
    return tenant


def event(evidence: Evidence, name: str, subject: str = "") -> Json:
    """The first event of that name, of any subject or the one named."""
    return next(
        event
        for event in tenant_of(evidence).events
        if event["type"].split(".")[2] == name and event["subject"].endswith(subject)
    )


def change_state(evidence: Evidence, collection: str, id: str, **fields: Any) -> None:
    """What is stored of an aggregate, without telling anybody."""
    document = tenant_of(evidence).documents[collection][id]
    document["state"] = json.dumps({**json.loads(document["state"]), **fields})
    if "status" in fields:
        document["status"] = fields["status"]


def caught_by(evidence: Evidence) -> set[str]:
    """The names of the claims that do not hold."""
    return {against.partition(":")[0].rpartition(" ")[2] for against in contradictions(evidence)}
