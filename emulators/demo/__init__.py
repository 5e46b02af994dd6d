"""The story of three agents, told by the running platform itself."""
