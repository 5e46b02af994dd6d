"""Where the emulator pushes to: what production does between a topic and a function."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from emulators.activity import Activity
from emulators.faults import Fault, Faults
from emulators.gateway.ingress import Ingress
from emulators.gateway.messages import Answer, Call
from emulators.iam import PROJECT, push_account
from emulators.issuer import Issuer
from emulators.operations import Operations, billed_bytes
from emulators.pubsub.emulator import DEAD_LETTERS, PubsubEmulator
from emulators.pubsub.ledger import Ledger
from shared.manifest import Manifests, Subscription

_ACKNOWLEDGED = Answer(204, (), b"")
_REFUSED = Answer(503, (), b"")
_MESSAGE_ID = "x-goog-pubsub-message-id"
_REORDER_SECONDS = 0.5
# Attributes of a message beside those of its event; the last is a redelivered dead letter's.
_KEPT = frozenset({"content-type", "traceparent", "assent-redelivers"})


class Push:
    """Applies each subscription's filter and the armed faults, attaches Pub/Sub's identity and
    forwards. The function's 2xx acknowledges; anything else comes again after the subscription's
    backoff, and goes to the dead letters after as many deliveries as the manifest allows."""

    def __init__(
        self,
        manifests: Manifests,
        ingresses: Mapping[str, Ingress],
        emulator: PubsubEmulator,
        *,
        issuer: Issuer,
        activity: Activity,
        operations: Operations,
        faults: Faults,
        ledger: Ledger,
    ) -> None:
        self._subscriptions = {found.name: found for found in manifests.subscriptions}
        self._ingresses = ingresses
        self._emulator = emulator
        self._issuer = issuer
        self._activity = activity
        self._operations = operations
        self._faults = faults
        self._ledger = ledger
        self._failures: Counter[tuple[str, str]] = Counter()

    async def answer(self, call: Call) -> Answer:
        """What the emulator is told about one delivery."""
        subscription = self._subscriptions.get(call.path.strip("/"))
        message_id = call.header(_MESSAGE_ID) or ""
        if subscription is None or call.header("ce-type") != subscription.event_type:
            return _ACKNOWLEDGED  # The emulator ignores filters; production drops these unseen.
        with self._activity.one("pushes"):
            return await self._deliver(subscription, message_id, call)

    async def _deliver(self, subscription: Subscription, message_id: str, call: Call) -> Answer:
        fault = self._faults.take("pubsub")
        if fault is not None and fault.kind == "drop_once":
            return _REFUSED
        delivered = await self._with_fault(fault, subscription, call)
        if delivered is not None and 200 <= delivered.status < 300:
            self._forget(subscription, message_id)
            return _ACKNOWLEDGED
        return await self._failed(subscription, message_id, call, delivered)

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
        ingress = self._ingresses[subscription.deployable]
        self._operations.count(ingress.name, "pubsub-deliveries")
        self._operations.count(ingress.name, "pubsub-bytes", billed_bytes(_size(call)))
        token = self._issuer.service_token(push_account(ingress.name), ingress.url)
        carried = call.with_headers(
            authorization=f"Bearer {token}",
            user_agent="CloudPubSub-Google",
        )
        return await ingress.answer(replace(carried, method="POST", target=subscription.path))

    async def _failed(
        self, subscription: Subscription, message_id: str, call: Call, answer: Answer
    ) -> Answer:
        self._failures[subscription.name, message_id] += 1
        if self._failures[subscription.name, message_id] < subscription.attempts:
            return _REFUSED
        reason = f"answered {answer.status} to {subscription.attempts} deliveries"
        attributes = dead_letter_attributes(call, subscription, reason)
        await self._emulator.publish(DEAD_LETTERS, call.body, attributes)
        self._forget(subscription, message_id)
        return _ACKNOWLEDGED

    def _forget(self, subscription: Subscription, message_id: str) -> None:
        self._failures.pop((subscription.name, message_id), None)
        self._ledger.settled(subscription.name, message_id)


def dead_letter_attributes(call: Call, subscription: Subscription, reason: str) -> dict[str, str]:
    """The message's own attributes, where it was going and why it did not arrive."""
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
