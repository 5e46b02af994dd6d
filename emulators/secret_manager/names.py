"""Resource names of Secret Manager: what is well formed and what belongs where."""

import re
from dataclasses import dataclass
from typing import Self

from emulators.google_rpc import invalid

PROJECT = r"projects/[A-Za-z0-9:.-]+"
SECRET_ID = r"[A-Za-z0-9_-]{1,255}"
VERSION_ID = r"[0-9]+|[A-Za-z][A-Za-z0-9_-]{0,62}"


@dataclass(frozen=True, slots=True, order=True)
class SecretName:
    """projects/*/secrets/*; `project` includes its prefix."""

    project: str
    id: str

    @classmethod
    def of(cls, parent: str, secret_id: str) -> Self:
        if not re.fullmatch(PROJECT, parent):
            raise _malformed(parent)
        if not re.fullmatch(SECRET_ID, secret_id):
            raise invalid(f"Secret ID [{secret_id}] must match the pattern [a-zA-Z_0-9-]{{1,255}}.")
        return cls(parent, secret_id)

    @classmethod
    def parse(cls, text: str) -> Self:
        if match := re.fullmatch(f"({PROJECT})/secrets/({SECRET_ID})", text):
            return cls(match[1], match[2])
        raise _malformed(text)

    def __str__(self) -> str:
        return f"{self.project}/secrets/{self.id}"


@dataclass(frozen=True, slots=True)
class VersionName:
    """projects/*/secrets/*/versions/*, where the version is a number, `latest` or an alias."""

    secret: SecretName
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        secret, separator, version = text.rpartition("/versions/")
        if separator and re.fullmatch(VERSION_ID, version):
            return cls(SecretName.parse(secret), version)
        raise _malformed(text)

    def __str__(self) -> str:
        return f"{self.secret}/versions/{self.id}"


def parse_project(text: str) -> str:
    """`text`, if it names a project."""
    if not re.fullmatch(PROJECT, text):
        raise _malformed(text)
    return text


def _malformed(text: str) -> Exception:
    return invalid(f"Resource ID [{text}] is not in a valid format.")
