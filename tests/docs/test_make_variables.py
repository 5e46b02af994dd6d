"""A variable of make with a wrong value is refused by its own name, before a command runs."""

import subprocess

import pytest

from tests.scratch import ROOT


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (["up", "PORT=abc"], "PORT=abc: say a port from 0 to 65535"),
        (["up", "INSTANCES=0"], "INSTANCES=0: say a number from 1 to 10"),
        (["up", "TIER=gold"], "TIER=gold: say free or pro or team"),
        (["restore", "ONLY=rows", "FROM=x"], "ONLY=rows: say databases"),
        (["erase", "SUBJECT=user_1"], "TENANT=…"),
        (["preview", "STACK=test"], "STACK=test: say dev or staging or prod"),
    ],
)
def test_make_names_the_variable_that_is_wrong(wanted: list[str], told: str) -> None:
    command = ["make", "--no-print-directory", "--dry-run", "--old-file=setup", *wanted]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (made.returncode, made.stdout) == (2, "")
    assert told in made.stderr
