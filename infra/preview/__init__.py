"""The program's resources without a cloud: a graph for tests, a table for people."""

from infra.preview.graph import Graph, Resource, graph, graph_of_stack

__all__ = ["Graph", "Resource", "graph", "graph_of_stack"]
