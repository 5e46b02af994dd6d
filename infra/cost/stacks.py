"""The month of one of the checkout's stacks."""

from infra.cost.load import load_assumptions
from infra.cost.measured import Measurement
from infra.cost.month import Month
from infra.cost.stack import stack_of
from infra.preview.graph import ROOT, graph
from infra.stacks import settings_of_stack


def month_of(measurement: Measurement, stack: str = "prod") -> Month:
    """The month from the measurements and the checkout's manifests, program and assumptions."""
    assumed, program = load_assumptions(), graph(settings_of_stack(ROOT, stack))
    counted = stack_of(program, assumed.operations)
    return Month(program.manifests, counted, measurement, assumed)
