"""The guide of the SDK: its examples run in their order on a platform, and print what it says."""

import re
import shlex
import sys
from typing import Any

import pytest

import shared.sdk
from emulators.running import RunningPlatform
from shared.sdk.cli.__main__ import main
from tests.docs.followed import GUIDES
from tests.printed import printed

pytestmark = pytest.mark.platform

PAGE = (GUIDES / "sdk.md").read_text()
_BLOCK = re.compile(r"^```(python|bash|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_its_examples_print_what_the_page_says(
    running: RunningPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.client.disarm()
    # The wheel gives the package this name.
    monkeypatch.setitem(sys.modules, "assent", shared.sdk)
    names: dict[str, Any] = {}
    said, compared = "", 0
    for language, text in _BLOCK.findall(PAGE):
        if language == "text":
            assert said == text
            compared += 1
            continue
        with printed() as (out, _):
            if language == "python":
                source = text.replace("http://127.0.0.1:8080", running.client.url)
                exec(compile(source, "sdk.md", "exec"), names)
            else:
                monkeypatch.setenv("ASSENT_URL", running.client.url)
                monkeypatch.setenv("ASSENT_KEY", names["GOV"])
                for line in text.replace("apr_…", names["asked"].id).splitlines():
                    assert main(shlex.split(line)[1:]) == 0, line
        said = out.getvalue()
    assert compared == 6
    assert "ask me first" in said
