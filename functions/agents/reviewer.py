"""The reader of prose, where one is configured: an HTTP service that receives a spec with the
rules' findings, and may raise concerns."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import Field, HttpUrl, StringConstraints

from events.cases import Finding
from functions.agents.rules.review import LARGEST_ANSWER_BYTES, concern
from shared.kit.errors import Unavailable
from shared.kit.json_parts import nearest
from shared.kit.models import Data, Model
from shared.kit.quoting import Sentence
from shared.runtime.configured import asked
from shared.runtime.settings import Settings

MOST_CONCERNS = 50


class ReviewerSettings(Settings):
    """ASSENT_REVIEWER_URL, which is usually empty."""

    reviewer_url: HttpUrl | None = None


class Concern(Model):
    """A doubt: the words that it is about, the JSON Pointer of the text that has them, and why."""

    quote: Annotated[str, StringConstraints(max_length=300, pattern=r"\S")]
    path: Annotated[str, StringConstraints(max_length=300, pattern=r"^/")]
    reason: Annotated[Sentence, Field(max_length=1_000)]


class Answer(Data):
    """The service's answer."""

    concerns: Annotated[tuple[Concern, ...], Field(max_length=MOST_CONCERNS)] = ()


@dataclass(frozen=True)
class Reviewer:
    """Calls the reader at one address."""

    url: str

    async def review(
        self, case_id: str, spec: dict[str, Any], findings: list[dict[str, str]]
    ) -> tuple[Finding, ...]:
        """The concerns about a spec in its normal form. Raises Unavailable where the service does
        not answer, or not in the expected form, in plain text and about words of the spec."""
        shown = {"case_id": case_id, "spec": spec, "findings": findings}
        answer = await asked(
            self.url, "the reader", Answer, longest=LARGEST_ANSWER_BYTES, json=shown
        )
        concerns = answer.concerns
        for each in concerns:
            found, text = nearest(spec, each.path)
            if found != each.path or not isinstance(text, str) or each.quote not in text:
                raise Unavailable(f"the reader quotes what is not at {each.path}")
        quoted = ((json.dumps(each.quote, ensure_ascii=False), each) for each in concerns)
        return tuple(concern(f"{quote}: {each.reason}", each.path) for quote, each in quoted)


@cache
def configured_reviewer() -> Reviewer | None:
    """The configured reader of this process. Raises ConfigurationError for an invalid address."""
    url = ReviewerSettings.from_environment().reviewer_url
    return Reviewer(str(url)) if url is not None else None
