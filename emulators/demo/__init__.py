"""The lives of three agents on a running platform, printed step by step."""
