"""The environment of the governor's API."""

from shared.runtime.settings import Settings


class MobileSettings(Settings):
    """Where the owner of approvals and precedents answers."""

    url_approvals: str
