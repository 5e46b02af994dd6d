"""One folder a capability; functions never import each other."""
