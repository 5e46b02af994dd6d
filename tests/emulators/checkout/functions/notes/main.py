"""A function that does what the tests tell it to, and writes down what reached it."""

import asyncio
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

PROJECT = os.environ.get("GOOGLE_CLOUD_PROJECT", "")
QUEUE = f"projects/{PROJECT}/locations/us-central1/queues/notes"
SEEN = Path(__file__).with_name("seen.jsonl")
ANSWERS = Path(__file__).with_name("answers.json")


@functions_framework.aio.http
async def api(request: Request) -> Response:
    """Obeys the body: publish, set timers, sleep, then answers with what it was sent."""
    body = await request.body()
    wish = json.loads(body) if body.startswith(b"{") else {}
    if wish.get("publish"):
        await _publish(wish["publish"])
    for timer in wish.get("timers", ()):
        await _set_timer(timer)
    await asyncio.sleep(wish.get("sleep", 0))
    cost = f"pubsub-messages={len(wish.get('publish', ()))}, cloud-tasks=0"
    echo = {
        "method": request.method,
        "path": request.url.path,
        "query": request.url.query,
        "headers": dict(request.headers),
        "size": len(body),
        "pid": os.getpid(),
    }
    answer = JSONResponse(echo, wish.get("status", 200), headers={"Assent-Cost": cost})
    answer.headers.append("Set-Cookie", "a=1")
    answer.headers.append("Set-Cookie", "b=2")
    return answer


@functions_framework.aio.http
async def react(request: Request) -> Response:
    """Writes down the event; answers what the test wrote into answers.json for its type, where a
    negative status means 204 after as many seconds."""
    body = (await request.body()).decode()
    answers = json.loads(ANSWERS.read_text()) if ANSWERS.exists() else {}
    status = answers.get(request.headers["ce-type"], 204)
    line = {
        "path": request.url.path,
        "headers": dict(request.headers),
        "body": body,
        "at": time.time(),
        "status": status,
    }
    with SEEN.open("a") as seen:
        seen.write(json.dumps(line) + "\n")
    if status < 0:
        await asyncio.sleep(-status)
        status = 204
    return Response(status_code=status)


async def _publish(messages: list[dict[str, str]]) -> None:
    from google.pubsub_v1.services.publisher import PublisherAsyncClient
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport
    from google.pubsub_v1.types import PubsubMessage
    from grpc.aio import insecure_channel

    async with insecure_channel(os.environ["PUBSUB_EMULATOR_HOST"]) as channel:
        client = PublisherAsyncClient(transport=PublisherGrpcAsyncIOTransport(channel=channel))
        await client.publish(
            topic=f"projects/{PROJECT}/topics/notes",
            messages=[
                PubsubMessage(
                    data=json.dumps(message).encode(),
                    attributes={
                        "ce-specversion": "1.0",
                        "ce-id": message["id"],
                        "ce-type": message.get("type", "assent.note.written.v1"),
                        "Content-Type": "application/json",
                    },
                )
                for message in messages
            ],
            retry=None,
            timeout=5,
        )


async def _set_timer(timer: dict[str, str]) -> None:
    from google.cloud.tasks_v2 import CloudTasksAsyncClient
    from google.cloud.tasks_v2.services.cloud_tasks.transports import (
        CloudTasksGrpcAsyncIOTransport,
    )
    from grpc.aio import insecure_channel

    reactions = os.environ["ASSENT_REACTIONS_URL"]
    async with insecure_channel(os.environ["CLOUD_TASKS_EMULATOR_HOST"]) as channel:
        transport = CloudTasksGrpcAsyncIOTransport(channel=channel)
        await CloudTasksAsyncClient(transport=transport).create_task(
            request={
                "parent": QUEUE,
                "task": {
                    "schedule_time": datetime.fromisoformat(timer["at"]).astimezone(UTC),
                    "http_request": {
                        "url": f"{reactions}/timers/notes",
                        "headers": {"ce-id": timer["id"], "ce-type": "assent.note.due.v1"},
                        "body": b"{}",
                        "oidc_token": {
                            "service_account_email": os.environ["ASSENT_SERVICE_ACCOUNT"],
                            "audience": reactions,
                        },
                    },
                },
            }
        )
