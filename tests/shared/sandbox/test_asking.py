"""Programs of strangers that ask for calls: what leaves the sandbox is one call of an operation
that they may ask for, with arguments of JSON, whatever else they try."""

import resource
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.sandbox.asking import MOST_ANSWERED, Answer, Asks, Gives, turn_of
from shared.sandbox.checking import mistakes_in
from shared.sandbox.programs import LONGEST_DETAIL, Program, ProgramFailed
from shared.sandbox.workers import SandboxDied
from tests.shared.sandbox.break_ins import ATTEMPTS

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
READ, WRITE = "shop/orders.get", "shop/orders.close"
SOON = 0.4
TWO = """
import random
def run(order):
    found = call("shop/orders.get", {"id": order, "chance": random.random()})
    try:
        call("shop/orders.close", {"id": found["id"]})
    except RuntimeError as error:
        return [found["id"], str(error)]
    return found["id"]
"""
_NESTED = "a = [0] * 1000\nb = [a] * 1000\nc = [b] * 1000\n"
# What is no call of one of the operations, by what it tries.
TRICKS = {
    "another operation": "call('shop/orders.delete')",
    "an operation of the platform": "call('assent/skills.run', {'code': 'x'})",
    "an operation that is a list": "call(['shop/orders.get'])",
    "an operation that is another text": "call('shop/orders.get\\u0000')",
    "no object": "call('shop/orders.get', [1])",
    "an object of a class": "call('shop/orders.get', {'a': Trick()})",
    "an object in place of the arguments": "call('shop/orders.get', Trick())",
    "an object in place of the call": "_ask(Trick())",
    "the class of an object": "_ask(Trick)",
    "a function": "call('shop/orders.get', {'a': run})",
    "the function that asks": "_ask(_ask)",
    "an exception": "_ask(ValueError('x'))",
    "an exception in the arguments": "call('shop/orders.get', {'a': ValueError('x')})",
    "the exception of a refusal": "_ask(caught())",
    "a coroutine": "_ask(later())",
    "bytes": "_ask(b'[\"shop/orders.get\", {}]')",
    "no argument": "_ask()",
    "two arguments": "_ask('[\"shop/orders.get\", {}]', 1)",
    "a named argument": "_ask(call='[\"shop/orders.get\", {}]')",
    "many arguments": "_ask(*['x'] * 100000)",
    "a list in itself": "_ask(loop)",
    "a list in itself in the arguments": "call('shop/orders.get', {'a': loop})",
    "a thousand lists of a thousand lists": "_ask(c)",
    "a thousand lists of a thousand lists in the arguments": "call('shop/orders.get', {'a': c})",
    "depth": "_ask(deep())",
    "depth in the arguments": "call('shop/orders.get', {'a': deep()})",
    "depth in the text": "_ask('[\"shop/orders.get\",' + '[' * 30000)",
    "closed depth in the text": "_ask('[\"' + READ + '\",{\"a\":' + '[' * 900 + ']' * 900 + '}]')",
    "a huge number": "_ask(10 ** 100000)",
    "a huge number in the arguments": "call('shop/orders.get', {'a': 10 ** 100000})",
    "a number beyond JSON": "call('shop/orders.get', {'a': 2 ** 60})",
    "a number of many digits in the text": "_ask('[\"' + READ + '\",{\"a\":' + '9' * 9000 + '}]')",
    "no number": "call('shop/orders.get', {'a': float('nan')})",
    "no number in the text": '_ask(\'["shop/orders.get", {"a": NaN}]\')',
    "a long text": "call('shop/orders.get', {'a': 'x' * 70000})",
    "a longer text": "_ask('x' * 30_000_000)",
    "keys twice": "_ask('[\"shop/orders.get\", {}, {}]')",
    "a file": "open('/etc/passwd')",
    "another function of the host": "ask_the_host('shop/orders.get', {})",
    "calls without end": "[call('shop/orders.get', {'a': [0] * n}) for n in range(10 ** 9)]",
}
_HEAD = f"""
{_NESTED}READ = "{READ}"
loop = []
loop.append(loop)
class Trick:
    def __init__(self):
        self.operation = 'shop/orders.get'
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 1
    def __str__(self):
        return 'shop/orders.get'
def deep():
    found = []
    for _ in range(20000):
        found = [found]
    return found
async def later():
    return 'shop/orders.get'
def caught():
    try:
        call('shop/orders.get', {{'first': 1}})
    except RuntimeError as error:
        return error
"""


def _turn(code: str, *answers: Answer, **given: Any) -> Asks | Gives:
    return turn_of(Program(code, given, AT, "inv_1", SOON), (READ, WRITE), answers)


def test_it_asks_for_one_call_after_the_other_and_then_gives() -> None:
    first = _turn(TWO, order="o1")
    assert isinstance(first, Asks)
    assert (first.operation, first.arguments["id"]) == (READ, "o1")
    assert _turn(TWO, order="o1") == first
    got = Answer(first.digest, {"id": "o1"})
    second = _turn(TWO, got, order="o1")
    assert second == Asks(WRITE, {"id": "o1"})
    assert _turn(TWO, got, Answer(second.digest), order="o1") == Gives("o1")
    refused = Answer(second.digest, refused="the order is closed")
    assert _turn(TWO, got, refused, order="o1") == Gives(["o1", "the order is closed"])


def test_whoever_asks_for_something_else_in_the_same_place_is_refused() -> None:
    first = _turn(TWO, order="o1")
    assert isinstance(first, Asks)
    with pytest.raises(ProgramFailed, match="another call than it did before"):
        _turn(TWO, Answer(first.digest, {"id": "o1"}), order="o2")
    with pytest.raises(ProgramFailed, match="ends before a call"):
        _turn("def run(): return 1", Answer(first.digest))


def test_a_refusal_that_nobody_catches_names_the_line() -> None:
    first = _turn(TWO, order="o1")
    assert isinstance(first, Asks)
    with pytest.raises(ProgramFailed, match=r"failed at line 4 \(RuntimeError\)") as failed:
        _turn(TWO, Answer(first.digest, refused="nobody is there"), order="o1")
    assert "nobody is there" not in str(failed.value)


@pytest.mark.parametrize("tried", TRICKS)
def test_a_trick_asks_for_nothing(tried: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code = f"{_HEAD}\ndef run():\n    return {TRICKS[tried]}\n"
    answers: tuple[Answer, ...] = ()
    if "caught()" in TRICKS[tried]:
        answers = (Answer(Asks(READ, {"first": 1}).digest, refused="no"),)
    if "range(10 ** 9)" in TRICKS[tried]:
        answers = tuple(Answer(Asks(READ, {"a": [0] * n}).digest) for n in range(3))
        assert _turn(code, *answers) == Asks(READ, {"a": [0] * 3})
        return
    with pytest.raises((ProgramFailed, SandboxDied)) as refused:
        _turn(code, *answers)
    assert len(str(refused.value)) < 500
    assert len(getattr(refused.value, "detail", None) or "") <= LONGEST_DETAIL
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


@pytest.mark.parametrize("tried", ATTEMPTS)
def test_a_break_in_gives_nothing_to_a_call_either(tried: str) -> None:
    code = ATTEMPTS[tried].replace("def run", "def tried")
    code += f"\ndef run():\n    return call('{READ}', {{'found': tried()}})\n"
    with pytest.raises((ProgramFailed, SandboxDied)):
        _turn(code)


@pytest.mark.parametrize(
    "gave",
    [
        {"__class__": "os", "__proto__": {"gave": 1}, "refused": "x", "gave": 2},
        ["</script>", "\u0000", "\u2028", '"}'],
        {"deep": [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]},
        2**53 - 1,
    ],
)
def test_what_a_call_gave_reaches_the_program_as_it_is(gave: Any) -> None:
    code = f"def run():\n    return [call('{READ}')]"
    first = _turn(code)
    assert isinstance(first, Asks)
    assert _turn(code, Answer(first.digest, gave)) == Gives([gave])


def test_all_that_it_is_told_has_a_bound() -> None:
    asked = Asks(READ, {}).digest
    code = f"def run():\n    return len([call('{READ}') for _ in range(3)])"
    half = Answer(asked, "x" * (MOST_ANSWERED // 2))
    with pytest.raises(ProgramFailed, match="its calls gave more than"):
        _turn(code, half, half)


def test_a_mistake_in_a_call_has_its_line_and_column() -> None:
    found = mistakes_in(TWO, ["order"], [READ])
    (mistake,) = found
    assert 'Expected `Literal["shop/orders.get"]`' in mistake.message
    assert (mistake.line, mistake.column) == (6, 14)
    assert mistakes_in(TWO, ["order"], [READ, WRITE]) == ()
    none = mistakes_in(TWO, ["order"])
    assert "its step lists as `calls`" in none[0].message
    early = mistakes_in(f"x = call('{READ}')\ndef run(): return x", [], [READ])
    assert (
        "`call` is not defined" in early[0].message or "'call' is not defined" in early[0].message
    )
