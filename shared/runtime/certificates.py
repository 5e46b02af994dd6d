"""The certificates that calls to other servers trust."""

import ssl
from functools import cache


@cache
def trusted_certificates() -> ssl.SSLContext:
    """The same for every call of this process: reading them takes longer than many calls. The
    environment names no others."""
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
