"""`python -m shared.language FILE` serves the model on OpenAI's wire, to this machine and to who
knows the key that is the first line of its input. Writes its address, and ends with its input."""

import resource
import sys

from shared.language.files import CONTEXT, NAME
from shared.language.first_line import say

# Measured: 210 MiB in memory, and 850 MiB of addresses.
MOST_ADDRESSES = 1_536 * 1024 * 1024
# Nobody waits longer for an answer.
MOST_SECONDS = 300


def main(file: str) -> None:
    """Returns once whoever started it is gone."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    key = sys.stdin.readline().strip()
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = file
    params.model_alias = {NAME}
    params.api_keys = [key]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.n_gpu_layers = 0
    # Two that wait for each other by looping are ten times as slow where others compute too.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.timeout_read = params.timeout_write = MOST_SECONDS
    # No pages, no figures of other calls, and nothing kept of them beyond the next one.
    params.ui = params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    params.cache_ram_mib = 0
    params.cache_prompt = False
    params.warmup = False
    params.verbosity = 0
    server = Server(params)
    say(server.listening_address)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
