"""Stages 1 to 5 of one spec, with the reviewers' certifications signed."""

from datetime import datetime

from events.agents import CaseKind, Limits
from functions.agents.rules.agent import Version
from functions.agents.rules.case import Judged
from functions.agents.rules.judgement import STAGES, StageJudgement, judge
from functions.agents.rules.spec import Spec
from functions.agents.rules.stages import CERTIFIED_STAGES
from functions.agents.settings import SIGNING_KEY
from shared.kit.canonical import canonical_json, content_hash
from shared.kit.ids import new_id
from shared.kit.instants import format_instant
from shared.kit.money import usd_micros
from shared.kit.signing import sign
from shared.runtime.secrets import signing_key


async def judge_spec(
    spec: Spec, *, kind: CaseKind, case_id: str, version: str, tenant_id: str, at: datetime
) -> Judged:
    """What stages 1 to 5 say of the spec; a proposal is spared stages 4 and 5. Each of stages 3 to
    5 that passed carries a certification: a signed statement of exactly this spec, its verdict and
    its findings. Raises Unavailable where the signing key cannot be read."""
    judged = as_version(spec, version=version, case_id=case_id)
    judgement = judge(spec, with_reviews=kind != "proposal")
    certifications, ids = [], {}
    for stage in judgement.stages:
        if stage.number in CERTIFIED_STAGES and stage.outcome == "passed":
            ids[stage.number] = new_id("crt", at)
            statement = _statement(judged, stage, ids[stage.number], tenant_id, at)
            certifications.append(sign(statement, await signing_key(SIGNING_KEY)))
    return Judged(judged, judgement, tuple(certifications), ids)


def as_version(spec: Spec, *, version: str, case_id: str) -> Version:
    """The spec as the version it becomes once its case is live."""
    return Version(
        version=version,
        spec=canonical_json(spec.document()).decode(),
        spec_hash=spec.hash,
        mode=spec.mode,
        budget=Limits(
            per_run_usd_micros=usd_micros(spec.budget.per_run_usd),
            per_day_usd_micros=usd_micros(spec.budget.per_day_usd),
        ),
        depends_on=tuple(spec.interfaces.depends_on),
        industry=spec.industry,
        case_id=case_id,
    )


def _statement(
    judged: Version, stage: StageJudgement, certification_id: str, tenant_id: str, at: datetime
) -> dict[str, object]:
    return {
        "certification_id": certification_id,
        "tenant_id": tenant_id,
        "case_id": judged.case_id,
        "stage": stage.number,
        "name": STAGES[stage.number - 1],
        "verdict": stage.outcome,
        "spec_hash": judged.spec_hash,
        "findings_hash": content_hash([f.model_dump(mode="json") for f in stage.findings]),
        "certified_at": format_instant(at),
    }
