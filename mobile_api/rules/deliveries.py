"""From the events of dead letters to which of them still wait."""

from mobile_api.rules.documents import DELIVERIES, Fields, Step, newest
from mobile_api.rules.facts import Fact
from shared.kit.bookkeeping import DeliveryState


def delivery_step(fact: Fact, state: DeliveryState) -> Step:
    """The delivery's document after the fact: it waits until it is handled after all."""

    def after(before: Fields | None) -> Fields:
        waits = fact.name == "buried"
        return newest(before, fact, {"function": state.function, "waits": waits})

    return Step((DELIVERIES, state.delivery_id), after)
