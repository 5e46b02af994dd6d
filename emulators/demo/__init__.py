"""A founder signs up on a running platform; the lives of three agents, printed step by step."""
