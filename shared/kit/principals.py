"""Names of principals: which of them nobody may have."""

import re
import unicodedata

# Silence decides under the first two names, `approvals` writes drafts under its own, a function
# acts as `service:<function>`, and a precedent decides under its typed id.
_RESERVED = re.compile(r"deadline|silence|approvals|service:.*|[a-z]{3}_[0-9a-z]{26}", re.DOTALL)


def is_reserved(principal: str) -> bool:
    """Whether the name belongs to Assent itself: a person or a program with it would be shown as
    silence, as a function or as a precedent. Case, width and space around it do not count."""
    name = unicodedata.normalize("NFKC", principal).strip().casefold()
    return _RESERVED.fullmatch(name) is not None
