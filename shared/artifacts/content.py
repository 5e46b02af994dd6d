"""The bytes of artifacts, in two buckets: `artifacts-incoming` takes what is uploaded, and deletes
all after a day; `artifacts` has what was checked, until its artifact is removed.

What is uploaded is copied while it is checked, so that whoever still has the address of the upload
changes nothing that was checked."""

from urllib.parse import quote

from shared.kit.canonical import hash_of
from shared.kit.errors import ContentInvalid
from shared.storage.buckets import Bucket

KEPT, INCOMING = "artifacts", "artifacts-incoming"


def object_name(tenant_id: str, artifact_id: str) -> str:
    """The name of an artifact's object, in either bucket."""
    return f"{prefix_of(tenant_id)}{artifact_id}"


def prefix_of(tenant_id: str) -> str:
    """What the names of all objects of a tenant begin with."""
    return f"{quote(tenant_id, safe='@:')}/"


async def read_content(bucket: Bucket, name: str, digest: str) -> bytes:
    """The bytes with that SHA-256. Raises ContentInvalid where the bucket has none or others,
    Unavailable."""
    content = await bucket.read(name)
    if content is None or hash_of(content) != digest:
        raise ContentInvalid("the bucket does not have the bytes of the artifact")
    return content
