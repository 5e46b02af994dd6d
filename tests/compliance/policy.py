"""What was decided about single findings, each with its reason: tests/compliance/policy.toml."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from shared.kit.models import Model

PATH = Path(__file__).parent / "policy.toml"
Reason = Annotated[str, StringConstraints(min_length=15)]


class AcceptedVulnerability(Model):
    """One that does not reach us, until a day on which somebody looks again."""

    id: str
    reason: Reason
    until: date


class LicenceException(Model):
    """A package whose licence is not on the list, or does not say what it is."""

    package: str
    licence: str
    reason: Reason


class ReviewedSecret(Model):
    """What looks like a secret in one file and is none. `hashes` are SHA-1, of `detect-secrets`."""

    file: str
    reason: Reason
    hashes: tuple[str, ...]


class HarmlessShape(Model):
    """A shape that no secret has, wherever it stands: a regular expression for the whole of it."""

    pattern: str
    reason: Reason


class StructuralClaim(Model):
    """A promise about the structure, and the tests that hold it."""

    claim: str
    tests: tuple[str, ...] = ()
    unmet: str = ""


class Policy(Model):
    """All of it."""

    licences: tuple[str, ...]
    licence_exceptions: tuple[LicenceException, ...] = ()
    vulnerabilities: tuple[AcceptedVulnerability, ...] = ()
    harmless: tuple[HarmlessShape, ...] = ()
    secrets: tuple[ReviewedSecret, ...] = ()
    structure: tuple[StructuralClaim, ...] = ()


def load_policy(path: Path = PATH) -> Policy:
    """Raises ValidationError for an entry without its reason."""
    return Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
