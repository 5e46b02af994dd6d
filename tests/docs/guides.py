"""What a guide tells its reader to write and to run: the fenced blocks of its page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# `# path`, `// path` or `<!-- path -->` as the first line.
_NAMED = re.compile(r"^(?:#|//|<!--) *([\w.-]+(?:/[\w.-]+)+)(?: *-->)?$")
_SHELL = ("", "bash", "sh", "console")


@dataclass(frozen=True)
class Guide:
    """The files that a page shows in full, by path, and the commands it shows, in their order."""

    files: dict[str, str]
    commands: tuple[str, ...]

    @property
    def function(self) -> str:
        """The folder of the function whose manifest the page shows."""
        [manifest] = [name for name in self.files if name.endswith("/function.toml")]
        return manifest.rpartition("/")[0]

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(name for name in self.files if "/test_" in name)

    @property
    def make_targets(self) -> tuple[str, ...]:
        """In their order, each once."""
        words = [command.split() for command in self.commands]
        named = [word for first, *rest in words if first == "make" for word in rest]
        return tuple(dict.fromkeys(word for word in named if "=" not in word))


def read_guide(page: Path) -> Guide:
    files: dict[str, str] = {}
    commands: list[str] = []
    for language, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        first, _, rest = text.partition("\n")
        named = _NAMED.match(first)
        if named is not None:
            assert named[1] not in files, f"{named[1]} is shown twice"
            files[named[1]] = rest
        elif language in _SHELL:
            commands += _commands(text)
    return Guide(files, tuple(commands))


def _commands(text: str) -> Iterator[str]:
    joined = text.replace("\\\n", " ")
    for line in joined.splitlines():
        command = line.partition(" #")[0].strip().removeprefix("$ ")
        if command and not command.startswith("#"):
            yield command
