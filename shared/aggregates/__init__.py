"""The parts of a capability: aggregates, and the runner of their use cases."""

from shared.aggregates.aggregate import Aggregate, DueTimer
from shared.aggregates.command import Command
from shared.aggregates.runner import Runner
from shared.aggregates.signing import Signing
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.transitions import Transition

__all__ = ["Aggregate", "Command", "DueTimer", "Runner", "Signing", "Transition", "UnitOfWork"]
