"""Counts of real actions on the local platform."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Self

from pydantic import Field

from infra.cost.billing import Usage
from shared.kit.models import Model
from shared.manifest import Deployable, Manifests

RECORDED = Path(__file__).parent / "measured.json"
GIB = 2**30
_GIB_OF_UNIT = {"Mi": 1 / 1024, "Gi": 1.0}


class Published(Model):
    """Messages of one event type. `bytes` counts at least 1,000 for each."""

    messages: int = Field(ge=0)
    bytes: int = Field(ge=0)


class Action(Model):
    """What followed from one action, everywhere: operations by deployable and kind, messages by
    topic and event type, bytes logged and bytes answered to public callers by deployable."""

    functions: dict[str, dict[str, int]] = Field(default_factory=dict)
    published: dict[str, dict[str, Published]] = Field(default_factory=dict)
    logged_bytes: dict[str, int] = Field(default_factory=dict)
    answered_bytes: dict[str, int] = Field(default_factory=dict)

    def count(self, kind: str) -> int:
        """The number of operations of one kind, over all functions."""
        return sum(counts.get(kind, 0) for counts in self.functions.values())

    @property
    def messages(self) -> int:
        return sum(each.messages for types in self.published.values() for each in types.values())


class Stored(Model):
    """Bytes in Firestore: of documents by collection (`agents`, `events@agents` for the part of the
    log that agents wrote), and of their index entries by index (`events@agents.causationid`)."""

    documents: dict[str, int]
    indexes: dict[str, int]


class Measurement(Model):
    """All actions, and where and when they were counted."""

    measured_on: date
    machine: str
    python: str
    repetitions: int
    actions: dict[str, Action]
    storage: dict[str, Stored]

    @classmethod
    def load(cls, file: Path = RECORDED) -> Self:
        """Raises pydantic.ValidationError, OSError."""
        return cls.model_validate_json(file.read_text())

    def save(self, file: Path) -> None:
        content = self.model_dump(mode="json")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")


INSTANCE_TIME = "instance-milliseconds"


def used_by(action: Action, manifests: Manifests) -> list[Usage]:
    """The action's usage by function, including its share of the log's storage."""
    used: list[Usage] = [*_held_back(action, manifests)]
    for name, counts in action.functions.items():
        deployable = manifests.deployable(name)
        for kind, number in counts.items():
            if kind == INSTANCE_TIME:
                used += instance_time(deployable, number / 1000)
            else:
                used.append(Usage(kind, number, name))
    used += [Usage("log-gib", n / GIB, name) for name, n in action.logged_bytes.items()]
    for name, size in action.answered_bytes.items():
        # Callers come through the edge. We found no page that says whether what a service sends
        # there is free, so we assume the dearer case and count both legs.
        used += [Usage(kind, size / GIB, name) for kind in ("egress-gib", "hosting-transfer-gib")]
    return used


def instance_time(deployable: Deployable, seconds: float) -> list[Usage]:
    """An instance's time by its manifest: processors and memory are billed separately."""
    memory, unit = deployable.sizing.memory[:-2], deployable.sizing.memory[-2:]
    gib = int(memory) * _GIB_OF_UNIT[unit]
    return [
        Usage("vcpu-seconds", seconds * deployable.sizing.cpu, deployable.name),
        Usage("gib-seconds", seconds * gib, deployable.name),
    ]


def _held_back(action: Action, manifests: Manifests) -> Iterator[Usage]:
    """Filtered messages: a subscription pays for every message of its topic, also for those its
    filter holds back."""
    for subscription in manifests.subscriptions:
        held = sum(
            published.bytes
            for topic, types in action.published.items()
            for event_type, published in types.items()
            if topic == subscription.topic and not subscription.filter.passes(event_type)
        )
        if held:
            yield Usage("pubsub-bytes", held, subscription.deployable)
