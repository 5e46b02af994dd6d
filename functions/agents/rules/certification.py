"""The statements that the reviewers of stages 3 to 5 sign: a verdict about exactly one spec."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from joserfc.jwk import OKPKey

from events.agents import Limits
from events.cases import StageState
from events.specs import Spec
from functions.agents.rules.agent import Version
from functions.agents.rules.case import CaseContents, CreationCase, Judged
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.stages import CERTIFIED_STAGES, findings_of
from shared.kit.canonical import content_hash
from shared.kit.contents import Content
from shared.kit.ids import derive_id
from shared.kit.instants import format_instant
from shared.kit.money import usd_micros
from shared.kit.signing import sign


def certify(
    version: Version,
    spec: Content,
    judgement: Judgement,
    *,
    tenant_id: str,
    key: OKPKey,
    at: datetime,
) -> Judged:
    """The judged version with a certification for each of stages 3 to 5 that passed: a signed
    statement of exactly this spec, the verdict and its findings. The same for the same
    arguments."""
    certifications, ids = [], {}
    findings = [finding.model_dump(mode="json") for finding in judgement.findings]
    for stage in judgement.stages:
        if stage.number in CERTIFIED_STAGES and stage.status == "passed":
            parts = (version.case_id, version.spec_hash, str(stage.number))
            ids[stage.number] = id = derive_id("crt", at, *parts)
            done = stage.but(certification_id=id, finished_at=at)
            own = findings_of(judgement.stages, stage.number, findings)
            certifications.append(sign(certification(version, done, own, tenant_id), key))
    contents = CaseContents(spec, Content.of(findings))
    return Judged(version, contents, judgement, tuple(certifications), ids)


def as_version(spec: Spec, spec_hash: str, *, version: str, case_id: str) -> Version:
    """The spec as the version that it becomes once its case is live. `spec_hash` is that of its
    normal form."""
    return Version(
        version=version,
        spec_hash=spec_hash,
        mode=spec.mode,
        budget=Limits(
            per_run_usd_micros=usd_micros(spec.budget.per_run_usd),
            per_day_usd_micros=usd_micros(spec.budget.per_day_usd),
        ),
        depends_on=tuple(sorted(set(spec.interfaces.depends_on))),
        industry=spec.industry,
        case_id=case_id,
    )


def certification(
    judged: Version | CreationCase, stage: StageState, findings: Sequence[Any], tenant_id: str
) -> dict[str, object]:
    """The statement about one stage: everything that the case shows of its judgement. Made from the
    stored stage again, it is compared with what was signed."""
    return {
        "certification_id": stage.certification_id,
        "tenant_id": tenant_id,
        "case_id": judged.case_id,
        "stage": stage.number,
        "name": stage.name,
        "verdict": "passed",
        "spec_hash": judged.spec_hash,
        "findings_hash": content_hash(list(findings)),
        "certified_at": format_instant(stage.finished_at) if stage.finished_at else None,
    }
