"""`assent/transform.apply`: the value of a CEL expression over given data."""

import asyncio
from typing import Any

from functions.tools.own.act import Act, Done, TargetRefused
from shared.kit.bounded import TookTooLong, bounded
from shared.kit.expressions import ExpressionFailed, ExpressionInvalid, evaluate

# What the expression reads as `data`.
DATA = "data"
EVALUATED_WITHIN_SECONDS = 0.5


async def apply(act: Act) -> Done:
    """The value. Raises TargetRefused where the expression has none, or takes too long."""
    expression, data = act.arguments["expression"], act.arguments[DATA]

    def value() -> Any:
        return evaluate(expression, {DATA: data})

    # The library's import takes longer than an expression may.
    await asyncio.to_thread(evaluate, "1 + 1", {})
    try:
        return Done({"result": await bounded(value, seconds=EVALUATED_WITHIN_SECONDS)})
    except (ExpressionInvalid, ExpressionFailed, TookTooLong) as error:
        raise TargetRefused("the expression has no value", str(error)) from error
