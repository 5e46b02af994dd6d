"""Resource names of Cloud Tasks and their syntax. Each function returns the name's parts."""

import re

from emulators.google_rpc import invalid

_LOCATION = r"projects/[A-Za-z0-9:.-]+/locations/[a-z0-9-]+"
_QUEUE_ID = r"[A-Za-z0-9-]{1,100}"
_TASK_ID = r"[A-Za-z0-9_-]{1,500}"


def parse_location(text: str) -> str:
    """projects/PROJECT_ID/locations/LOCATION_ID"""
    if re.fullmatch(_LOCATION, text):
        return text
    raise invalid(
        'Location name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>"'
    )


def parse_queue(text: str) -> tuple[str, str]:
    """projects/PROJECT_ID/locations/LOCATION_ID/queues/QUEUE_ID: the location and the id."""
    match = re.fullmatch(f"({_LOCATION})/queues/([^/]+)", text)
    if match is None:
        raise invalid(
            "Queue name must be formatted: "
            '"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>"'
        )
    if not re.fullmatch(_QUEUE_ID, match[2]):
        raise invalid(
            f'Queue ID "{match[2]}" can contain only letters ([A-Za-z]), numbers ([0-9]), '
            "or hyphens (-). Queue ID must be between 1 and 100 characters."
        )
    return match[1], match[2]


def parse_task(text: str) -> tuple[str, str]:
    """projects/PROJECT_ID/locations/LOCATION_ID/queues/QUEUE_ID/tasks/TASK_ID: the queue's name
    and the id."""
    queue, separator, task_id = text.rpartition("/tasks/")
    if separator and re.fullmatch(_TASK_ID, task_id):
        parse_queue(queue)
        return queue, task_id
    raise invalid(
        "Task name must be formatted: "
        '"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>/tasks/<TASK_ID>"'
    )
