"""The scanner for malware, where one is configured: an HTTP service that gets the bytes of a file
and says what it found."""

from collections.abc import AsyncIterator
from functools import cache
from typing import Annotated

from pydantic import HttpUrl, StringConstraints

from shared.artifacts.artifact import Artifact
from shared.kit.models import Data
from shared.runtime.configured import asked
from shared.runtime.settings import Settings

LARGEST_ANSWER_BYTES = 10_000


class ScannerSettings(Settings):
    """ASSENT_SCANNER_URL, which is usually empty."""

    scanner_url: HttpUrl | None = None


class Answer(Data):
    """The service's answer: what it found, such as `Eicar-Test-Signature`; null for nothing."""

    found: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None


class Scanner:
    """Calls the scanner at one address."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def scan(self, artifact: Artifact, parts: AsyncIterator[bytes]) -> str | None:
        """What the service found in the bytes, None for nothing. Raises Unavailable where it does
        not answer, or not in the expected form."""
        headers = {
            "Content-Type": artifact.media_type,
            "Content-Length": str(artifact.bytes),
            "Assent-Artifact": artifact.artifact_id,
            "Assent-Sha256": artifact.sha256,
        }
        sent = {"content": parts, "headers": headers}
        answer = await asked(self.url, "the scanner", Answer, longest=LARGEST_ANSWER_BYTES, **sent)
        return answer.found


@cache
def configured_scanner() -> Scanner | None:
    """The configured scanner of this process. Raises ConfigurationError for an invalid address."""
    url = ScannerSettings.from_environment().scanner_url
    return Scanner(str(url)) if url is not None else None
