"""Resource names of Cloud Tasks: what is well formed and what belongs where."""

import re
from dataclasses import dataclass
from typing import Self

from emulators.google_rpc import invalid

PROJECT = r"[A-Za-z0-9:.-]+"
LOCATION = r"[a-z0-9-]+"
QUEUE_ID = r"[A-Za-z0-9-]{1,100}"
TASK_ID = r"[A-Za-z0-9_-]{1,500}"


@dataclass(frozen=True, slots=True, order=True)
class LocationName:
    """projects/PROJECT_ID/locations/LOCATION_ID"""

    project: str
    location: str

    @classmethod
    def parse(cls, text: str) -> Self:
        if match := re.fullmatch(f"projects/({PROJECT})/locations/({LOCATION})", text):
            return cls(*match.groups())
        raise invalid(
            'Location name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>"'
        )

    def __str__(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"


@dataclass(frozen=True, slots=True, order=True)
class QueueName:
    """projects/PROJECT_ID/locations/LOCATION_ID/queues/QUEUE_ID"""

    location: LocationName
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        match = re.fullmatch(f"projects/({PROJECT})/locations/({LOCATION})/queues/([^/]+)", text)
        if match is None:
            raise invalid(
                "Queue name must be formatted: "
                '"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>"'
            )
        if not re.fullmatch(QUEUE_ID, match[3]):
            raise invalid(
                f'Queue ID "{match[3]}" can contain only letters ([A-Za-z]), numbers ([0-9]), '
                "or hyphens (-). Queue ID must be between 1 and 100 characters."
            )
        return cls(LocationName(match[1], match[2]), match[3])

    def __str__(self) -> str:
        return f"{self.location}/queues/{self.id}"


@dataclass(frozen=True, slots=True, order=True)
class TaskName:
    """projects/PROJECT_ID/locations/LOCATION_ID/queues/QUEUE_ID/tasks/TASK_ID"""

    queue: QueueName
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        queue, separator, task_id = text.rpartition("/tasks/")
        if separator and re.fullmatch(TASK_ID, task_id):
            return cls(QueueName.parse(queue), task_id)
        raise invalid(
            "Task name must be formatted: "
            '"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>/tasks/<TASK_ID>"'
        )

    def __str__(self) -> str:
        return f"{self.queue}/tasks/{self.id}"
