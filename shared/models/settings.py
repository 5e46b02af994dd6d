"""Where the stack's own model is."""

from pydantic import ValidationInfo, field_validator

from shared.runtime.settings import Settings


class ModelSettings(Settings):
    """Where the stack's own model is, such as `https://models.example/v1`; empty where there is
    none."""

    environment: str = "prod"
    model_url: str = ""

    @field_validator("model_url")
    @classmethod
    def _is_reached_over_tls(cls, url: str, others: ValidationInfo) -> str:
        if url and others.data.get("environment") != "local" and not url.startswith("https://"):
            raise ValueError("must be https, because the key and the prompts go there")
        return url.rstrip("/")
