"""What every use case of this function commits through."""

from shared.messaging.outbox import Outbox

FUNCTION = "agents"
OUTBOX = Outbox(FUNCTION)
