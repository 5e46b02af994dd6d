"""YAML that no reader of plain values may take, YAML that is read in one way, and such values."""

from typing import Any

from hypothesis import strategies as st

YAML_BOMBS: dict[str, bytes] = {
    "nothing": b"",
    "only a comment": b"# nothing",
    "a broken list": b"a: [1",
    "a tab for indentation": b"a:\n\t- b",
    "broken JSON": b'{"a": ',
    "nested lists": b"[" * 120_000,
    "nested lists over lines": b"[\n" * 60_000,
    "nested keys": b"? " * 60_000,
    "nested entries": b"- " * 60_000,
    "deep indentation": "".join(" " * depth + "k:\n" for depth in range(480)).encode(),
    "many values": b"[" + b"1," * 60_000 + b"1]",
    "many keys": "".join(f"k{number}: v\n" for number in range(10_000)).encode(),
    "many documents": b"---\n" * 30_000,
    "two documents": b"a: 1\n---\nb: 2",
    "an alias": b"a: &x [1, 2]\nb: *x",
    "billion laughs": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
    "an anchor": b"a: &x 1",
    "a merge key": b"a:\n  <<: {b: 1}",
    "a python tag": b"a: !!python/object/apply:os.system [ls]",
    "a local tag": b"a: !secret x",
    "a core tag": b"a: !!str 1",
    "a tag directive": b"%TAG ! tag:x,2000:\n---\na: 1",
    "a repeated key": b"a: 1\na: 2",
    "a key that is a list": b"? [a]\n: b",
    "not a number": b"a: .nan",
    "infinity": b"a: -.inf",
    "a number beyond doubles": b"a: 1e999",
    "a number of 5,000 digits": b"a: " + b"9" * 5_000,
    "a lone surrogate": b'a: "\\ud800"',
    "a long lone surrogate": b'a: "\\U0000DC00"',
    "no UTF-8": b"\xff\xfe\x00a",
}
YAML_SPELLINGS: list[tuple[str, Any]] = [
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("2026-11-20", "2026-11-20"),
    ("0x1F", "0x1F"),
    ("007", "007"),
    ("1_000", "1_000"),
    ("12:30", "12:30"),
    ("'5'", "5"),
    ('"true"', "true"),
    ("true", True),
    ("false", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("-5", -5),
    ("0.50", 0.5),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("|\n  two\n  lines\n", "two\nlines\n"),
    ("! plain", "plain"),
    (r'"\U0001F600"', "\U0001f600"),
]


def values_of(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists and objects of `leaves`, nested, and single ones."""
    return st.recursive(
        leaves,
        lambda values: (
            st.lists(values, max_size=4)
            | st.dictionaries(st.sampled_from(["a", "b", "in", "out"]), values, max_size=4)
        ),
        max_leaves=20,
    )


def levels(value: Any) -> int:
    """How deep lists and objects are nested in `value`: 0 for a single one."""
    items = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return 0
    return 1 + max((levels(item) for item in items), default=0)
