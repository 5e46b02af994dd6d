"""What functions report when a rule of governance was broken."""

from shared.kit.models import Data


class Violation(Data):
    """A rule of governance that was broken, with what shows it."""

    rule: str
    summary: str
    evidence: tuple[str, ...]
