"""What a comparison refuses."""


class NotComparable(Exception):
    """A policy uses something that the comparison does not translate."""

    def __init__(self, what: str, policy: str = "") -> None:
        super().__init__(f"{policy}: {what}" if policy else what)
        self.what = what
        self.policy = policy
