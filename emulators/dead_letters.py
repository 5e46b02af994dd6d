"""`python -m emulators.dead_letters list | redeliver ID… | redeliver --all`: what could not be
delivered, and delivering it again, on the running platform."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.directory import read_description
from emulators.failures import PlatformError
from emulators.iam import PROJECT, REGION
from emulators.pubsub.ledger import DEAD_LETTERS

_SUBSCRIPTION = f"projects/{PROJECT}/subscriptions/{DEAD_LETTERS}"
_AT_ONCE = 100
_ABOUT_THE_DEATH = ("dead-letter-", "CloudPubSubDeadLetter")


@dataclass(frozen=True)
class DeadLetter:
    """One delivery that was given up."""

    id: str
    ack_id: str
    data: bytes
    attributes: Mapping[str, str]

    @property
    def path(self) -> str:
        return self.attributes.get("dead-letter-path", "")

    @property
    def headers(self) -> dict[str, str]:
        """The attributes it had before it was given up, and the mark by which the function that
        buried it will know it again and report that it was handled."""
        own = {
            name: value
            for name, value in self.attributes.items()
            if not name.startswith(_ABOUT_THE_DEATH)
        }
        return {"Content-Type": "application/json", **own}

    def __str__(self) -> str:
        said = self.attributes.get
        return (
            f"{self.id}  {said('ce-type', '?')}  {said('ce-id', '?')}  {said('ce-subject', '')}\n"
            f"    for {said('dead-letter-function', '?')} at {self.path or '?'}:"
            f" {said('dead-letter-reason', 'no reason given')}"
        )


class DeadLetters:
    """The dead letters of a running platform. Every method leaves what it does not redeliver where
    it was."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        """`description` is what the platform says about itself in `platform.json`."""
        import grpc

        self._env: Mapping[str, str] = description["env"]
        self._functions: Mapping[str, Mapping[str, str]] = description["functions"]
        self._pubsub = grpc.insecure_channel(self._env["PUBSUB_EMULATOR_HOST"])

    def all(self) -> list[DeadLetter]:
        """All of them, oldest first."""
        found = list(self._pull())
        self._put_back(found)
        return sorted(found, key=_age)

    def redeliver(self, wanted: set[str] | None) -> Iterator[str]:
        """Sends those with the wanted ids (None: all) to where they were going, in their old order,
        acknowledges each only then, and says so. Raises PlatformError for an id that does not
        exist."""
        found = list(self._pull())
        chosen = [letter for letter in found if wanted is None or letter.id in wanted]
        try:
            missing = (wanted or set()) - {letter.id for letter in chosen}
            if missing:
                raise PlatformError(f"no such dead letter: {', '.join(sorted(missing))}")
            for letter in sorted(chosen, key=_age):
                done = self._send(letter)
                self._subscriber().acknowledge(subscription=_SUBSCRIPTION, ack_ids=[letter.ack_id])
                found.remove(letter)
                yield f"{done}: {letter}"
        finally:
            self._put_back(found)

    def _pull(self) -> Iterator[DeadLetter]:
        while True:
            answer = self._subscriber().pull(
                request={
                    "subscription": _SUBSCRIPTION,
                    "max_messages": _AT_ONCE,
                    "return_immediately": True,
                }
            )
            for received in answer.received_messages:
                message = received.message
                yield DeadLetter(
                    message.message_id, received.ack_id, message.data, dict(message.attributes)
                )
            if not answer.received_messages:
                return

    def _put_back(self, letters: list[DeadLetter]) -> None:
        if letters:
            self._subscriber().modify_ack_deadline(
                subscription=_SUBSCRIPTION,
                ack_ids=[letter.ack_id for letter in letters],
                ack_deadline_seconds=0,
            )

    def _send(self, letter: DeadLetter) -> str:
        kind, _, name = letter.path.strip("/").partition("/")
        if kind == "events":
            self._publish(name, letter)
        elif kind == "timers":
            self._create_task(name, letter)
        elif kind == "schedules":
            return "let go, since its schedule comes again by itself"
        else:
            raise PlatformError(f"{letter.id} does not say where it was going")
        return "redelivered"

    def _publish(self, topic: str, letter: DeadLetter) -> None:
        from google.pubsub_v1 import PublisherClient, PubsubMessage
        from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

        client = PublisherClient(transport=PublisherGrpcTransport(channel=self._pubsub))
        message = PubsubMessage(data=letter.data, attributes=letter.headers)
        client.publish(topic=f"projects/{PROJECT}/topics/{topic}", messages=[message])

    def _create_task(self, queue: str, letter: DeadLetter) -> None:
        import grpc
        from google.cloud.tasks_v2 import CloudTasksClient
        from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

        function = letter.attributes["dead-letter-function"].removesuffix("-reactions")
        target = self._functions[f"{function}-reactions"]
        channel = grpc.insecure_channel(self._env["CLOUD_TASKS_EMULATOR_HOST"])
        client = CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))
        request = {
            "url": f"{target['url']}{letter.path}",
            "headers": letter.headers,
            "body": letter.data,
            "oidc_token": {
                "service_account_email": target["service_account"],
                "audience": target["url"],
            },
        }
        parent = f"projects/{PROJECT}/locations/{REGION}/queues/{queue}"
        client.create_task(request={"parent": parent, "task": {"http_request": request}})

    def _subscriber(self) -> Any:
        from google.pubsub_v1 import SubscriberClient
        from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

        return SubscriberClient(transport=SubscriberGrpcTransport(channel=self._pubsub))


def main(arguments: list[str]) -> int:
    """Runs the command; returns the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "list":
            _print_all(_connect(chosen.state).all())
        else:
            if not chosen.ids and not chosen.all:
                raise PlatformError("say which: redeliver ID… or redeliver --all")
            wanted = None if chosen.all else set(chosen.ids)
            for line in _connect(chosen.state).redeliver(wanted):
                print(line)
    except PlatformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulators.dead_letters")
    parser.add_argument("--state", type=Path, default=Path("build/platform"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what could not be delivered, and why")
    redeliver = commands.add_parser("redeliver", help="deliver again")
    redeliver.add_argument("ids", nargs="*", metavar="ID")
    redeliver.add_argument("--all", action="store_true")
    return parser


def _connect(state: Path) -> DeadLetters:
    description = read_description(state)
    if description is None:
        raise PlatformError("The local platform is not running here. Start it: make up")
    return DeadLetters(description)


def _print_all(letters: list[DeadLetter]) -> None:
    for letter in letters:
        print(letter)
    if not letters:
        print("There are no dead letters.")


def _age(letter: DeadLetter) -> int:
    return int(letter.id)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
