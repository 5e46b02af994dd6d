"""Generates `shared/kit/unicode_data.py`: `python -m tests.shared.kit.unicode_source`.

Perl carries Unicode's files, also those of UTS 39, which Python's `unicodedata` leaves out. Another
version of Unicode than the committed one is another file, which somebody must read and test."""

import subprocess
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.shared.kit.unicode_flags import FLAGS

PATH = Path("shared/kit/unicode_data.py")
# Each letter, mark and digit with its identifier types and the scripts that use it; then the
# bounds of the pictographs.
PROGRAM = r"""
use Unicode::UCD qw(prop_invlist prop_invmap);
my %maps = map { $_ => [prop_invmap($_)] } qw(Script_Extensions Identifier_Type General_Category);
sub value_of {
    my ($starts, $values) = @{$maps{$_[0]}};
    my ($low, $high) = (0, $#$starts);
    while ($low < $high) {
        my $middle = int(($low + $high + 1) / 2);
        if ($starts->[$middle] <= $_[1]) { $low = $middle } else { $high = $middle - 1 }
    }
    my $value = $values->[$low];
    return ref $value ? join(" ", @$value) : $value;
}
print Unicode::UCD::UnicodeVersion(), "\n", join(" ", prop_invlist("Extended_Pictographic")), "\n";
for my $code (0x80 .. 0x323AF) {
    next unless value_of("General_Category", $code) =~ /^(L|M|Nd|Nl)/;
    my ($types, $scripts) = map { value_of($_, $code) } qw(Identifier_Type Script_Extensions);
    print "$code;$types;$scripts\n";
}
"""
# In these a letter that is no letter of a living language imitates one that is.
ALIKE = {"Latin", "Greek", "Cyrillic", "Common", "Inherited"}
# What no living language needs, or what nobody sees.
NEVER = {"Exclusion", "Default_Ignorable", "Deprecated", "Not_XID"}
HEADER = '''"""Which letters people write with, and in which scripts; which pictures are emoji.

Generated from Unicode {version} (Script_Extensions; Identifier_Type of UTS 39;
Extended_Pictographic; the flags of emoji-sequences.txt) by `tests/shared/kit/unicode_source.py`,
which says what is left out. Copyright © Unicode, Inc.; https://www.unicode.org/license.txt."""

# Ranges of code points, by the scripts that use them.
LETTERS = {{
'''


def generated() -> str:
    """The text of the module, from the Unicode version that this machine's Perl has."""
    said = subprocess.run(["perl", "-e", PROGRAM], capture_output=True, text=True, check=True)
    version, pictographs, *rows = said.stdout.splitlines()
    types: dict[int, tuple[set[str], str]] = {}
    for row in rows:
        named, kinds, scripts = row.split(";")
        types[int(named)] = set(kinds.split()), scripts
    by_scripts: dict[str, list[int]] = defaultdict(list)
    for code, (_, scripts) in types.items():
        if _is_written(code, types):
            by_scripts[scripts].append(code)
    lines = [HEADER.format(version=version)]
    for scripts in sorted(by_scripts):
        lines += _entry(scripts, _ranges(by_scripts[scripts]))
    bounds = [int(each) for each in pictographs.split()]
    lines.append("}\n\nPICTOGRAPHS = (\n")
    ends = zip(bounds[::2], bounds[1::2], strict=True)
    lines += _wrapped(_named(low, high - 1) for low, high in ends)
    lines.append(")\n\n# Each is two regional indicators.\nFLAGS = (\n")
    lines += _wrapped(FLAGS.split())
    lines.append(")\n")
    return "".join(lines)


def _is_written(code: int, types: dict[int, tuple[set[str], str]]) -> bool:
    """Whether a living language writes with it, and nobody reads it as a letter of another kind."""
    kinds, scripts = types[code]
    if kinds & NEVER:
        return False
    if kinds == {"Not_NFKC"}:
        plain = unicodedata.normalize("NFKC", chr(code))
        drawn = unicodedata.decomposition(chr(code)).startswith(("<font>", "<circle>", "<square>"))
        return not drawn and all(
            ord(each) in types
            and types[ord(each)][0] != kinds
            and _is_written(ord(each), types)
            and not set(types[ord(each)][1].split()) & (ALIKE - {"Inherited"})
            for each in plain
        )
    if kinds & {"Technical", "Obsolete"} and not kinds & {"Uncommon_Use"}:
        return not set(scripts.split()) & ALIKE
    return True


def _ranges(codes: Iterable[int]) -> Iterator[str]:
    low = high = -1
    for code in codes:
        if code != high + 1:
            if low >= 0:
                yield _named(low, high)
            low = code
        high = code
    yield _named(low, high)


def _named(low: int, high: int) -> str:
    return f"{low:x}" if low == high else f"{low:x}-{high:x}"


def _entry(scripts: str, ranges: Iterable[str]) -> list[str]:
    wrapped = _wrapped(ranges)
    line = f'    "{scripts}": {wrapped[0].strip()},\n'
    if len(wrapped) == 1 and len(line) <= 101:
        return [line]
    return [f'    "{scripts}": (\n', *("    " + each for each in wrapped), "    ),\n"]


def _wrapped(words: Iterable[str]) -> list[str]:
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > 84:
            lines.append("")
        lines[-1] += f"{word} "
    lines[-1] = lines[-1].rstrip()
    return [f'    "{line}"\n' for line in lines]


if __name__ == "__main__":
    PATH.write_text(generated(), encoding="utf-8")
    sys.stdout.write(f"{PATH} is written\n")
