"""The receipt of what became of a program's call of a model."""

from collections.abc import Mapping

from events.models import CallStatus, ModelCallState
from events.receipts import Outcome, ProgramReceipt, receipt_id_of

_OUTCOMES: Mapping[CallStatus, Outcome] = {
    "answered": "confirmed",
    "refused": "refused",
    # What it used is not known, so all that it may have cost counts.
    "unknown": "doubtful",
    "cached": "confirmed",
}


def receipt_of(call: ModelCallState) -> ProgramReceipt:
    """The receipt of a settled call, the same whenever it is made."""
    outcome = _OUTCOMES[call.status]
    tokens, is_known = call.tokens, call.status == "answered"
    read = tokens.tokens_in + tokens.tokens_cached_read + tokens.tokens_cached_write
    return ProgramReceipt.model_validate(
        {
            "receipt_id": receipt_id_of(call.call_id, outcome),
            "invocation_id": call.call_id,
            "operation": f"model/{call.wire}",
            "outcome": outcome,
            "at": call.settled_at,
            "called_by": call.called_by,
            "key_id": call.key_id,
            "arguments_sha256": call.request_sha256,
            "output_sha256": call.answer_sha256,
            "cost_usd_micros": call.cost_usd_micros,
            "predicted_usd_micros": call.reserved_usd_micros,
            "credential": call.credential,
            "model": {
                "name": call.model,
                "route": call.answered_by or call.route,
                "tokens_in": read if is_known else None,
                "tokens_out": tokens.tokens_out if is_known else None,
                "cached_from": call.cached_from,
                "redacted": call.redacted,
                "prompt": call.prompt,
            },
        }
    )
