"""Builds an image from a source archive with Google's buildpacks, as `gcloud run deploy --source`
does: Cloud Run submits the build, Cloud Build runs it.

`gcp.cloudrunv2.Service.build_config` only records a build; the provider starts none
(https://github.com/hashicorp/terraform-provider-google/issues/23057)."""

from inspect import isfunction
from typing import Any

from pulumi.dynamic import ResourceProvider

# A build takes two to four minutes; this limit ends a hanging build before the deployment times
# out.
LONGEST_SECONDS = 1200
# A new account, its grants and a new API are known everywhere within this
# (https://cloud.google.com/iam/docs/access-change-propagation).
SETTLING_SECONDS = 180
PAUSE_SECONDS = 5


def _carried(provider: type[ResourceProvider]) -> type[ResourceProvider]:
    """Lets Pulumi pickle the class by value, because the process that builds cannot import this
    module. So its methods import what they need and use no other name of this module."""
    for each in (provider, *filter(isfunction, vars(provider).values())):
        each.__module__ = "__main__"
    return provider


@_carried
class ImageBuilder(ResourceProvider):
    """Builds images. Never changes or deletes one: another archive is another image, and the
    repository's cleanup policy removes old ones."""

    def __init__(
        self,
        *,
        longest: float = LONGEST_SECONDS,
        settling: float = SETTLING_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        super().__init__()
        self._longest = longest
        self._settling = settling
        self._pause = pause

    def create(self, props: dict[str, Any]) -> Any:
        import google.auth
        from google.auth.transport.requests import AuthorizedSession
        from pulumi.dynamic import CreateResult

        scopes = ["https://www.googleapis.com/auth/cloud-platform"]
        credentials, _ = google.auth.default(scopes=scopes)
        session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
        submitted = self._submitted(session, props)
        operation = f"{props['build_api']}/v1/{submitted['buildOperation']['name']}"
        finished = self._until_done(session, operation)
        images = finished["response"]["results"]["images"]
        built = {
            "image": f"{props['image_uri']}@{images[0]['digest']}",
            "runtime_image": submitted.get("baseImageUri", props["base_image"]),
        }
        return CreateResult(id_=built["image"], outs={**props, **built})

    def diff(self, id: str, old: dict[str, Any], new: dict[str, Any]) -> Any:
        from pulumi.dynamic import DiffResult

        decisive = ("archive", "function_target", "base_image", "image_uri", "environment")
        changed = [name for name in decisive if old.get(name) != new.get(name)]
        return DiffResult(changes=bool(changed), replaces=changed, stables=[])

    def _submitted(self, session: Any, props: dict[str, Any]) -> dict[str, Any]:
        import time

        place = f"projects/{props['project']}/locations/{props['region']}"
        url = f"{props['run_api']}/v2/{place}/builds:submit"
        deadline = time.monotonic() + self._settling
        while True:
            answer = session.post(url, json=self._submission(props), timeout=60)
            if answer.status_code < 400:
                found: dict[str, Any] = answer.json()
                return found
            # A new grant ("Permission … denied") or a new API ("enabled … recently") is not known
            # yet.
            unknown_yet = "ermission" in answer.text or "recently" in answer.text
            is_new = answer.status_code < 500 and unknown_yet
            if not is_new or time.monotonic() > deadline:
                raise RuntimeError(f"{url} answered {answer.status_code}: {answer.text}")
            time.sleep(self._pause)

    def _submission(self, props: dict[str, Any]) -> dict[str, Any]:
        return {
            "storageSource": {"bucket": props["bucket"], "object": props["archive"]},
            "imageUri": props["image_uri"],
            "serviceAccount": props["service_account"],
            "buildpackBuild": {
                "functionTarget": props["function_target"],
                "baseImage": props["base_image"],
                "enableAutomaticUpdates": True,
                "environmentVariables": props["environment"],
            },
        }

    def _until_done(self, session: Any, operation: str) -> dict[str, Any]:
        import time

        deadline = time.monotonic() + self._longest
        while time.monotonic() < deadline:
            answer = session.get(operation, timeout=60)
            # A failed poll does not affect the build, so poll again.
            state: dict[str, Any] = answer.json() if answer.status_code < 400 else {}
            if state.get("done"):
                if "error" in state:
                    raise RuntimeError(f"the build failed: {state['error'].get('message')}")
                return state
            time.sleep(self._pause)
        raise RuntimeError(f"the build was not done within {self._longest} seconds: {operation}")
