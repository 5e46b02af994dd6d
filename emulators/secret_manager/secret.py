"""A secret with its versions, as the API's own messages. No clock, no I/O."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from google.cloud.secretmanager_v1 import types

from emulators.google_rpc import Message, failed_precondition, invalid, not_found, unemulated
from emulators.secret_manager.crc32c import crc32c

SECRET = types.Secret.pb()
VERSION = types.SecretVersion.pb()
State = types.SecretVersion.State
UPDATABLE = ("labels", "annotations", "version_aliases")
_EMULATED = (*UPDATABLE, "name", "replication", "create_time", "etag")
_LARGEST_PAYLOAD = 64 * 1024
_LABEL_KEY = re.compile(r"[^\W\dA-Z_][\w-]{0,62}")
_LABEL_VALUE = re.compile(r"[\w-]{0,63}")
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


@dataclass
class Secret:
    """`message` and `versions` are the API's answers; a payload is empty once its version is
    destroyed. Versions are numbered from 1; `serial` orders secrets by their creation."""

    message: Message
    serial: int
    versions: list[Message] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)

    def number(self, version_id: str) -> int:
        """The version with a number or an alias, or the newest in any state for `latest`. NOT_FOUND
        where there is none."""
        if version_id == "latest" and not self.versions:
            raise not_found(f"Secret [{self.message.name}] not found or has no versions.")
        number: int = self.message.version_aliases.get(version_id, 0)
        if version_id == "latest":
            number = len(self.versions)
        elif version_id.isdecimal():
            number = int(version_id)
        if not 1 <= number <= len(self.versions):
            name = f"{self.message.name}/versions/{version_id}"
            raise not_found(f"Secret Version [{name}] not found.")
        return number

    def add(self, payload: Message, now: datetime, etag: str) -> Message:
        """Adds the secret's next version. INVALID_ARGUMENT for a payload that is empty, too large
        or different from its checksum."""
        _check_payload(payload)
        version = VERSION(
            name=f"{self.message.name}/versions/{len(self.versions) + 1}",
            state=State.ENABLED,
            etag=etag,
            client_specified_payload_checksum=payload.HasField("data_crc32c"),
        )
        version.create_time.FromDatetime(now)
        if self.message.replication.WhichOneof("replication") == "automatic":
            version.replication_status.automatic.SetInParent()
        for replica in self.message.replication.user_managed.replicas:
            version.replication_status.user_managed.replicas.add(location=replica.location)
        self.versions.append(version)
        self.payloads.append(payload.data)
        return version

    def access(self, version_id: str) -> Message:
        """FAILED_PRECONDITION unless the version is enabled."""
        number = self.number(version_id)
        version, data = self.versions[number - 1], self.payloads[number - 1]
        if version.state != State.ENABLED:
            raise _in_state(version)
        payload = types.SecretPayload.pb()(data=data, data_crc32c=crc32c(data))
        return types.AccessSecretVersionResponse.pb()(name=version.name, payload=payload)

    def move(self, request: Message, number: int, to: int, now: datetime, etag: str) -> Message:
        """The version in its new state; setting the same state again also makes a new etag.
        FAILED_PRECONDITION for a destroyed version, whose state is final."""
        version = self.versions[number - 1]
        check_etag(request.etag, version.etag)
        if version.state == State.DESTROYED:
            raise _in_state(version)
        version.state, version.etag = to, etag
        if to == State.DESTROYED:
            self.payloads[number - 1] = b""
            version.destroy_time.FromDatetime(now)
        return version

    def update(self, request: Message, etag: str) -> Message:
        """Changes the fields in the request's mask. INVALID_ARGUMENT for fields that cannot be
        updated."""
        paths = [path.partition(".")[0] for path in request.update_mask.paths]
        if not paths:
            raise invalid("update_mask must be provided.")
        for path in paths:
            if path in SECRET.DESCRIPTOR.fields_by_name and path not in _EMULATED:
                raise unemulated(f"Secret.{path}")
            if path not in UPDATABLE:
                raise invalid(f"update_mask names [{path}], which cannot be updated.")
        check_etag(request.secret.etag, self.message.etag)
        _check_secret(request.secret, paths, versions=len(self.versions))
        for path in paths:
            self.message.ClearField(path)
            getattr(self.message, path).update(getattr(request.secret, path))
        self.message.etag = etag
        return self.message


def new_secret(name: str, message: Message, serial: int, now: datetime, etag: str) -> Secret:
    """UNIMPLEMENTED for settings that a real secret supports and this one does not."""
    for descriptor, _ in message.ListFields():
        if descriptor.name not in _EMULATED:
            raise unemulated(f"Secret.{descriptor.name}")
    if message.replication.WhichOneof("replication") is None:
        raise invalid("Secret.replication must be provided.")
    _check_secret(message, UPDATABLE, versions=0)
    created = SECRET()
    created.CopyFrom(message)
    created.name, created.etag = name, etag
    created.create_time.FromDatetime(now)
    return Secret(created, serial)


def _check_secret(message: Message, fields: Iterable[str], *, versions: int) -> None:
    """Raises the Refusal for labels, annotations or aliases that are not well formed."""
    if "labels" in fields:
        _check_labels(message.labels)
    size = sum(len(key) + len(value) for key, value in message.annotations.items())
    if "annotations" in fields and size > 16 * 1024:
        raise invalid("The annotations of a secret must be smaller than 16KiB.")
    if "version_aliases" in fields:
        for alias, number in message.version_aliases.items():
            if not _ALIAS.fullmatch(alias) or alias in ("latest", "NEW"):
                raise invalid(f"The version alias [{alias}] is not valid.")
            if not 1 <= number <= versions:
                raise invalid(f"The version alias [{alias}] names version {number}.")


def check_etag(given: str, current: str) -> None:
    """FAILED_PRECONDITION for an etag that differs from the current one."""
    if given and given != current:
        raise failed_precondition(
            f"The etag provided ({given}) does not match the current etag ({current})."
        )


def _check_payload(payload: Message) -> None:
    if not payload.data:
        raise invalid("Secret Payload cannot be empty.")
    size = len(payload.data)
    if size > _LARGEST_PAYLOAD:
        raise invalid(f"The secret payload is {size} bytes; the limit is {_LARGEST_PAYLOAD} bytes.")
    if payload.HasField("data_crc32c") and payload.data_crc32c != crc32c(payload.data):
        raise invalid("The payload's data_crc32c does not match the data received.")


def _check_labels(labels: Mapping[str, str]) -> None:
    if len(labels) > 64:
        raise invalid("No more than 64 labels can be assigned to a secret.")
    for key, value in labels.items():
        if not _is_label(_LABEL_KEY, key) or not _is_label(_LABEL_VALUE, value):
            raise invalid(f"The label [{key}: {value}] is not valid.")


def _is_label(pattern: re.Pattern[str], text: str) -> bool:
    return bool(pattern.fullmatch(text)) and text == text.lower() and len(text.encode()) <= 128


def _in_state(version: Message) -> Exception:
    return failed_precondition(
        f"Secret Version [{version.name}] is in {State(version.state).name} state."
    )
