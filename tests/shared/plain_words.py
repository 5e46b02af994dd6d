"""What no answer to a caller may have: the words of the programs that we are made of."""

import re

_OF_PYTHON = re.compile(
    r"Exceeds the limit|set_int_max_str_digits|recursion|Traceback|codec|object has no|Error\b"
    r"|expected str|NoneType|invalid literal|\(char \d+\)|chr\(\)|line \d+ column"
    r"|pydantic|subclass of"
    r"|Expecting|Input should|Value error|unhashable",
)


def assert_no_words_of_python(text: str) -> None:
    """Asserts that a refusal speaks to people who write requests."""
    assert _OF_PYTHON.search(text) is None, text
