"""The package for TypeScript, packed and installed as its users do: the program of its README."""

import json
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from emulators.running import RunningPlatform

pytestmark = pytest.mark.platform

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shared/sdk/typescript"
MODULES = ROOT / "mobile_api/console/node_modules"
SETTINGS = {
    "compilerOptions": {
        "target": "ES2023",
        "module": "NodeNext",
        "strict": True,
        "skipLibCheck": True,
        "exactOptionalPropertyTypes": True,
        "typeRoots": [str(MODULES / "@types")],
        "types": ["node"],
    },
    "files": ["program.ts"],
}


def _run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the package is installed, with the README's program."""
    folder = tmp_path_factory.mktemp("project")
    built = folder / "built"
    tsc = str(MODULES / ".bin/tsc")
    done = _run(tsc, "-p", str(PACKAGE), "--outDir", str(built / "dist"), cwd=folder)
    assert done.returncode == 0, done.stdout
    (built / "package.json").write_bytes((PACKAGE / "package.json").read_bytes())
    done = _run("npm", "pack", "--silent", "--pack-destination", str(folder), cwd=built)
    assert done.returncode == 0, done.stderr
    installed = folder / "node_modules" / "assent-sdk"
    installed.mkdir(parents=True)
    [archive] = folder.glob("*.tgz")
    done = _run("tar", "xzf", str(archive), "--strip-components=1", cwd=installed)
    assert done.returncode == 0, done.stderr
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "tsconfig.json").write_text(json.dumps(SETTINGS))
    [program] = re.findall(r"```ts\n(.*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL)
    (folder / "program.ts").write_text(program)
    return folder


def test_the_program_of_the_readme_decides(project: Path, running: RunningPlatform) -> None:
    done = _run(str(MODULES / ".bin/tsc"), cwd=project)
    assert done.returncode == 0, done.stdout
    tenant = f"ts-{uuid.uuid4().hex[:8]}"
    key = running.client.token(
        "payroll-bot",
        tenant,
        roles=["service_runtime"],
        scopes=["approvals:request", "approvals:read"],
    )
    governor = running.client.token(
        "gala", tenant, roles=["governor"], scopes=["approvals:read", "approvals:write"]
    )
    done = _run(
        "node",
        "program.js",
        cwd=project,
        ASSENT_URL=running.client.url,
        ASSENT_KEY=key,
        GOVERNORS_TOKEN=governor,
    )
    assert done.stdout.splitlines() == [
        "pending Show the new opening hours",
        "412 stale_decision_hash",
        "approved",
    ], done.stderr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("await program.call('approvals_decline', {});", "approvals_decline"),
        ("await program.call('approvals_get');", "Expected 2 arguments"),
        ("for await (const each of program.each('approvals_get')) each;", "approvals_get"),
        ("(await program.call('approvals_list')).items[0]?.colour;", "colour"),
    ],
)
def test_a_wrong_call_is_refused_when_it_is_compiled(project: Path, wrong: str, said: str) -> None:
    head = "import { Assent } from 'assent-sdk';\n"
    client = "const program = new Assent({ url: 'http://localhost', token: 'k' });\n"
    file = project / "wrong.ts"
    file.write_text(head + client + wrong + "\nexport {};\n")
    settings = {**SETTINGS, "files": ["wrong.ts"]}
    (project / "wrong.json").write_text(json.dumps(settings))
    done = _run(str(MODULES / ".bin/tsc"), "-p", "wrong.json", "--noEmit", cwd=project)
    assert done.returncode != 0
    assert said in done.stdout
