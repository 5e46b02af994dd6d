"""Drafts of specs from definitions that were written for other products."""

from events.catalogue import CONNECTORS
from events.specs import MOST_BYTES, MOST_PARTS, Spec
from functions.agents.rules.judgement import judge
from functions.agents.rules.rights import Powers
from functions.agents.views import DraftView, StageFinding
from shared.definitions import Format, translate
from shared.kit.json_limits import JsonLimit
from shared.kit.models import part_of
from shared.kit.parsing import refused


def draft_spec(format: Format, definition: str, agent: str | None) -> DraftView:
    """The draft, judged as a submission of it would be; whether its name is free is not looked up
    and not told. Raises Invalid for what cannot be translated."""
    draft = translate(format, definition, CONNECTORS, agent)
    if problem := JsonLimit(MOST_BYTES, MOST_PARTS).problem(draft.spec):
        raise refused(f"makes a spec that {problem}", "definition")
    found = StageFinding.all_of(judge(Powers(Spec.model_validate(draft.spec))))
    told = tuple(each for each in found if each.check != "unique_name")
    return part_of(DraftView, draft, findings=told)
