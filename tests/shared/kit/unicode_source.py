"""Generates `shared/kit/unicode_data.py`: `python -m tests.shared.kit.unicode_source`.

Perl carries Unicode's files, also those of UTS 39, which Python's `unicodedata` leaves out. Another
version of Unicode than the committed one is another file, which somebody must read and test. Which
letters languages write with today, and what looks like ASCII, is in `languages.json`."""

import json
import string
import subprocess
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from shared.kit.characters import SPACELESS
from tests.shared.kit.unicode_flags import FLAGS

PATH = Path("shared/kit/unicode_data.py")
# By code point: its identifier types, and the scripts that use it.
_Types = dict[int, tuple[set[str], str]]
LANGUAGES = json.loads(Path(__file__).with_name("languages.json").read_text(encoding="utf-8"))
# The letters and marks of each alphabet that are not ASCII.
ALPHABETS = [frozenset(letters) for letters in LANGUAGES["alphabets"].values()]
LIVING: frozenset[str] = frozenset().union(*ALPHABETS)
READS_AS = {each: plain for plain, those in LANGUAGES["alike"].items() for each in those}
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
RARE = {"Technical", "Obsolete"}
BESIDE_LATIN = {"Bopomofo", "Han", "Hangul", "Hiragana", "Katakana", *SPACELESS}
_LETTERS = {"Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl"}
# Kabyle and Mooré have sentences with no other of their letters.
ALONE = {"ɣ", "ɩ"}
HEADER = '''"""Which letters people write with, and in which scripts; which pictures are emoji.

Generated from Unicode {version} (Script_Extensions; Identifier_Type of UTS 39;
Extended_Pictographic; the flags of emoji-sequences.txt) by `tests/shared/kit/unicode_source.py`,
which says what is left out. Copyright © Unicode, Inc.; https://www.unicode.org/license.txt."""

# Ranges of code points, by the scripts that use them.
LETTERS = {{
'''
READ_AS = """
# What letters of Latin words read as, where that is ASCII.
READ_AS = {
"""
COMPANY = """}

# Those of them that stand only in a sentence which has another letter of their languages: these.
COMPANY = {
"""


def generated() -> str:
    """The text of the module, from the Unicode version that this machine's Perl has."""
    said = subprocess.run(["perl", "-e", PROGRAM], capture_output=True, text=True, check=True)
    version, pictographs, *rows = said.stdout.splitlines()
    types = _types(rows)
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
    lines.append(")\n" + READ_AS)
    lines += [f'    "{letter}": "{plain}",\n' for letter, plain in _imitations(types).items()]
    lines.append(COMPANY)
    for letter, company in sorted(_companies(types)):
        lines += _entry(letter, [company])
    signs = "".join(sorted(_signs()))
    lines.append(f'}}\n\nLETTERLIKE_SIGNS = "{signs}"\n')
    letters = _alike(string.ascii_letters, types, BESIDE_LATIN)
    lines.append(
        f"# In scripts that write Latin words without a space.\nLETTERLIKE = {letters!r}\n"
    )
    others = {each for _, scripts in types.values() for each in scripts.split()} - ALIKE
    digits = _alike("23456789Ol", types, others | {"Greek", "Cyrillic"})
    lines.append(f"# Letters of other scripts that read as digits.\nDIGITLIKE = {digits!r}\n")
    return "".join(lines)


def _types(rows: Iterable[str]) -> _Types:
    types: _Types = {}
    for row in rows:
        named, kinds, scripts = row.split(";")
        types[int(named)] = set(kinds.split()), scripts
    living = {scripts for code, (_, scripts) in types.items() if chr(code) in LIVING} - ALIKE
    for its, scripts in types.values():
        if scripts in living:
            its.discard("Exclusion")
    return types


def _is_written(code: int, types: _Types) -> bool:
    """Whether a living language writes with it, and nobody reads it as a letter of another kind."""
    kinds, scripts = types[code]
    if kinds & NEVER:
        return False
    if chr(code) in LIVING and (kinds & RARE or _is_raised(code)):
        return True
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
    if kinds & RARE and "Uncommon_Use" not in kinds:
        return not set(scripts.split()) & ALIKE
    return True


def _is_raised(code: int) -> bool:
    """Whether it is a small letter above the line, which some alphabets have as a letter."""
    return unicodedata.decomposition(chr(code)).startswith("<super>")


def _imitations(types: _Types) -> dict[str, str]:
    """The letters of Latin words that UTS 39 takes for ASCII and does not recommend."""
    latin = {
        chr(code)
        for code, (kinds, scripts) in types.items()
        if scripts in ("Latin", "Common") and "Recommended" not in kinds
    }
    return {
        each: READS_AS[each]
        for each in sorted(latin & READS_AS.keys())
        if _is_written(ord(each), types)
    }


def _companies(types: _Types) -> Iterator[tuple[str, str]]:
    """Imitations, and the letters which show that a sentence is in a language that writes them."""
    for letter in _imitations(types).keys() - ALONE:
        pair = {letter.upper(), letter.lower()}
        those = [_company(alphabet - pair) for alphabet in ALPHABETS if letter in alphabet]
        yield letter, "".join(sorted(set().union(*those)))


def _signs() -> Iterator[str]:
    """Signs that read as one letter or digit of ASCII, or as what hosts have after a word."""
    for plain, those in LANGUAGES["alike"].items():
        if len(plain) == 1 and plain not in "!?":
            # Words have × between them: length×width. Chinese and Japanese have wide signs.
            signs = (each for each in those if unicodedata.category(each)[:2] not in _LETTERS)
            yield from (each for each in signs if each not in "×：／")


def _alike(plains: str, types: _Types, scripts: set[str]) -> str:
    """The letters and digits of the scripts that read as one of the characters of ASCII."""
    those = (each for plain in plains for each in LANGUAGES["alike"].get(plain, ""))
    known = {each for each in those if _is_known(ord(each), types)}
    return "".join(sorted(each for each in known if scripts & set(types[ord(each)][1].split())))


def _is_known(code: int, types: _Types) -> bool:
    return code in types and _is_written(code, types)


def _company(alphabet: frozenset[str]) -> frozenset[str]:
    """The letters of the alphabet that few others have: those without accents that do not read as
    ASCII, or all where it has not two such."""
    own = {
        each
        for each in alphabet
        if each not in READS_AS
        and unicodedata.category(each)[0] == "L"
        and not unicodedata.decomposition(each)
    }
    return alphabet if len({each.lower() for each in own}) < 2 else frozenset(own)


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
