"""What a browser sends: its cookie, and from which site a call comes."""

from typing import NamedTuple

from functions.identity.rules.refusals import CrossSite

# Firebase Hosting passes no cookie of another name.
COOKIE = "__session"
_LONGEST = 4096


class Jar(NamedTuple):
    """The two parts of the cookie: the token of a session, and a sign-in under way."""

    session: str = ""
    attempt: str = ""

    @classmethod
    def read(cls, cookie: str) -> "Jar":
        """The parts of a cookie's value; both are empty for one that we did not write."""
        session, _, attempt = cookie.partition("~")
        return cls(session, attempt) if len(cookie) <= _LONGEST else cls()

    def written(self) -> str:
        """The cookie's value."""
        return f"{self.session}~{self.attempt}"


def said_of_itself(user_agent: str) -> str:
    """What a browser calls itself, in plain ASCII: it is shown, and decides nothing."""
    return "".join(each for each in user_agent if " " <= each <= "~")


def check_own_site(fetch_site: str, origin: str, own_origin: str) -> None:
    """Raises CrossSite unless a page of this site sent the call. Browsers say where from
    (`Sec-Fetch-Site`), and old ones at least the origin; a page cannot forge either."""
    is_own = fetch_site == "same-origin" if fetch_site else origin == own_origin
    if not is_own:
        raise CrossSite("only pages of this site may call this with a browser's cookie")
