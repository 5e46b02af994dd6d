"""What is generated. `python -m docs.sdk` generates it from the OpenAPI document."""
