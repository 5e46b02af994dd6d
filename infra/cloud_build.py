"""Builds an image from a source archive with Google's buildpacks, as `gcloud run deploy --source`
does: Cloud Run submits the build, Cloud Build runs it.

`gcp.cloudrunv2.Service.build_config` only records a build that somebody else made; the provider
starts none (https://github.com/hashicorp/terraform-provider-google/issues/23057)."""

from typing import Any

from pulumi.dynamic import ResourceProvider

# A build takes two to four minutes; one that hangs is given up before the deployment's patience is.
LONGEST_SECONDS = 1200
PAUSE_SECONDS = 5


def image_builder(  # noqa: C901 - a class, not a decision
    *, longest: float = LONGEST_SECONDS, pause: float = PAUSE_SECONDS
) -> ResourceProvider:
    """What Pulumi asks to build. It is carried to another process as it is written here, with
    nothing of this checkout around it, so it imports all it needs and names nothing outside."""

    class ImageBuilder(ResourceProvider):
        """Images are never changed and never deleted here: another archive is another image, and
        the repository's cleanup policy removes old ones."""

        def create(self, props: dict[str, Any]) -> Any:
            from pulumi.dynamic import CreateResult

            submitted = self._call("POST", self._submission_url(props), self._submission(props))
            finished = self._until_done(props, submitted["buildOperation"]["name"])
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

        def _submission_url(self, props: dict[str, Any]) -> str:
            place = f"projects/{props['project']}/locations/{props['region']}"
            return f"{props['run_api']}/v2/{place}/builds:submit"

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

        def _until_done(self, props: dict[str, Any], operation: str) -> dict[str, Any]:
            import time

            deadline = time.monotonic() + longest
            while time.monotonic() < deadline:
                state = self._call("GET", f"{props['build_api']}/v1/{operation}", None)
                if state.get("done"):
                    if "error" in state:
                        raise RuntimeError(f"the build failed: {state['error'].get('message')}")
                    return state
                time.sleep(pause)
            raise RuntimeError(f"the build was not done within {longest} seconds: {operation}")

        def _call(self, method: str, url: str, body: Any) -> dict[str, Any]:
            answer = self._session().request(method, url, json=body, timeout=60)
            if answer.status_code >= 400:
                raise RuntimeError(f"{method} {url} answered {answer.status_code}: {answer.text}")
            found: dict[str, Any] = answer.json()
            return found

        def _session(self) -> Any:
            import google.auth
            from google.auth.transport.requests import AuthorizedSession

            scopes = ["https://www.googleapis.com/auth/cloud-platform"]
            credentials, _ = google.auth.default(scopes=scopes)
            return AuthorizedSession(credentials)  # type: ignore[no-untyped-call]

    return ImageBuilder()
