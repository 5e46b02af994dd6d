"""A tenant's directory, which keeps its people by SCIM."""

from typing import Any

import httpx
from scim2_client import BaseSyncSCIMClient

from tests.journeys.person import Person

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class ScimClient(BaseSyncSCIMClient):
    """The tester's client, over the HTTP client of this project."""

    def __init__(self, http: httpx.Client) -> None:
        super().__init__()
        self._http = http

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return endpoint.startswith((str(self._http.base_url), "/"))

    def _parse_json(self, response: Any) -> Any:
        return response.json()

    def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        return self._http.request(method, url, **kwargs)


class Directory:
    """A directory at the tenant's SCIM address, with a key of its admin."""

    def __init__(self, admin: Person, url: str, tenant: str = "") -> None:
        self.admin = admin
        self.tenant = tenant or admin.signs_up()
        key = admin.makes_key("scim:read", "scim:write")
        self.key_id = key["key_id"]
        self.http = httpx.Client(
            base_url=f"{url}/scim/v2",
            headers={"Authorization": f"Bearer {key['secret']}"},
            timeout=60,
            trust_env=False,
        )

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Content-Type": "application/scim+json"} if body is not None else {}
        answer = self.http.request(method, path, json=body, headers=headers)
        if answer.content:
            assert answer.headers["content-type"].startswith("application/scim+json")
        return answer

    def adds(self, user_name: str, **more: Any) -> dict[str, Any]:
        body = {
            "schemas": [USER],
            "userName": user_name,
            "externalId": f"id of {user_name}",
            **more,
        }
        answer = self.send("POST", "/Users", body)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == answer.json()["meta"]["location"]
        return dict(answer.json())

    def groups(self, name: str, *members: str) -> dict[str, Any]:
        listed = [{"value": each} for each in members]
        body = {"schemas": [GROUP], "displayName": name, "members": listed}
        answer = self.send("POST", "/Groups", body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def patches(self, path: str, *operations: dict[str, Any]) -> httpx.Response:
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": operations})

    def roles(self, id: str) -> list[str] | None:
        """The roles of a member now; None where they have no place."""
        member = self.admin.get(f"/v1/members/{id}")
        return None if member["removed_at"] else list(member["roles"])
