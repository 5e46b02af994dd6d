"""The page for passkeys, which its script fills."""

from functions.identity.pages import POLICY, whole_page
from functions.identity.scripts import PASSKEYS

PASSKEYS_POLICY = f"{POLICY}; {PASSKEYS.policy}"


def passkeys_page() -> str:
    """The list of somebody's passkeys, which the script fills, and the form for another one."""
    return whole_page(
        "Your passkeys",
        "<p>A passkey is a key in your device, opened by your finger, face or PIN. With it you"
        " sign in, and you sign decisions, so that anybody can check that you took them.</p>"
        "<p role='status' aria-live='polite'>Wait…</p><ul></ul>"
        "<form><label>A name for it: <input name='name' required maxlength='200'"
        " autocomplete='off'></label> <button>Add a passkey</button></form>"
        "<p><a href='/signin?return_to=/passkeys'>Sign in again</a>, if you are told to.</p>"
        + PASSKEYS.element,
    )
