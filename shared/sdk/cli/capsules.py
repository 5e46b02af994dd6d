"""`assent capsules`: capsules and their versions."""

from cyclopts import App

from .session import UNSAID, Common, read_file, signed_in

app = App(name="capsules", help="Write capsules, and publish them.")


@app.command(name="list")
def list_(*, common: Common = UNSAID) -> None:
    """List capsules, those that were written last first."""
    with signed_in() as client:
        common.table(client.capsules.list(), ("name", "version", "status", "agent"))


@app.command
def show(name: str, version: str, /, *, common: Common = UNSAID) -> None:
    """Show a version of a capsule."""
    with signed_in() as client:
        capsule = client.capsules.versions_get(name, version)
    common.show(capsule, capsule.model_dump_json(indent=2))


@app.command
def write(file: str, /, *, common: Common = UNSAID) -> None:
    """Write a capsule from a file in YAML; - reads the standard input."""
    source = read_file(file)
    with signed_in() as client:
        capsule = client.capsules.create(source)
    common.show(capsule, f"{capsule.name} {capsule.version} is written: {capsule.checksum}.")


@app.command
def publish(name: str, version: str, /, *, common: Common = UNSAID) -> None:
    """Publish a version, which never changes from then on."""
    with signed_in() as client:
        capsule = client.capsules.versions_publish(name, version)
    common.show(capsule, f"{capsule.name} {capsule.version} is {capsule.status}.")
