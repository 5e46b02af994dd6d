"""`python -m shared.messaging.redelivery list | redeliver ID… | redeliver --all`: lists dead
letters and redelivers them, in the project that the environment names or on the local platform
that runs here."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from shared.kit.local_platform import DIRECTORY, find_local_platform
from shared.messaging.dead_letters import DEAD_LETTERS

_AT_ONCE = 100
_PULL_SECONDS = 10.0
# As long as a redelivery of all may take: until then nobody else receives them.
_LEASE_SECONDS = 600
_ABOUT_THE_DEATH = ("dead-letter-", "CloudPubSubDeadLetter", "googclient_")


class Refused(Exception):
    """The command cannot be carried out; the message says why."""


@dataclass(frozen=True)
class DeadLetter:
    """One dead-lettered delivery."""

    id: str
    ack_id: str
    published_at: datetime
    data: bytes
    attributes: Mapping[str, str]

    @property
    def path(self) -> str:
        """Its destination. Pub/Sub records only the subscription, whose name has that of the topic
        (`shared.manifest.Subscription.name`); without it, the event's source names one."""
        named = self.attributes.get("CloudPubSubDeadLetterSourceSubscription", "")
        topic = named.partition(".")[2].rpartition(".")[0]
        topic = topic or self.attributes.get("ce-source", "").rpartition("/")[2]
        return self.attributes.get("dead-letter-path", f"/events/{topic}" if topic else "")

    @property
    def headers(self) -> dict[str, str]:
        """The attributes that it had before it was dead-lettered, and the mark by which the
        function recognises the redelivery and records that it was handled."""
        own = {
            name: value
            for name, value in self.attributes.items()
            if not name.startswith(_ABOUT_THE_DEATH)
        }
        return {"Content-Type": "application/json", **own}

    def __str__(self) -> str:
        get = self.attributes.get
        subscription = get("CloudPubSubDeadLetterSourceSubscription", "")
        reason = f"{subscription} used up its attempts" if subscription else "no reason given"
        return (
            f"{self.id}  {get('ce-type', '?')}  {get('ce-id', '?')}  {get('ce-subject', '')}\n"
            f"    for {get('dead-letter-function', '?')} at {self.path or '?'}:"
            f" {get('dead-letter-reason', reason)}"
        )


class DeadLetters:
    """The dead letters of one project. No method removes a dead letter that it does not redeliver.
    Methods raise google.api_core's exceptions where the project does not answer."""

    def __init__(
        self, env: Mapping[str, str], functions: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """`env` names the project, and the emulators where there are any. `functions` are the `url`
        and `service_account` of each deployable, where they are known."""
        from google.pubsub_v1 import SubscriberClient
        from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

        self._project = f"projects/{env['GOOGLE_CLOUD_PROJECT']}"
        self._subscription = f"{self._project}/subscriptions/{DEAD_LETTERS}"
        self._env = env
        self._functions = functions or {}
        self._emulator = env.get("PUBSUB_EMULATOR_HOST")
        self._subscriber = _client(SubscriberClient, SubscriberGrpcTransport, self._emulator)

    def all(self) -> list[DeadLetter]:
        """All of them, oldest first."""
        found = self._pull()
        self._lease(found, seconds=0)
        return found

    def redeliver(self, wanted: set[str] | None) -> Iterator[str]:
        """Sends the dead letters with the wanted ids (None: all) to their destinations, oldest
        first; then acknowledges each and yields a line about it. Raises Refused for an id that does
        not exist."""
        found = self._pull()
        chosen = [letter for letter in found if wanted is None or letter.id in wanted]
        try:
            missing = (wanted or set()) - {letter.id for letter in chosen}
            if missing:
                raise Refused(f"no such dead letter: {', '.join(sorted(missing))}")
            for letter in chosen:
                done = self._send(letter)
                self._subscriber.acknowledge(
                    subscription=self._subscription, ack_ids=[letter.ack_id]
                )
                found.remove(letter)
                yield f"{done}: {letter}"
        finally:
            self._lease(found, seconds=0)

    def _pull(self) -> list[DeadLetter]:
        from google.api_core.exceptions import DeadlineExceeded

        found: list[DeadLetter] = []
        wanted = {"subscription": self._subscription, "max_messages": _AT_ONCE}
        # The emulator answers at once with all; Pub/Sub itself needs several pulls.
        wanted["return_immediately"] = self._emulator is not None
        while True:
            try:
                answer = self._subscriber.pull(wanted, timeout=_PULL_SECONDS, retry=None)
            except DeadlineExceeded:
                break
            if not answer.received_messages:
                break
            batch = [_as_letter(received) for received in answer.received_messages]
            self._lease(batch, seconds=_LEASE_SECONDS)
            found += batch
        return sorted(found, key=lambda letter: (letter.published_at, int(letter.id)))

    def _lease(self, letters: list[DeadLetter], *, seconds: int) -> None:
        if letters:
            self._subscriber.modify_ack_deadline(
                subscription=self._subscription,
                ack_ids=[letter.ack_id for letter in letters],
                ack_deadline_seconds=seconds,
            )

    def _send(self, letter: DeadLetter) -> str:
        kind, _, name = letter.path.strip("/").partition("/")
        if kind == "events":
            self._publish(name, letter)
            return "redelivered"
        if kind == "timers":
            return self._create_task(name, letter)
        if kind == "schedules":
            return "removed, because its schedule fires again by itself"
        raise Refused(f"{letter.id} does not name its destination")

    @cached_property
    def _publisher(self) -> Any:
        from google.pubsub_v1 import PublisherClient
        from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

        return _client(PublisherClient, PublisherGrpcTransport, self._emulator)

    @cached_property
    def _tasks(self) -> Any:
        from google.cloud.tasks_v2 import CloudTasksClient
        from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

        emulator = self._env.get("CLOUD_TASKS_EMULATOR_HOST")
        return _client(CloudTasksClient, CloudTasksGrpcTransport, emulator)

    def _publish(self, topic: str, letter: DeadLetter) -> None:
        from google.pubsub_v1 import PubsubMessage

        message = PubsubMessage(data=letter.data, attributes=letter.headers)
        self._publisher.publish(topic=f"{self._project}/topics/{topic}", messages=[message])

    def _create_task(self, queue: str, letter: DeadLetter) -> str:
        function = letter.attributes["dead-letter-function"].removesuffix("-reactions")
        target = self._functions.get(f"{function}-reactions")
        if target is None:
            return "removed, because the sweep fires overdue timers"
        request = {
            "url": f"{target['url']}{letter.path}",
            "headers": letter.headers,
            "body": letter.data,
            "oidc_token": {
                "service_account_email": target["service_account"],
                "audience": target["url"],
            },
        }
        parent = f"{self._project}/locations/{self._env['ASSENT_REGION']}/queues/{queue}"
        self._tasks.create_task(request={"parent": parent, "task": {"http_request": request}})
        return "redelivered"


def main(arguments: list[str]) -> int:
    """Runs the command; returns the exit status."""
    from google.api_core.exceptions import GoogleAPICallError

    chosen = _parser().parse_args(arguments)
    try:
        letters = _connect(chosen.state)
        if chosen.command == "list":
            _print_all(letters.all())
        else:
            if not chosen.ids and not chosen.all:
                raise Refused("say which: redeliver ID… or redeliver --all")
            for line in letters.redeliver(None if chosen.all else set(chosen.ids)):
                print(line)
    except (Refused, GoogleAPICallError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.messaging.redelivery")
    parser.add_argument("--state", type=Path, help="the directory of a local platform")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what was dead-lettered, and why")
    redeliver = commands.add_parser("redeliver", help="deliver again")
    redeliver.add_argument("ids", nargs="*", metavar="ID")
    redeliver.add_argument("--all", action="store_true")
    return parser


def _connect(state: Path | None) -> DeadLetters:
    if state is None and "GOOGLE_CLOUD_PROJECT" in os.environ:
        return DeadLetters(os.environ)
    platform = find_local_platform(state or DIRECTORY)
    if platform is None:
        raise Refused(
            "The local platform is not running here, and GOOGLE_CLOUD_PROJECT names no project."
            " Start it: make up"
        )
    return DeadLetters(platform["env"], platform["functions"])


def _print_all(letters: list[DeadLetter]) -> None:
    for letter in letters:
        print(letter)
    if not letters:
        print("There are no dead letters.")


def _as_letter(received: Any) -> DeadLetter:
    message = received.message
    return DeadLetter(
        message.message_id,
        received.ack_id,
        message.publish_time,
        message.data,
        dict(message.attributes),
    )


def _client(client: Any, transport: Any, emulator: str | None) -> Any:
    """A client of the emulator, or of Google's own service where there is none."""
    from grpc import insecure_channel

    return client(transport=transport(channel=insecure_channel(emulator))) if emulator else client()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
