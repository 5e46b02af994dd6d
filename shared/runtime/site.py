"""The site of our pages, by which passkeys know us."""

from urllib.parse import urlsplit

from shared.kit.passkeys import Site
from shared.runtime.settings import Settings


class SiteSettings(Settings):
    """`rp_id` is part of every passkey for ever; `passkey_origins` are those of all pages that
    may ask for one, separated by spaces."""

    rp_id: str = ""
    passkey_origins: str = ""
    issuer: str

    @property
    def site(self) -> Site:
        """The configured site; the issuer's, where none is."""
        parts = urlsplit(self.issuer)
        origins = tuple(self.passkey_origins.split()) or (f"{parts.scheme}://{parts.netloc}",)
        return Site(self.rp_id or parts.hostname or "", origins)


def site_of_passkeys() -> Site:
    """The site. Raises ConfigurationError."""
    return SiteSettings.from_environment().site
