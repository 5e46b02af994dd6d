"""Checks from outside that the API answers."""

import pulumi
from pulumi_gcp import monitoring

# The function refuses a caller without a token before it reads anything: the answer proves that the
# edge, its rewrite and one function work, and costs no document and no key. The route is the
# dashboard's, whose function is most likely to be awake.
PATH = "/v1/mobile/dashboard"
REFUSED = 401
CODE = "unauthenticated"
# Three places are the minimum, fifteen minutes the longest period: 8,760 checks a month of
# 1,000,000 free ones, and 2,920 moments at which an instance may have to start.
PLACES = ("USA_IOWA", "EUROPE", "ASIA_PACIFIC")
PERIOD_SECONDS = 900
# A cold start and the network latency between continents.
TIMEOUT_SECONDS = 10


def declare(
    host: pulumi.Input[str], project: str, opts: pulumi.ResourceOptions
) -> monitoring.UptimeCheckConfig:
    """Calls a route without a token, and expects our refusal.

    Deliberately not `/healthz`: it is no public route, and Cloud Run reserves some paths that end
    in z (https://cloud.google.com/run/docs/known-issues)."""
    return monitoring.UptimeCheckConfig(
        "observability/uptime",
        project=project,
        display_name="The API refuses a stranger",
        period=f"{PERIOD_SECONDS}s",
        timeout=f"{TIMEOUT_SECONDS}s",
        selected_regions=list(PLACES),
        monitored_resource={
            "type": "uptime_url",
            "labels": {"project_id": project, "host": host},
        },
        http_check={
            "path": PATH,
            "port": 443,
            "use_ssl": True,
            "validate_ssl": True,
            "request_method": "GET",
            "accepted_response_status_codes": [{"status_value": REFUSED}],
        },
        content_matchers=[
            {
                "content": f'"{CODE}"',
                "matcher": "MATCHES_JSON_PATH",
                "json_path_matcher": {"json_path": "$.code", "json_matcher": "EXACT_MATCH"},
            }
        ],
        opts=opts,
    )
