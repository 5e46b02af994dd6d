"""What people read before they let a program act for them."""

from functions.identity.pages import IN_WORDS, signed_in_page
from functions.identity.rules.roles import OWN, SCOPES


def test_each_scope_that_a_program_can_ask_for_is_shown_in_words() -> None:
    assert set(IN_WORDS) == SCOPES | OWN


def test_the_page_says_what_the_name_of_the_browser_is() -> None:
    assert "Signed in from: &lt;curl&gt;" in signed_in_page("<curl>")
