"""The roles that the rules know; a token names those of its principal."""

GOVERNOR = "governor"
DEPUTY = "deputy"
GENESIS = "genesis"
TENANT_ADMIN = "tenant_admin"
OPERATOR = "operator"
SERVICE_RUNTIME = "service_runtime"

ROLES = frozenset({GOVERNOR, DEPUTY, GENESIS, TENANT_ADMIN, OPERATOR, SERVICE_RUNTIME})
