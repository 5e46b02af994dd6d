"""A small language model that answers on this machine, in a process of its own."""
