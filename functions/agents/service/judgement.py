"""Stages 1 to 5 of one spec, with the reviewers' certifications signed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from events.agents import CaseKind
from functions.agents.aggregates import SIGNING_KEY
from functions.agents.reviewer import configured_reviewer
from functions.agents.rules.case import Judged
from functions.agents.rules.certification import as_version, certify
from functions.agents.rules.checks.findings import Finding
from functions.agents.rules.judgement import judge, reviewed
from functions.agents.rules.spec import Spec
from shared.kit.contents import Content
from shared.storage.secrets import signing_key


async def judge_spec(
    spec: Spec,
    *,
    kind: CaseKind,
    case_id: str,
    version: str,
    tenant_id: str,
    at: datetime,
    added: Mapping[int, Sequence[Finding]] | None = None,
) -> Judged:
    """The certified judgement of stages 1 to 5 on the spec; proposals skip stages 4 and 5. Where a
    configured model reviews what the rules cleared, the judgement is incomplete until it has the
    model's `added` findings. Raises Unavailable where the signing key cannot be read."""
    judgement = reviewed(judge(spec, with_reviews=kind != "proposal"), added or {})
    judged = certify(
        as_version(spec, version=version, case_id=case_id),
        Content.of(spec.document()),
        judgement,
        tenant_id=tenant_id,
        key=await signing_key(SIGNING_KEY),
        at=at,
    )
    cleared = judgement.outcome == "ethics_cleared" and kind != "proposal"
    waits = cleared and added is None and configured_reviewer() is not None
    return replace(judged, awaits_review=waits)
