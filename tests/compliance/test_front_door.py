"""What a stranger meets at every public function, and what deployed code never does."""

import ast
import re
from collections.abc import AsyncIterator
from functools import cache
from importlib import import_module
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from shared.kit import errors
from shared.manifest import Deployable, load_manifests
from shared.runtime.app import describe_only
from shared.runtime.entry_points import public_app
from tests.compliance.source import ROOT, calls, imports, nodes

PUBLIC = tuple(each for each in load_manifests(ROOT).deployables if each.public)
WIRES = ("/v1/chat/", "/v1/embeddings", "/v1/messages", "/v1/models", "/mcp")
# Programs on Anthropic's wire say their key so.
TAKES_API_KEY = {("POST", "/v1/messages")}
STRANGE = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}


@pytest.fixture(params=PUBLIC, ids=lambda deployable: deployable.name)
def deployable(request: pytest.FixtureRequest) -> Deployable:
    """A public function."""
    public: Deployable = request.param
    return public


@cache
def _app(noun: str) -> ASGIApp:
    # To make one takes a tenth of a second of a processor.
    return public_app(noun)


@pytest.fixture
async def door(deployable: Deployable) -> AsyncIterator[httpx.AsyncClient]:
    """Its public side, without anything behind it."""
    transport = httpx.ASGITransport(app=_app(deployable.noun))
    async with httpx.AsyncClient(transport=transport, base_url="https://function") as client:
        yield client


@pytest.fixture
def routes(deployable: Deployable) -> list[tuple[str, str]]:
    """Its calls, each as method and path, but for those that need no token."""
    return [each for each in _calls(deployable) if each not in OPEN]


def _calls(deployable: Deployable, *, are_open: bool | None = None) -> list[tuple[str, str]]:
    package = ".".join(deployable.folder.relative_to(ROOT).parts)
    return [
        (method.upper(), path)
        for path, calls in _described(deployable.noun, package).items()
        for method, call in calls.items()
        if are_open in (None, "security" not in call)
    ]


@cache
def _described(noun: str, package: str) -> dict[str, Any]:
    # To describe a function takes a tenth of a second of a processor and more.
    router = import_module(f"{package}.api").ROUTER
    paths: dict[str, Any] = describe_only(function=noun, router=router).openapi()["paths"]
    return paths


# Whoever signs in has no token yet. tests/journeys/test_sign_in.py, test_passkey_sign_in.py,
# test_tenancy.py and test_clients.py say what each of these refuses. The files of the console
# and of the explorer hold nothing of a tenant.
OPEN = {
    ("GET", "/console/{path}"),
    ("GET", "/explorer/{path}"),
    ("GET", "/signin"),
    ("GET", "/passkeys"),
    ("GET", "/v1/auth/start"),
    ("GET", "/v1/auth/callback"),
    ("GET", "/v1/auth/callback/{tenant_id}"),
    ("POST", "/v1/auth/passkey/options"),
    ("POST", "/v1/auth/passkey"),
    ("POST", "/v1/auth/logout"),
    ("POST", "/v1/auth/token"),
    ("GET", "/.well-known/jwks.json"),
    ("POST", "/v1/auth/device"),
    ("GET", "/device"),
    ("POST", "/v1/auth/device/decision"),
    ("GET", "/v1/auth/authorize"),
    ("GET", "/consent"),
    ("POST", "/consent"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/oauth-protected-resource/mcp"),
    # Stripe signs what it says: tests/functions/billing/test_subscription.py.
    ("POST", "/v1/billing/stripe/webhook"),
}


def test_no_other_call_is_open_to_strangers() -> None:
    assert {call for each in PUBLIC for call in _calls(each, are_open=True)} == OPEN


async def test_every_answer_is_typed_and_never_sniffed(
    door: httpx.AsyncClient, routes: list[tuple[str, str]]
) -> None:
    for method, path in [("GET", "/healthz"), ("GET", "/v1/nothing"), *routes]:
        answer = await door.request(method, path)
        kind = "application/json" if answer.is_success else "application/problem+json"
        kind = "application/scim+json" if path.startswith("/scim/") else kind
        # Refusals have the form of the wire that programs speak.
        kind = "application/json" if path.startswith(WIRES) else kind
        assert answer.headers["content-type"] == kind, path
        assert answer.headers["x-content-type-options"] == "nosniff", path


async def test_no_other_origin_is_let_in(
    door: httpx.AsyncClient, routes: list[tuple[str, str]]
) -> None:
    for method, path in routes:
        preflight = await door.options(path, headers=STRANGE)
        answer = await door.request(method, path, headers=STRANGE)
        assert preflight.status_code == 405
        told = {*preflight.headers, *answer.headers}
        assert not [name for name in told if name.startswith("access-control-")]


async def test_credentials_are_taken_from_the_authorization_header_only(
    door: httpx.AsyncClient, routes: list[tuple[str, str]]
) -> None:
    for method, path in routes:
        headers = {"Cookie": "__session=a.b.c"}
        if (method, path) not in TAKES_API_KEY:
            headers["X-Api-Key"] = "a.b.c"
        answer = await door.request(method, path, params={"access_token": "a.b.c"}, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (401, False), path


async def test_trace_is_refused(door: httpx.AsyncClient, routes: list[tuple[str, str]]) -> None:
    for _, path in routes:
        assert (await door.request("TRACE", path)).status_code == 405


async def test_nothing_redirects(door: httpx.AsyncClient, routes: list[tuple[str, str]]) -> None:
    for method, path in routes:
        for strange in (f"{path}/", f"http://function/{path}", f"http://function{path}"):
            answer = await door.request(method, strange)
            assert answer.status_code in (401, 404, 405), strange


async def test_no_account_and_no_description_is_built_in(door: httpx.AsyncClient) -> None:
    for path in (
        "/openapi.json",
        "/_platform/token",
        "/token",
        "/login",
        "/admin",
        "/debug",
        "/docs",
        "/redoc",
    ):
        assert (await door.get(path)).status_code == 404
        assert (await door.post(path, json={"principal": "root"})).status_code == 404


def test_no_function_starts_a_program_or_evaluates_text() -> None:
    dangerous = ("eval", "exec", "compile", "__import__", "os.system", "os.popen")
    assert [found for found in calls() if found[1] in dangerous] == []
    modules = ("subprocess", "pickle", "marshal", "shelve", "code", "ctypes", "pydantic_monty")
    found = {
        (path, name.partition(".")[0])
        for path, name in imports()
        if not path.startswith("shared/inference/making/")  # no function imports it: set-up runs it
    }
    # Programs of strangers run in `shared/sandbox` alone, whose launcher asks the kernel itself, as
    # what starts an operator's server does. What starts bubblewrap there names it alone.
    assert {each for each in found if each[1] in modules} == {
        ("functions/tools/mcp/confined.py", "ctypes"),
        # the small language model, whose file is as its hash says
        ("shared/language/process.py", "subprocess"),
        ("shared/sandbox/launcher.py", "ctypes"),
        ("shared/sandbox/asking.py", "pydantic_monty"),
        ("shared/sandbox/full_python.py", "subprocess"),
        ("shared/sandbox/programs.py", "pydantic_monty"),
        ("shared/sandbox/checking.py", "pydantic_monty"),
        ("shared/sandbox/workers.py", "pydantic_monty"),
    }


# Tables of words become patterns when their module is loaded.
OWN_PATTERNS = {
    "shared/kit/ids.py",
    "shared/kit/imitations.py",
    "shared/kit/parsing.py",
    "shared/kit/plain_text.py",
}


# Their titles say all that there is to say.
WITHOUT_DETAILS = {"AssentError", "PayloadTooLarge"}


def test_every_refusal_adds_facts_to_its_title() -> None:
    refusals = {name for name, value in vars(errors).items() if _is_refusal(value)}
    bare = {
        (module, name)
        for module, name, call in calls()
        if name in refusals - WITHOUT_DETAILS and not call.args
    }
    raised = {
        (module, node.exc.id)
        for module, node in nodes(ast.Raise)
        if isinstance(node.exc, ast.Name)
        if node.exc.id in refusals - WITHOUT_DETAILS
    }
    assert bare | raised == set()


def _is_refusal(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, errors.AssentError)


def test_no_pattern_is_built_from_input() -> None:
    built = {
        module
        for module, name, call in calls()
        if name.startswith("re.") and name != "re.escape" and not _is_constant(call.args[0])
    }
    assert built == OWN_PATTERNS


# Who calls over HTTP or SMTP: the approvals' address, the reviewer's, the scanner's, the issuer's
# key set, identity's, the server that operations of `tools` act on, and what `runs` asks: `tools`,
# `capsules` and the model of its settings.
# Each is configuration, but for what is called outside: addresses that strangers and tenants name,
# which are public only, because `outside_names` judges them before `guarded` or a `session` opens
# their sockets (test_runtime_outside.py, test_http_attacks.py, test_smtp_sending.py). `redirects`
# calls nobody. `turns` calls processes of this machine, which are `chat_server`; Stripe is
# configured.
CALLERS = {
    "functions/billing/service/stripe_calls.py",
    "functions/models/service/providers.py",
    "functions/models/service/turns.py",
    "shared/language/chat_server.py",
    "functions/notifications/means/post.py",
    "shared/runtime/function_calls.py",
    "functions/tools/http/call.py",
    "functions/tools/http/answers.py",
    "functions/tools/mcp/call.py",
    "functions/tools/mcp/exchange.py",
    "functions/tools/mcp/faults.py",
    "functions/tools/mcp/tool_list.py",
    "functions/tools/own/targets.py",
    "shared/mail/session.py",
    "mobile_api/approvals.py",
    "shared/models/chat.py",
    "shared/runtime/configured.py",
    "shared/runtime/guarded.py",
    "shared/runtime/guarded_clients.py",
    "shared/runtime/issuer_keys.py",
    "shared/runtime/key_exchange.py",
    "shared/runtime/outside_names.py",
    "shared/runtime/redirects.py",
    "shared/runtime/outside.py",
}


def test_only_configured_addresses_are_called() -> None:
    clients = (
        "httpx",
        "httpcore",
        "urllib.request",
        "aiohttp",
        "requests",
        "smtplib",
        "socket",
        "http.client",
    )
    callers = {
        module
        for module, name in imports()
        if name.startswith(clients) and name != "http.client.HTTPException"
    }
    assert callers == CALLERS


# Delays and the place of a contender are drawn from `random`; nothing that must not be guessed is.
JITTER = {
    "mobile_api/approvals.py",
    "shared/messaging/rates.py",
    "shared/storage/races.py",
    "shared/storage/rpc.py",
}


def test_cryptography_is_the_libraries_own() -> None:
    hashes = {name for _, name, _ in calls() if re.fullmatch(r"hashlib\.\w+", name)}
    # Of files, always as SHA-256.
    assert hashes == {"hashlib.file_digest", "hashlib.sha256"}
    assert {module for module, name in imports() if name == "random"} == JITTER
    libraries = {
        name.partition(".")[0]
        for _, name in imports()
        if name.startswith(("joserfc", "cryptography", "hmac", "ssl", "Crypto", "nacl", "jwt"))
    }
    assert libraries == {"joserfc", "cryptography", "hmac", "ssl"}
    # Contexts are made in one place; a conversation with a relay begins TLS by it.
    assert {module for module, name in imports() if name == "ssl"} == {
        "shared/mail/session.py",
        "shared/runtime/certificates.py",
    }
    assert {module for module, name in imports() if name == "hmac"} == {"shared/kit/digests.py"}


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    return isinstance(node, ast.Constant)
