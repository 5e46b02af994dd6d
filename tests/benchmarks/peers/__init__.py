"""Other engines of durable runs, doing the same cycle on this machine: `make bench-peers`."""
