"""Secrets and their versions as values, and the rules of their states. No clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

import grpc

from emulators.google_rpc import Refusal, invalid
from emulators.secret_manager.crc32c import crc32c
from emulators.secret_manager.names import SecretName, VersionName

LARGEST_PAYLOAD = 64 * 1024


class State(Enum):
    """The values are those of SecretVersion.State."""

    ENABLED = 1
    DISABLED = 2
    DESTROYED = 3


@dataclass(frozen=True, slots=True)
class Version:
    """One version; `payload` is empty once it is destroyed."""

    number: int
    payload: bytes
    checksum: int
    checksum_given: bool
    create_time: datetime
    etag: str
    state: State = State.ENABLED
    destroy_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret with every version it ever had, oldest first."""

    name: SecretName
    replication: bytes
    create_time: datetime
    etag: str
    serial: int
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[Version, ...] = ()

    def version(self, version_id: str) -> Version:
        """By number, alias or `latest`: the newest version, whatever its state. Else NOT_FOUND."""
        if version_id == "latest" and not self.versions:
            raise Refusal(
                grpc.StatusCode.NOT_FOUND, f"Secret [{self.name}] not found or has no versions."
            )
        number = self._number(version_id)
        if number is None or not 1 <= number <= len(self.versions):
            name = VersionName(self.name, version_id)
            raise Refusal(grpc.StatusCode.NOT_FOUND, f"Secret Version [{name}] not found.")
        return self.versions[number - 1]

    def with_version(self, version: Version) -> "Secret":
        """This secret with `version` added or in the place of the one with its number."""
        before, after = self.versions[: version.number - 1], self.versions[version.number :]
        return replace(self, versions=(*before, version, *after))

    def _number(self, version_id: str) -> int | None:
        if version_id == "latest":
            return len(self.versions)
        return int(version_id) if version_id.isdecimal() else self.aliases.get(version_id)


@dataclass(frozen=True, slots=True)
class KeptSecrets:
    """Every secret, and the number of changes that were made to them."""

    secrets: tuple[Secret, ...]
    changes: int


def new_version(
    secret: Secret, payload: bytes, checksum: int | None, now: datetime, etag: str
) -> Version:
    """The secret's next version. INVALID_ARGUMENT for a payload that is empty, too large or not
    what its checksum says."""
    if not payload:
        raise invalid("Secret Payload cannot be empty.")
    if len(payload) > LARGEST_PAYLOAD:
        raise invalid(f"The secret payload is {len(payload)} bytes; the limit is 65536 bytes.")
    actual = crc32c(payload)
    if checksum is not None and checksum != actual:
        raise invalid("The payload's data_crc32c does not match the data received.")
    return Version(
        number=len(secret.versions) + 1,
        payload=payload,
        checksum=actual,
        checksum_given=checksum is not None,
        create_time=now,
        etag=etag,
    )


def check_accessible(name: VersionName, version: Version) -> None:
    """FAILED_PRECONDITION unless the version is enabled."""
    if version.state is not State.ENABLED:
        raise _in_state(name, version)


def moved(name: VersionName, version: Version, to: State, now: datetime, etag: str) -> Version:
    """The version in its new state; also a change to the same state makes a new etag.
    FAILED_PRECONDITION for one that is destroyed: nothing leads out of there."""
    if version.state is State.DESTROYED:
        raise _in_state(name, version)
    if to is State.DESTROYED:
        return replace(version, state=to, etag=etag, payload=b"", destroy_time=now)
    return replace(version, state=to, etag=etag)


def check_etag(given: str, current: str) -> None:
    """FAILED_PRECONDITION for an etag that was given and is not the current one."""
    if given and given != current:
        raise Refusal(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"The etag provided ({given}) does not match the current etag ({current}).",
        )


def _in_state(name: VersionName, version: Version) -> Refusal:
    exact = VersionName(name.secret, str(version.number))
    return Refusal(
        grpc.StatusCode.FAILED_PRECONDITION,
        f"Secret Version [{exact}] is in {version.state.name} state.",
    )
