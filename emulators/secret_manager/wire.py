"""Between the messages of google.cloud.secretmanager.v1 and this stand-in's values."""

import re
from collections.abc import Mapping

from google.cloud.secretmanager_v1 import types

from emulators.google_rpc import Message, invalid, unemulated
from emulators.secret_manager.model import Secret, Version
from emulators.secret_manager.names import VersionName

SECRET = types.Secret.pb()
VERSION = types.SecretVersion.pb()
REPLICATION = types.Replication.pb()
UNEMULATED = (
    "topics",
    "expire_time",
    "ttl",
    "rotation",
    "version_destroy_ttl",
    "customer_managed_encryption",
    "tags",
    "secret_type",
)
UPDATABLE = ("labels", "annotations", "version_aliases")
LABEL_KEY = re.compile(r"[^\W\dA-Z_][\w-]{0,62}")
LABEL_VALUE = re.compile(r"[\w-]{0,63}")
ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


def check_emulated(secret: Message) -> None:
    """Refuses what a real secret would obey and this one would not."""
    for descriptor, _ in secret.ListFields():
        if descriptor.name in UNEMULATED:
            raise unemulated(f"Secret.{descriptor.name}")


def read_replication(secret: Message) -> bytes:
    if secret.replication.WhichOneof("replication") is None:
        raise invalid("Secret.replication must be provided.")
    replication: bytes = secret.replication.SerializeToString()
    return replication


def read_labels(secret: Message) -> Mapping[str, str]:
    labels = dict(secret.labels)
    if len(labels) > 64:
        raise invalid("No more than 64 labels can be assigned to a secret.")
    for key, value in labels.items():
        if not _is_label(LABEL_KEY, key) or not _is_label(LABEL_VALUE, value):
            raise invalid(f"The label [{key}: {value}] is not valid.")
    return labels


def read_annotations(secret: Message) -> Mapping[str, str]:
    annotations = dict(secret.annotations)
    if sum(len(key) + len(value) for key, value in annotations.items()) > 16 * 1024:
        raise invalid("The annotations of a secret must be smaller than 16KiB.")
    return annotations


def read_aliases(message: Message, secret: Secret | None) -> Mapping[str, int]:
    aliases = dict(message.version_aliases)
    for alias, number in aliases.items():
        if not ALIAS.fullmatch(alias) or alias in ("latest", "NEW"):
            raise invalid(f"The version alias [{alias}] is not valid.")
        if secret is None or not 1 <= number <= len(secret.versions):
            raise invalid(
                f"The version alias [{alias}] names version {number}, which is not there."
            )
    return aliases


def write_secret(secret: Secret) -> Message:
    message = SECRET(
        name=str(secret.name),
        etag=secret.etag,
        labels=secret.labels,
        annotations=secret.annotations,
        version_aliases=secret.aliases,
        replication=REPLICATION.FromString(secret.replication),
    )
    message.create_time.FromDatetime(secret.create_time)
    return message


def write_version(secret: Secret, version: Version) -> Message:
    message = VERSION(
        name=str(VersionName(secret.name, str(version.number))),
        state=version.state.value,
        etag=version.etag,
        client_specified_payload_checksum=version.checksum_given,
    )
    message.create_time.FromDatetime(version.create_time)
    if version.destroy_time:
        message.destroy_time.FromDatetime(version.destroy_time)
    _write_replication_status(
        message.replication_status, REPLICATION.FromString(secret.replication)
    )
    return message


def write_access(secret: Secret, version: Version) -> Message:
    payload = types.SecretPayload.pb()(data=version.payload, data_crc32c=version.checksum)
    name = str(VersionName(secret.name, str(version.number)))
    return types.AccessSecretVersionResponse.pb()(name=name, payload=payload)


def _write_replication_status(message: Message, replication: Message) -> None:
    if replication.WhichOneof("replication") == "automatic":
        message.automatic.SetInParent()
    for replica in replication.user_managed.replicas:
        message.user_managed.replicas.add(location=replica.location)


def _is_label(pattern: re.Pattern[str], text: str) -> bool:
    return bool(pattern.fullmatch(text)) and text == text.lower() and len(text.encode()) <= 128
