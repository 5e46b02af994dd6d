"""Requests of the standard library that follow no redirect."""

import urllib.request


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Makes a redirect the answer, as an HTTPError: only the address that was called is trusted."""

    def redirect_request(self, *args: object) -> None:
        """No further request."""
        return
