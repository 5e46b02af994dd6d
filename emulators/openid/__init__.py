"""The independent OpenID Connect provider of the local platform: npm's oidc-provider."""

from emulators.openid.provider import OpenIdProvider

__all__ = ["OpenIdProvider"]
