"""The refusal of a dangerous choice."""


class Refused(ValueError):
    """A stack must not be deployed; raised before any resource is made. Each reason names the value
    and says what to do instead."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons
