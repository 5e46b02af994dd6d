"""Stages 1 to 5 of one spec, with the reviewers' certifications signed."""

from dataclasses import replace

from events.agents import CaseKind
from events.specs import Spec
from functions.agents.aggregates import SIGNING_KEY
from functions.agents.reviewer import configured_reviewer
from functions.agents.rules.agent import Version
from functions.agents.rules.case import Judged
from functions.agents.rules.certification import as_version, certify
from functions.agents.rules.judgement import Judgement, judge
from functions.agents.rules.normal_form import normal_form
from functions.agents.rules.rights import Powers
from functions.agents.service.steps import ids_of
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.contents import Content
from shared.storage.secrets import signing_key


async def judge_spec(
    work: Command, spec: Spec, kind: CaseKind, case_id: str, version: str
) -> Judged:
    """The certified judgement of stages 1 to 5 on the spec, and who sent exactly this one before;
    proposals skip stages 4 and 5. Where a configured reader looks at the texts that the rules
    cleared, it is not final until the reader has answered. Raises Unavailable where the signing key
    cannot be read."""
    others = frozenset(spec.interfaces.depends_on) - {spec.name}
    known = await ids_of(work, others, work.workspace_id)
    powers = Powers(spec, missing_agents=others - known.keys())
    judgement = judge(powers, with_reviews=kind != "proposal")
    content = Content.of(normal_form(powers))
    future = as_version(spec, content.hash, version=version, case_id=case_id)
    cleared = judgement.outcome == "ethics_cleared" and kind != "proposal"
    return replace(
        await certified(work, future, content, judgement),
        awaits_review=cleared and configured_reviewer() is not None,
        first_sent_by=await work.first_to_store(content.hash),
    )


async def certified(
    work: UnitOfWork, version: Version, spec: Content, judgement: Judgement
) -> Judged:
    """As `certify`, at the time and with the key of this function. Raises Unavailable where the key
    cannot be read."""
    key = await signing_key(SIGNING_KEY)
    return certify(version, spec, judgement, tenant_id=work.store.tenant_id, key=key, at=work.at)
