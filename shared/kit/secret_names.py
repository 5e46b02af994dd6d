"""Which secret holds which value: one for each function, and one for the public keys of all."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping

PUBLIC = "-public-keys"
MODEL_KEY = "-model-key"
# The relay that mail of the platform goes by, in JSON; `none` where there is none.
MAIL_RELAY = "-mail-relay"
# The operator's account at Stripe, in JSON; `none` where nothing is sold.
STRIPE = "-stripe"
# What the database's role logs in with.
PASSWORD = "-postgres-password"  # noqa: S105 - the end of a value's name
# Values of one function, by the ends of their names; what is left of a name is the function's.
OWN = (
    *("-signing-key", "-log-key", "-bucket-key"),
    *(MODEL_KEY, MAIL_RELAY, STRIPE, PASSWORD, "-providers"),
)
# Wraps the keys of tenants: several functions read it, and nothing else is with it.
WRAPPING = "-wrapping-key"
PUBLIC_KEYS = "public-keys"
TENANTS = "tenants"
# Begins the names of the secrets that hold tenants' credentials, one each.
CREDENTIAL = "credential-"
# Those among them that calls of models are made with, which nothing else of that function's begins.
CREDENTIAL_OF_MODELS = f"{CREDENTIAL}models-"
# Secrets of no function, so that none may have one of these names.
SHARED = (PUBLIC_KEYS, TENANTS)


def credential_secret(tenant_id: str, credential_id: str, *, of_models: bool = False) -> str:
    """The secret that holds the value of a tenant's credential. The names of models' credentials
    begin otherwise, because a grant can be limited to how names begin."""
    begins = CREDENTIAL_OF_MODELS if of_models else CREDENTIAL
    said = f"{tenant_id}\x1f{credential_id}"
    return begins + hashlib.sha256(said.encode()).hexdigest()[:40]


def secret_of(name: str) -> str:
    """The secret that holds the value of that name. A name of another form has its own."""
    if name.endswith(PUBLIC):
        return PUBLIC_KEYS
    for end in (*OWN, WRAPPING):
        if name.endswith(end):
            return name.removesuffix(end)
    return name


def secrets_of(names: Iterable[str]) -> tuple[str, ...]:
    """The secrets that hold these values, in the order of their names."""
    return tuple(sorted({secret_of(name) for name in names}))


def is_of_another(name: str, function: str, functions: Collection[str]) -> bool:
    """Whether the value lies in the secret of another of the functions, whatever the name's form:
    whoever reads one value of a secret reads all."""
    secret = secret_of(name)
    return secret != function and (name.endswith(OWN) or secret in functions)


def payload_of(values: Mapping[str, str]) -> str:
    """The payload of a secret with these values: a JSON object."""
    return json.dumps(dict(sorted(values.items())))


def values_in(payload: str) -> dict[str, str]:
    """The values of a payload, by their names. Raises ValueError for what is no such payload."""
    read = json.loads(payload)
    if not isinstance(read, dict) or not all(isinstance(each, str) for each in read.values()):
        raise ValueError("a secret's payload is a JSON object of texts, by the names of values")
    return read
