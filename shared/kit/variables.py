"""The names of environment variables that more than one program must know."""

# Which model is configured.
MODEL_NAME = "ASSENT_MODEL_NAME"
# That programs of tenants run in Cloud Run's own sandboxes.
SANDBOXES = "ASSENT_CLOUD_RUN_SANDBOXES"


def bucket_variable(bucket: str) -> str:
    """The variable that says which bucket a manifest's name stands for."""
    return f"ASSENT_BUCKET_{_upper(bucket)}"


def url_variable(noun: str) -> str:
    """The variable that says at which address a function's public side is."""
    return f"ASSENT_URL_{_upper(noun)}"


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")
