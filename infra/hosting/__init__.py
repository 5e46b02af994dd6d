"""The public edge: one site whose rewrites are the route table of the manifests."""

from infra.hosting.edge import Hosting
from infra.hosting.routes import EdgeRoute, edge_routes

__all__ = ["EdgeRoute", "Hosting", "edge_routes"]
