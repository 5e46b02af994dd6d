"""`assent keys`: API keys."""

from cyclopts import App

from .session import UNSAID, Common, signed_in

app = App(name="keys", help="Make API keys, and revoke them.")


@app.command(name="list")
def list_(*, common: Common = UNSAID) -> None:
    """List your API keys, or the tenant's for its admin."""
    with signed_in() as client:
        columns = ("key_id", "name", "principal_id", "expires_at", "revoked_at")
        common.table(client.api_keys.list(), columns)


@app.command
def make(
    name: str,
    /,
    *,
    scope: list[str],
    expires_at: str,
    agent_id: str | None = None,
    common: Common = UNSAID,
) -> None:
    """Make a key; its secret is printed once. --scope can be given several times."""
    with signed_in() as client:
        key = client.api_keys.create(
            name=name, scopes=scope, expires_at=expires_at, agent_id=agent_id
        )
    common.show(key, f"{key.key_id}\n{key.secret}")


@app.command
def revoke(key_id: str, /, *, common: Common = UNSAID) -> None:
    """Revoke a key at once."""
    with signed_in() as client:
        key = client.api_keys.delete(key_id)
    common.show(key, f"{key.key_id} is revoked.")
