"""Which headers a key or a credential may go into."""

import re

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What says where a message goes, or where it ends, and what the client itself sends.
_RESERVED = re.compile(
    r"host|content-.*|transfer-encoding|te|trailer|connection|keep-alive|upgrade|expect|proxy-.*"
    r"|accept|accept-encoding|user-agent|cookie2?|set-cookie2?|sec-.*|x-forwarded-.*|forwarded"
    r"|x-http-method.*|x-method-override|range|if-.*|via|traceparent|tracestate",
    re.IGNORECASE,
)


def may_hold(header: str) -> bool:
    """Whether a secret may go into the header: it has a name that is one, and says nothing else."""
    # To some servers an underscore is a dash.
    plain = header.replace("_", "-")
    return _HEADER.fullmatch(header) is not None and _RESERVED.fullmatch(plain) is None
