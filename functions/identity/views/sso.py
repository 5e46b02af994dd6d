"""What admins see of the tenant's issuer."""

from events.sso import SsoState


class SsoView(SsoState):
    """The tenant's issuer, without its secret: what its name servers must answer until the domain
    is verified, and what the issuer must be told."""

    record_name: str
    record_value: str
    redirect_uri: str
