"""The model reviewer, where one is configured: an HTTP service that is shown a spec and what the
rules found, and may object."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, StringConstraints, ValidationError

from functions.agents.rules.checks.findings import Finding
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.spec import Spec
from shared.kit.errors import Unavailable
from shared.kit.models import Data, Model
from shared.runtime.settings import Settings

TIMEOUT_SECONDS = 20.0
MOST_FINDINGS = 50


class ReviewerSettings(Settings):
    """ASSENT_REVIEWER_URL, or nothing, which is normal."""

    reviewer_url: HttpUrl | None = None


class Objection(Model):
    """One finding of the model, about one of the stages 3 to 5."""

    stage: Literal[3, 4, 5]
    check: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,59}$")]
    verdict: Literal["pass", "fail", "escalate"]
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
    path: Annotated[str, StringConstraints(max_length=300)] = ""


class ReviewAnswer(Data):
    """What the service answers."""

    findings: Annotated[tuple[Objection, ...], Field(max_length=MOST_FINDINGS)] = ()


class Reviewer:
    """Asks the service at one address."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def review(
        self, case_id: str, spec: Spec, judgement: Judgement
    ) -> dict[int, Sequence[Finding]]:
        """The model's findings by stage, each check named `model_…` so that nobody takes it for a
        rule. Raises Unavailable where the service does not answer, or not as it should."""
        import httpx

        shown = {
            "case_id": case_id,
            "spec": spec.document(),
            "findings": [finding.model_dump(mode="json") for finding in judgement.findings],
        }
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                answer = await client.post(self._url, json=shown)
                answer.raise_for_status()
                read = ReviewAnswer.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise Unavailable("the reviewer did not answer as it should") from error
        found: dict[int, list[Finding]] = {}
        for each in read.findings:
            said = Finding(
                check=f"model_{each.check}",
                verdict=each.verdict,
                evidence=each.evidence,
                path=each.path,
            )
            found.setdefault(each.stage, []).append(said)
        return dict(found)


@cache
def configured_reviewer() -> Reviewer | None:
    """The reviewer this process was configured with. Raises ConfigurationError for an address that
    is none."""
    url = ReviewerSettings.from_environment().reviewer_url
    return Reviewer(str(url)) if url is not None else None
