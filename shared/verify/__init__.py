"""Verifies an exported archive of an audit log, or a receipt, with nothing of the platform and no
network.

It is a package of its own: it imports nothing else of the project, so that whoever trusts the
archive less than this code has only these files to read."""
