"""Who somebody new can be: three people who signed in at the platform's stand-in for GitHub."""

from dataclasses import dataclass
from typing import Literal

from emulators.browser import Browser
from emulators.client import PlatformClient
from emulators.demo.person import SignedIn

PROVIDER = "github"
Name = Literal["ada", "gala", "grace"]


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the sample. `login` is theirs alone: who signs in as `ada` is somebody else."""

    name: Name
    roles: tuple[str, ...]

    @property
    def login(self) -> str:
        return f"sample-{self.name}"


AUTHOR = Known("ada", ("developer",))
# Who founds a tenant is its admin and a governor.
FOUNDER = Known("gala", ())
GOVERNOR = Known("grace", ("governor",))
PEOPLE = {each.name: each for each in (AUTHOR, FOUNDER, GOVERNOR)}


def signed_in(known: Known, platform: PlatformClient, browser: Browser) -> SignedIn:
    """The person, signed in in a browser of their own. Raises PlatformError where that fails."""
    return SignedIn(platform, browser, known.login, PROVIDER)


def cookie_of(known: Known, url: str) -> str:
    """The header with which `identity` gave the person a session just now. Raises PlatformError
    where the sign-in fails."""
    with Browser(url) as browser:
        given: list[str] = []
        browser.http.event_hooks["response"].append(
            lambda answer: given.extend(
                each
                for each in answer.headers.get_list("set-cookie")
                if each.startswith(f"{browser.COOKIE}=")
            )
        )
        browser.sign_in(known.login, PROVIDER)
    return given[-1]
