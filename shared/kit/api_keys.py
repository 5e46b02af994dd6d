"""How an API key begins, by which it is told apart from a token."""

PREFIX = "ak_"
