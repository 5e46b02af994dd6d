"""Delivers from topics to functions as production does."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from emulators.activity import Activity
from emulators.faults import Fault, Faults
from emulators.gateway.ingress import Ingress
from emulators.gateway.messages import Answer, Call
from emulators.iam import PROJECT, push_account
from emulators.issuer import Issuer
from emulators.operations import Operations, billed_bytes
from emulators.pubsub.emulator import PubsubEmulator
from emulators.pubsub.ledger import DEAD_LETTERS, Ledger, Owed
from emulators.pubsub.wire import as_pushed
from shared.manifest import Manifests, Subscription

_REORDER_SECONDS = 0.5
# Attributes of a message beside its event's; the last is that of a redelivered dead letter.
_KEPT = frozenset({"content-type", "traceparent", "assent-redelivers"})
_logger = logging.getLogger(__name__)


@dataclass(kw_only=True, eq=False)
class Push:
    """Makes pending deliveries: applies the armed faults, attaches Pub/Sub's identity and forwards.
    The function's 2xx acknowledges; any other answer is retried after the subscription's backoff,
    and after the manifest's number of attempts the message is dead-lettered. `backoff` replaces the
    manifests' own, for tests that cannot wait ten seconds."""

    manifests: Manifests
    ingresses: Mapping[str, Ingress]
    emulator: PubsubEmulator
    issuer: Issuer
    activity: Activity
    operations: Operations
    faults: Faults
    ledger: Ledger
    backoff: tuple[str, str] | None

    def __post_init__(self) -> None:
        self._subscriptions = {found.name: found for found in self.manifests.subscriptions}
        self._resting = False
        self._under_way: set[asyncio.Task[None]] = set()

    def deliver(self, owed: Iterable[Owed]) -> None:
        """Takes over published messages, or the pending deliveries of a stopped platform; those
        that failed before are retried after their pause."""
        for one in owed:
            delivery = asyncio.create_task(self._until_settled(one))
            self._under_way.add(delivery)
            delivery.add_done_callback(self._under_way.discard)

    def rest(self) -> None:
        """Begins no further attempt; the ledger keeps the pending deliveries. Attempts under way
        may end."""
        self._resting = True

    async def close(self) -> None:
        """Delivers nothing more."""
        under_way = list(self._under_way)
        for delivery in under_way:
            delivery.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _until_settled(self, owed: Owed) -> None:
        """Delivers until the message was accepted or dead-lettered."""
        subscription, failures = self._subscriptions[owed.subscription], owed.failures
        call = as_pushed(owed.message, subscription.name)
        backoff = self.backoff or subscription.backoff
        if failures:
            await asyncio.sleep(pause_after(failures, *backoff))
        while not self._resting:
            answer = await self._attempt(subscription, call)
            if answer is not None and 200 <= answer.status < 300:
                break
            failures += answer is not None
            if answer is not None and failures >= subscription.attempts:
                reason = f"answered {answer.status} to {subscription.attempts} deliveries"
                attributes = dead_letter_attributes(call, subscription, reason)
                buried = await self.emulator.publish(DEAD_LETTERS, call.body, attributes)
                self.ledger.published(buried)
                break
            if answer is not None:
                self.ledger.failed(subscription.name, owed.message.id)
            await asyncio.sleep(pause_after(failures, *backoff))
        else:
            return
        self.ledger.settled(subscription.name, owed.message.id)

    async def _attempt(self, subscription: Subscription, call: Call) -> Answer | None:
        """The function's answer; None for an attempt that was dropped."""
        fault = self.faults.take("pubsub")
        if fault is not None and fault.kind == "drop_once":
            return None
        with self.activity.one("pushes"):
            try:
                return await self._with_fault(fault, subscription, call)
            except Exception:
                _logger.exception("a push to %s failed in the platform itself", subscription.name)
                return Answer(500, (), b"")

    async def _with_fault(
        self, fault: Fault | None, subscription: Subscription, call: Call
    ) -> Answer:
        if fault is not None and fault.kind in {"delay", "reorder"}:
            await asyncio.sleep(fault.seconds if fault.kind == "delay" else _REORDER_SECONDS)
        answer = await self._forward(subscription, call)
        if fault is not None and fault.kind == "duplicate":
            answer = await self._forward(subscription, call)
        return answer

    async def _forward(self, subscription: Subscription, call: Call) -> Answer:
        ingress = self.ingresses[subscription.deployable]
        self.operations.count(ingress.name, "pubsub-deliveries")
        self.operations.count(ingress.name, "pubsub-bytes", billed_bytes(_size(call)))
        token = self.issuer.service_token(push_account(ingress.name), ingress.url)
        carried = call.with_headers(
            authorization=f"Bearer {token}",
            user_agent="CloudPubSub-Google",
        )
        return await ingress.answer(replace(carried, method="POST", target=subscription.path))


def pause_after(failures: int, least: str, most: str) -> float:
    """Seconds until the next delivery: doubled after each failure."""
    first, longest = (float(text.removesuffix("s")) for text in (least, most))
    return min(longest, first * 2.0 ** max(0, failures - 1))


def dead_letter_attributes(call: Call, subscription: Subscription, reason: str) -> dict[str, str]:
    """The message's own attributes, its destination and the reason of the failure."""
    own = {
        key: value
        for key, value in call.headers
        if key.lower().startswith("ce-") or key.lower() in _KEPT
    }
    return {
        **own,
        "dead-letter-function": subscription.deployable,
        "dead-letter-path": subscription.path,
        "dead-letter-subscription": subscription.name,
        "dead-letter-reason": reason,
        "CloudPubSubDeadLetterSourceSubscription": subscription.name,
        "CloudPubSubDeadLetterSourceSubscriptionProject": PROJECT,
        "CloudPubSubDeadLetterSourceDeliveryCount": str(subscription.attempts),
    }


def _size(call: Call) -> int:
    return len(call.body) + sum(len(key) + len(value) for key, value in call.headers)
