"""LiteLLM's proxy as another gateway to the same scripted model, in a process of its own: what
each of the two takes of a processor, all of its processes together, and adds to a call.

LiteLLM runs without its database here: it knows one key, and keeps no budget and no record of a
call. Ours holds what each call may cost, settles it and leaves its receipt."""

import asyncio
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from emulators.ports import HOST, free_port
from tests.benchmarks.connections import Connections, expected
from tests.benchmarks.figures import Figure, at_least, at_most, median
from tests.benchmarks.installed import installed
from tests.benchmarks.load import all_of
from tests.benchmarks.started import ROOT

PINNED = Path(__file__).parent / "gateway" / "requirements.txt"
VENV = ROOT / "build" / "gateway"
IN_FLIGHT, CALLS, TURNS, ROUNDS, WARM_UP = 4, 150, 15, 3, 250
_START_SECONDS = 90.0
_KEY = "sk-benchmark"
HEADERS = {"Authorization": f"Bearer {_KEY}", "Content-Type": "application/json"}


@contextmanager
def litellm_proxy(model_url: str, name: str, served: str) -> Iterator[tuple[str, psutil.Process]]:
    """The address of the proxy once it answers, and its process. It asks the model at that address
    for `served` where it is asked for `name`."""
    port = free_port()
    said = {
        "model_list": [
            {
                "model_name": name,
                "litellm_params": {
                    "model": f"openai/{served}",
                    "api_base": f"{model_url}/v1",
                    "api_key": "none",
                    "input_cost_per_token": 1e-6,
                    "output_cost_per_token": 1e-6,
                },
            }
        ],
        "general_settings": {"master_key": _KEY},
    }
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        # JSON is YAML.
        config.write_text(json.dumps(said))
        command = [
            str(installed(PINNED, VENV) / "litellm"),
            "--config",
            str(config),
            "--host",
            HOST,
        ]
        process = subprocess.Popen(
            [*command, "--port", str(port), "--num_workers", "1", "--telemetry", "False"],
            env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"},
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _until_up(f"http://{HOST}:{port}", process)
            yield f"http://{HOST}:{port}", psutil.Process(process.pid)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until_up(url: str, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if httpx.get(f"{url}/health/liveliness", timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise RuntimeError("LiteLLM's proxy did not start")


class Gateway:
    """One of the gateways, with all processes that take part in a call."""

    def __init__(
        self,
        url: str,
        headers: dict[str, str],
        said: object,
        processes: Sequence[psutil.Process],
    ) -> None:
        self.url, self.headers, self.processes = url, headers, processes
        self.body = json.dumps(said).encode()

    async def call(self, http: Connections) -> None:
        """One whole completion."""
        path = "/v1/chat/completions"
        answer = await http.send("POST", path, headers=self.headers, body=self.body)
        expected(answer, 200)

    async def calls_per_core(self) -> tuple[float, float]:
        """Calls for each second of processor time: of all its processes, and of the first one."""
        async with Connections(self.url) as http:
            began = self._processor_seconds()
            await all_of([lambda: self.call(http)] * CALLS, in_flight=IN_FLIGHT)
            # What it does after the answer is its own too.
            await asyncio.sleep(1)
        pairs = zip(began, self._processor_seconds(), strict=True)
        taken = [after - before for before, after in pairs]
        return CALLS / sum(taken), CALLS / taken[0]

    def _processor_seconds(self) -> list[float]:
        return [sum(each.cpu_times()[:2]) for each in self.processes]


async def compared(ours: Gateway, theirs: Gateway, direct: Gateway) -> dict[str, Figure]:
    """The worst of three rounds for us, in turns with the other: what is added to a call directly
    to the model, and the calls for each second of a processor."""
    for each in (ours, theirs):
        async with Connections(each.url) as http:
            await all_of([lambda e=each, h=http: e.call(h)] * WARM_UP, in_flight=IN_FLIGHT)  # type: ignore[misc]
    added = [await _added(ours, theirs, direct) for _ in range(ROUNDS)]
    rates = [(await ours.calls_per_core(), await theirs.calls_per_core()) for _ in range(ROUNDS)]
    our_added, their_added = max(added, key=lambda each: each[0] / each[1])
    our_rates, (their_rate, _) = min(rates, key=lambda each: each[0][0] / each[1][0])
    our_rate, alone = our_rates
    return {
        "litellm_call_added_p50": Figure(their_added, "ms"),
        "model_call_added_beside_litellm_p50": Figure(
            our_added, "ms", floor=their_added, aim=at_most(1.0)
        ),
        "litellm_calls_per_core": Figure(their_rate, "/s"),
        "model_calls_per_core": Figure(our_rate, "/s", floor=their_rate, aim=at_least(1.0)),
        # Without the store and the messages, of which LiteLLM has none here.
        "model_calls_per_core_of_function": Figure(alone, "/s", floor=their_rate),
    }


async def _added(ours: Gateway, theirs: Gateway, direct: Gateway) -> tuple[float, float]:
    taken: dict[int, list[float]] = {0: [], 1: [], 2: []}
    for _ in range(TURNS):
        for number, each in enumerate((direct, ours, theirs)):
            async with Connections(each.url) as http:
                await each.call(http)
                began = time.perf_counter()
                await each.call(http)
                taken[number].append((time.perf_counter() - began) * 1_000)
    alone = median(taken[0])
    return median(taken[1]) - alone, median(taken[2]) - alone
