"""Recognises texts without content, such as placeholders."""

from functions.agents.rules.language.folding import words
from functions.agents.rules.language.vocabulary import listed

_NOTHING = listed(
    "none na n a nil null tbd todo tba unknown later x xx xxx test asdf foo bar lorem ipsum "
    "dummy placeholder undefined empty blank pending not applicable needed required yet to be "
    "defined decided determined done written specified no say follows soon same see above "
    "here is it this will we"
)
_VAGUE = listed(
    "anything everything whatever something stuff things various misc miscellaneous etc any "
    "all data information files content items other others general inputs outputs input "
    "output things as and or of the more needed required useful necessary"
)


def is_empty(text: str) -> bool:
    """Whether a text is blank or a placeholder such as `TBD` or `not applicable`."""
    return all(word in _NOTHING for word in words(text))


def is_vague(text: str) -> bool:
    """Whether a text is indefinite (`anything`, `various data`)."""
    return all(word in _VAGUE for word in words(text))
