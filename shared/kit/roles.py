"""The roles that the rules know; a token names those of its principal."""

GOVERNOR = "governor"
DEPUTY = "deputy"
GENESIS = "genesis"
TENANT_ADMIN = "tenant_admin"
OPERATOR = "operator"
SERVICE_RUNTIME = "service_runtime"
WORKSPACE_ADMIN = "workspace_admin"
PLATFORM_ADMIN = "platform_admin"

# All that the platform's policies speak of; a tenant may have others of its own. No principal has
# one of these names.
ROLES = frozenset(
    {
        *(GOVERNOR, DEPUTY, GENESIS, TENANT_ADMIN, OPERATOR, SERVICE_RUNTIME),
        *(WORKSPACE_ADMIN, PLATFORM_ADMIN),
        *("architect", "guardian", "developer", "analyst", "end_user"),
    }
)
