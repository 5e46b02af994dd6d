"""The program's resources without a cloud: a graph for tests, a table for people."""

from infra.preview.graph import Graph, Resource, graph

__all__ = ["Graph", "Resource", "graph"]
