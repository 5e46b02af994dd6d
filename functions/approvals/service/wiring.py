"""What every use case of this function commits through."""

from shared.messaging.outbox import Outbox

FUNCTION = "approvals"
OUTBOX = Outbox(FUNCTION)
