"""`python -m tests.benchmarks.mcp_server PORT`: a server with one tool, by the library of the
protocol, without anything of ours."""

import sys

from mcp.server import MCPServer

server = MCPServer("bench", log_level="ERROR")


@server.tool()
def echo(message: str) -> str:
    """Gives the message back."""
    return message


if __name__ == "__main__":
    server.run("streamable-http", port=int(sys.argv[1]), json_response=True, stateless_http=True)
