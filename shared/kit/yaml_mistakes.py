"""Says what is wrong with text that is not YAML: where, and what to write instead."""

import re
from typing import Any

_BEYOND_UNICODE = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")
_QUOTE = "put a text that has it in quotes"
# By what the parser expected or found, in words of people who write YAML.
_PROBLEMS = {
    "found character '\\t'": "a tab stands where only spaces may; indent with spaces",
    "found character": f"no text without quotes begins with {{token}}; {_QUOTE}",
    "could not find expected ':'": (
        "no colon follows a key; write `key: value`, and indent a text that goes on in a new line"
    ),
    "sequence entries are not allowed": (
        "a list begins in the line of its key; begin it in the next line with `- `"
    ),
    "mapping keys are not allowed": "`? ` begins no key here; write `key: value`",
    "mapping values are not allowed": (
        "no key can end here; put a text with a colon in quotes, indent the keys of one object "
        "alike, and write a colon after each"
    ),
    "expected escape sequence": (
        "a backslash in double quotes has too few hexadecimal digits after it; write \\\\ for a "
        "backslash"
    ),
    "found unknown escape character": (
        "a backslash in double quotes begins no escape that YAML has; write \\\\ for a backslash"
    ),
    "found unexpected end of stream": "a text has no closing quote; write it",
    "found unexpected document separator": "a text in quotes ends before `---` or `...`; close it",
    "found unexpected ':'": f"a colon ends no text in brackets; {_QUOTE}",
    "more indented follow up line": (
        "the first lines of a text after `|` or `>` are blank and indented deeper than the others; "
        "indent them alike"
    ),
    "expected <block end>, but found '-'": (
        "an item is indented otherwise than the list; indent all items of a list alike"
    ),
    "expected <block end>": (
        "this belongs to nothing above it; indent keys and items of one level alike, close quotes "
        "and brackets, and write nothing after them"
    ),
    "expected ',' or ']'": "a list in brackets has no comma between two items, or no `]`; write it",
    "expected ',' or '}'": "an object in braces has no comma between two keys, or no `}`; write it",
    "expected the node content": (
        f"a value is missing, or begins with {{token}}; write one, or {_QUOTE}"
    ),
    "expected '<document start>'": (
        "this follows the value and belongs to nothing in it; send one list or one object, and no "
        "line that begins with `%`"
    ),
    "found non-comment content after document end": "nothing may follow `...`; leave it out",
}
# By what it was reading, where that says more.
_CONTEXTS = {
    "while scanning a block scalar": (
        "only `-`, `+`, a digit from 1 to 9 and a comment may follow `|` or `>`; begin the text in "
        "the next line"
    ),
    "while scanning a directive": f"a line begins with `%`; leave it out, or {_QUOTE}",
    "while scanning an anchor": f"`&` begins an anchor, which is not read; {_QUOTE}",
    "while scanning an alias": f"`*` begins an alias, which is not read; {_QUOTE}",
    "tag": f"`!` begins a tag, which is not read; {_QUOTE}",
    "directive": "a line begins with `%` or the document names a version; leave it out",
}
# What began there is what is to mend: the parser notices it at the end of the document.
_WHERE_IT_BEGAN = ("could not find expected ':'", "found unexpected end of stream")
_TOKENS = {"<stream end>": "the end of the document", "<block end>": "the end of what it is in"}


def explain(error: Any) -> str:
    """What is wrong, for a MarkedYAMLError of the parser: the place, and what to write instead."""
    problem, context = error.problem or "", error.context or ""
    began = error.context_mark is not None and problem.startswith(_WHERE_IT_BEGAN)
    mark = error.context_mark if began else error.problem_mark or error.context_mark
    return f"{_words(problem, context)} ({place_of(mark)})"


def explain_character(text: str, character: int | None) -> str:
    """What is wrong with a text that has the code point, which YAML refuses; or, where that is
    None, an escape for a character that does not exist."""
    if character is not None:
        at = text.index(chr(character))
        return f"U+{character:04X} is in no text; leave it out ({_place_in(text, at)})"
    found = _BEYOND_UNICODE.search(text)
    at = found.start() if found else 0
    return f"an escape names a character that does not exist; leave it out ({_place_in(text, at)})"


def _place_in(text: str, at: int) -> str:
    before = text[:at]
    return f"line {before.count(chr(10)) + 1}, column {at - before.rfind(chr(10))}"


def place_of(mark: Any) -> str:
    """The line and the column, from 1, of a mark of the parser."""
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else "line 1, column 1"


def _words(problem: str, context: str) -> str:
    for begin, words in _CONTEXTS.items():
        if begin in context and not problem.startswith("more indented"):
            return words
    found = problem.rpartition("found ")[2].rpartition("character ")[2].split(" that ")[0]
    token = found.strip("'\"")
    for begin, words in _PROBLEMS.items():
        if problem.startswith(begin):
            shown = ascii(token)[1:-1]
            return words.replace("{token}", _TOKENS.get(token, f"`{shown}`"))
    return _CONTEXTS["tag" if "tag" in problem else "directive"]
