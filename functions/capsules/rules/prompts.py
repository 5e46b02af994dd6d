"""Which versions of prompts a step names, and what each of them says."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field

from events.plan_content import PromptPart
from events.prompts import PromptContent, PromptStatus, prompt_id
from events.specs import Name
from functions.capsules.rules.operations import Refused
from shared.kit.models import Model

_NAMED = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)@([1-9][0-9]{0,5})\Z")
_FORM = (
    "must be a prompt with its version, like weekly-summary@3, or {name: weekly-summary, version:"
    " 3, compare: {version: 4, percent: 20}}"
)

Version = Annotated[int, Field(ge=1, le=999_999, strict=True)]


class CompareBody(Model):
    """Another version of the same prompt, which so many of a hundred runs take instead."""

    version: Version
    percent: Annotated[int, Field(ge=1, le=99, strict=True)]


class PromptBody(Model):
    """The version of a prompt that a step uses, and the one that it is compared with."""

    name: Name
    version: Version
    compare: CompareBody | None = None

    @property
    def id(self) -> str:
        """The version, as `name@version`."""
        return prompt_id(self.name, self.version)

    @property
    def other_id(self) -> str | None:
        """The version that it is compared with; None for none."""
        return None if self.compare is None else prompt_id(self.name, self.compare.version)


def _read(value: Any) -> Any:
    if isinstance(value, Mapping | PromptBody):
        return value
    found = _NAMED.match(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(_FORM)
    return {"name": found[1], "version": int(found[2])}


def _is_another(body: PromptBody) -> PromptBody:
    if body.compare is not None and body.compare.version == body.version:
        raise ValueError(f"compares version {body.version} with itself: name another version")
    return body


NamedPrompt = Annotated[PromptBody, BeforeValidator(_read), AfterValidator(_is_another)]


class Prompt(NamedTuple):
    """A version of a prompt as it is now. `sha256` is the hash of its content, which is None once
    it was erased."""

    status: PromptStatus
    sha256: str
    content: PromptContent | None


Prompts = Mapping[str, Prompt]


def active(named: str, prompts: Prompts) -> tuple[PromptContent, PromptPart]:
    """The content of the version, and how a plan names it. Raises Refused where it is not
    active."""
    found = prompts.get(named)
    name, _, version = named.partition("@")
    if found is None:
        raise Refused(f"there is no prompt {named}: write it first (POST /v1/prompts)")
    if found.status == "draft":
        raise Refused(
            f"the prompt {named} is a draft: a governor activates it"
            f" (POST /v1/prompts/{name}/versions/{version}/activate)"
        )
    if found.status == "deprecated":
        raise Refused(f"the prompt {named} is deprecated: name a version that is active")
    if found.content is None:
        raise Refused(f"the prompt {named} was erased: write it anew, as the next version")
    return found.content, PromptPart(name=name, version=int(version), sha256=found.sha256)
