"""Stages 1 to 5 of one spec, with the reviewers' certifications signed."""

from datetime import datetime

from events.agents import CaseKind
from functions.agents.rules.case import Judged
from functions.agents.rules.certification import as_version, certify
from functions.agents.rules.judgement import judge
from functions.agents.rules.spec import Spec
from functions.agents.settings import SIGNING_KEY
from shared.runtime.secrets import signing_key


async def judge_spec(
    spec: Spec, *, kind: CaseKind, case_id: str, version: str, tenant_id: str, at: datetime
) -> Judged:
    """What stages 1 to 5 say of the spec, certified; a proposal is spared stages 4 and 5. Raises
    Unavailable where the signing key cannot be read."""
    return certify(
        as_version(spec, version=version, case_id=case_id),
        judge(spec, with_reviews=kind != "proposal"),
        tenant_id=tenant_id,
        key=await signing_key(SIGNING_KEY),
        at=at,
    )
