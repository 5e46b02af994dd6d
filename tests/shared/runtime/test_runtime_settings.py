"""Settings are typed, frozen, and say what is wrong with the environment."""

import pytest
from pydantic import ValidationError

from shared.runtime.settings import ConfigurationError, RuntimeSettings, Settings

GOOD = {
    "ASSENT_ENVIRONMENT": "local",
    "ASSENT_ISSUER": "https://issuer.test",
    "ASSENT_JWKS_URL": "https://issuer.test/jwks.json",
    "ASSENT_SOMETHING_ELSE": "of no interest",
}


class Limits(Settings):
    most: int = 3
    name: str


def test_fields_are_read_from_variables_of_their_name() -> None:
    settings = RuntimeSettings.from_environment(GOOD)
    assert settings.issuer == "https://issuer.test"
    assert settings.audience == "assent"
    assert Limits.from_environment({"ASSENT_MOST": "5", "ASSENT_NAME": "x"}).most == 5


def test_the_process_environment_is_read_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSENT_NAME", "from outside")
    monkeypatch.delenv("ASSENT_MOST", raising=False)
    assert Limits.from_environment() == Limits(most=3, name="from outside")


def test_every_bad_variable_is_named_and_none_is_shown() -> None:
    bad = {"ASSENT_ENVIRONMENT": "hunter2", "ASSENT_ISSUER": "x"}
    with pytest.raises(ConfigurationError) as refusal:
        RuntimeSettings.from_environment(bad)
    assert "ASSENT_ENVIRONMENT: " in str(refusal.value)
    assert "ASSENT_JWKS_URL: Field required" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("url", ["http://issuer.test/jwks.json", "file:///etc/keys.json"])
def test_beyond_a_laptop_keys_come_over_tls_or_not_at_all(url: str) -> None:
    keys = {"ASSENT_JWKS_URL": url}
    assert RuntimeSettings.from_environment(GOOD | keys).jwks_url == url
    with pytest.raises(ConfigurationError, match=r"ASSENT_JWKS_URL: .*must be https"):
        RuntimeSettings.from_environment(GOOD | keys | {"ASSENT_ENVIRONMENT": "prod"})


def test_settings_do_not_change() -> None:
    settings = Limits(name="x")
    with pytest.raises(ValidationError):
        settings.name = "y"  # type: ignore[misc]
