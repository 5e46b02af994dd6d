"""Objects in buckets, through the interface of S3, which Cloud Storage has too.

ASSENT_BUCKETS_URL names the service, ASSENT_BUCKET_<NAME> the bucket for what a manifest calls
`name`; the secret BUCKET_KEY holds `<access key id>:<secret key>`."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any

from shared.kit.errors import Unavailable
from shared.kit.variables import bucket_variable
from shared.storage.secrets import read_secret

BUCKET_KEY = "audit-bucket-key"
# Every part of an upload but the last has 5 MiB at least.
PART_BYTES = 8 * 1024 * 1024
ANSWER_SECONDS = 20


class Upload:
    """One object that is written from its beginning to its end; it exists once all is written."""

    def __init__(self, client: Any, place: dict[str, str]) -> None:
        self._client = client
        self._place = place
        self._buffer = bytearray()
        self._parts: list[dict[str, Any]] = []
        self._id = ""

    async def write(self, content: bytes) -> None:
        """Adds to the object. Raises Unavailable."""
        self._buffer += content
        if len(self._buffer) >= PART_BYTES:
            await self._send()

    async def end(self) -> None:
        """Makes the object, or replaces the one of that name. Raises Unavailable."""
        if not self._id:
            await _call(self._client.put_object, Body=bytes(self._buffer), **self._place)
            return
        if self._buffer:
            await self._send()
        parts = {"Parts": self._parts}
        await _call(
            self._client.complete_multipart_upload,
            UploadId=self._id,
            MultipartUpload=parts,
            **self._place,
        )

    async def abandon(self) -> None:
        """Drops what was written. Raises Unavailable."""
        if self._id:
            await _call(self._client.abort_multipart_upload, UploadId=self._id, **self._place)

    async def _send(self) -> None:
        if not self._id:
            begun = await _call(self._client.create_multipart_upload, **self._place)
            self._id = begun["UploadId"]
        number, content = len(self._parts) + 1, bytes(self._buffer)
        sent = await _call(
            self._client.upload_part,
            UploadId=self._id,
            PartNumber=number,
            Body=content,
            **self._place,
        )
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        self._buffer.clear()


@asynccontextmanager
async def uploading(bucket: str, name: str) -> AsyncIterator[Upload]:
    """An upload that is there at the end, and nothing of it after an error. Raises Unavailable."""
    upload = Upload(await _client(), _place(bucket, name))
    try:
        yield upload
        await upload.end()
    except BaseException:
        await upload.abandon()
        raise


async def put_once(bucket: str, name: str, content: bytes) -> None:
    """Makes the object, unless there is one of that name. Raises Unavailable."""
    client, place = await _client(), _place(bucket, name)
    if not await _exists(client, place):
        await _call(client.put_object, Body=content, **place)


async def read(bucket: str, name: str) -> bytes | None:
    """The object's content; None where there is no such object. Raises Unavailable."""
    client, place = await _client(), _place(bucket, name)
    if not await _exists(client, place):
        return None
    answer = await _call(client.get_object, **place)
    content: bytes = await asyncio.to_thread(answer["Body"].read)
    return content


async def download_url(bucket: str, name: str, *, seconds: int) -> str:
    """An address at which anybody may read the object for so long. Calls nobody but Secret Manager.
    Raises Unavailable."""
    client = await _client()
    url: str = await asyncio.to_thread(
        client.generate_presigned_url,
        "get_object",
        Params=_place(bucket, name),
        ExpiresIn=seconds,
    )
    return url


async def _exists(client: Any, place: dict[str, str]) -> bool:
    from botocore.exceptions import ClientError

    with _answering():
        try:
            await asyncio.to_thread(client.head_object, **place)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
    return True


async def _call(method: Any, **sent: Any) -> Any:
    with _answering():
        return await asyncio.to_thread(method, **sent)


@contextmanager
def _answering() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("the bucket did not answer") from error


def _place(bucket: str, name: str) -> dict[str, str]:
    return {"Bucket": os.environ[bucket_variable(bucket)], "Key": name}


async def _client() -> Any:
    key = await read_secret(BUCKET_KEY)
    return await asyncio.to_thread(_client_of, os.environ["ASSENT_BUCKETS_URL"], key)


@lru_cache(maxsize=4)
def _client_of(url: str, key: str) -> Any:
    import boto3
    from botocore.config import Config

    access, _, secret = key.partition(":")
    return boto3.session.Session().client(
        "s3",
        endpoint_url=url,
        region_name="auto",
        aws_access_key_id=access,
        aws_secret_access_key=secret,
        config=Config(
            signature_version="s3v4",
            connect_timeout=ANSWER_SECONDS,
            read_timeout=ANSWER_SECONDS,
            retries={"total_max_attempts": 3, "mode": "standard"},
            s3={"addressing_style": "path"},
            # Cloud Storage refuses the checksums that newer clients add unasked.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
