"""The names of topics: a function's own, and those beside it for events that few others read."""


def publisher_of(topic: str) -> str:
    """The function that publishes to a topic: `runs`, to `runs` as well as to `runs.recalls`."""
    return topic.partition(".")[0]
