"""The names of Cloud Tasks queues."""


def queue_name(noun: str, timer_type: str) -> str:
    """`approvals`, `assent.veto_window.due.v1` → `approvals-veto-window-due-v1`."""
    return f"{noun}-{dashed(timer_type)}"


def dashed(event_type: str) -> str:
    """An event type as the names of cloud resources may have it, without its `assent.`."""
    return event_type.removeprefix("assent.").replace(".", "-").replace("_", "-")
