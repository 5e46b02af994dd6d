"""The place of a quotation in a document, by which anybody who may read that can verify it."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from events.receipts import Sha256
from shared.kit.models import Data

MOST = 1 << 31
# Pages and versions are counted from 1.
Number = Annotated[int, Field(ge=1, lt=MOST, strict=True)]


class Quotation(Data):
    """Which characters of a page of a document's version are quoted, from `start` to before `end`,
    and the SHA-256 of the quotation in UTF-8, in hex."""

    version: Number
    page: Number
    start: Annotated[int, Field(ge=0, lt=MOST, strict=True)]
    end: Number
    quote_sha256: Sha256


class Citation(Quotation):
    """Which characters of a page of a version of the `document` are quoted, from `start` to before
    `end`, and the SHA-256 of the quotation in UTF-8, in hex."""

    model_config = ConfigDict(extra="forbid")

    document: Annotated[str, StringConstraints(max_length=64)]
