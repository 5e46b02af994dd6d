"""Objects in buckets, through the interface of S3, which Cloud Storage has too.

ASSENT_BUCKETS_URL names the service, ASSENT_BUCKET_<NAME> the bucket for what a manifest calls
`name`; each function has its own key, a secret that holds `<access key id>:<secret key>`."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from shared.kit.errors import Unavailable
from shared.kit.variables import bucket_variable
from shared.storage.secrets import read_secret

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


class Object(NamedTuple):
    """An object of a bucket, and when it was made."""

    name: str
    made_at: datetime


class Bucket(NamedTuple):
    """A bucket as manifests call it, and the secret with the key that the function has to it."""

    name: str
    key: str

    @asynccontextmanager
    async def uploading(self, name: str) -> AsyncIterator[Upload]:
        """An upload that is there at the end, and nothing of it after an error. Raises
        Unavailable."""
        upload = Upload(await self._client(), self._place(name))
        try:
            yield upload
            await upload.end()
        except BaseException:
            await upload.abandon()
            raise

    async def put_once(self, name: str, content: bytes) -> None:
        """Makes the object, unless there is one of that name. Raises Unavailable."""
        client, place = await self._client(), self._place(name)
        if not await _exists(client, place):
            await _call(client.put_object, Body=content, **place)

    async def put(self, name: str, content: bytes) -> None:
        """Makes the object, or replaces the one of that name. Raises Unavailable."""
        await _call((await self._client()).put_object, Body=content, **self._place(name))

    async def read(self, name: str) -> bytes | None:
        """The object's content; None where there is no such object. Raises Unavailable."""
        parts = [each async for each in self.parts(name)]
        return b"".join(parts) if parts else None

    async def parts(self, name: str) -> AsyncIterator[bytes]:
        """The object's content in parts of at most PART_BYTES, of an empty one an empty part; none
        where there is no such object. Raises Unavailable."""
        client, place = await self._client(), self._place(name)
        if not await _exists(client, place):
            return
        body = (await _call(client.get_object, **place))["Body"]
        part = await _call(body.read, amt=PART_BYTES)
        yield part
        while part:
            part = await _call(body.read, amt=PART_BYTES)
            if part:
                yield part

    async def size(self, name: str) -> int | None:
        """How many bytes the object has; None where there is no such object. Raises Unavailable."""
        found = await _head(await self._client(), self._place(name))
        return found["ContentLength"] if found is not None else None

    async def delete(self, name: str) -> None:
        """Deletes the object, where there is one. Raises Unavailable."""
        await _call((await self._client()).delete_object, **self._place(name))

    async def objects(self, prefix: str = "") -> AsyncIterator[Object]:
        """The objects whose names begin so, in the order of these, a thousand a call. Raises
        Unavailable."""
        client, more = await self._client(), dict[str, str]()
        bucket = os.environ[bucket_variable(self.name)]
        while True:
            page = await _call(client.list_objects_v2, Bucket=bucket, Prefix=prefix, **more)
            for each in page.get("Contents", ()):
                yield Object(each["Key"], each["LastModified"])
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    async def download_url(self, name: str, *, seconds: int, **shown: str) -> str:
        """An address at which anybody may read the object for so long. `shown` are headers of the
        answer, such as `ResponseContentType`. Calls nobody but Secret Manager. Raises
        Unavailable."""
        return await self._signed("get_object", name, seconds, **shown)

    async def upload_url(self, name: str, *, seconds: int, media_type: str, size: int) -> str:
        """An address to which anybody may PUT the object for so long, of exactly that type and size
        as its headers say. Calls nobody but Secret Manager. Raises Unavailable."""
        said: dict[str, Any] = {"ContentType": media_type, "ContentLength": size}
        return await self._signed("put_object", name, seconds, **said)

    async def _signed(self, deed: str, name: str, seconds: int, **said: Any) -> str:
        url: str = await asyncio.to_thread(
            (await self._client()).generate_presigned_url,
            deed,
            Params={**self._place(name), **said},
            ExpiresIn=seconds,
        )
        return url

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": os.environ[bucket_variable(self.name)], "Key": name}

    async def _client(self) -> Any:
        key = await read_secret(self.key)
        return await asyncio.to_thread(_client_of, os.environ["ASSENT_BUCKETS_URL"], key)


async def _exists(client: Any, place: dict[str, str]) -> bool:
    return await _head(client, place) is not None


async def _head(client: Any, place: dict[str, str]) -> Any:
    """What is known of the object; None where there is none."""
    from botocore.exceptions import ClientError

    with _answering():
        try:
            return await asyncio.to_thread(client.head_object, **place)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise


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
