"""The environment variables of the governor's API."""

from shared.runtime.settings import Settings


class MobileSettings(Settings):
    """The address of the owner of approvals and precedents."""

    url_approvals: str
