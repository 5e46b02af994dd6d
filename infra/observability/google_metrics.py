"""Google's own metrics that charts, objectives and alerts use; free of charge, unlike ours.

Each name as its page lists it: https://cloud.google.com/monitoring/api/metrics_gcp_p_z (Pub/Sub,
Cloud Run), metrics_gcp_c (Cloud SQL) and metrics_gcp_i_o (Monitoring)."""

# Requests that reached a revision, by `response_code_class`. It excludes requests that Cloud Run
# itself refuses because `max_instances` are busy (429).
REQUESTS = "run.googleapis.com/request_count"
# Milliseconds from a running instance's receipt of a request to its answer. The start of an
# instance is excluded, so it measures "warm" requests.
LATENCIES = "run.googleapis.com/request_latencies"
INSTANCES = "run.googleapis.com/container/instance_count"
BILLED_TIME = "run.googleapis.com/container/billable_instance_time"
COLD_STARTS = "run.googleapis.com/container/startup_latencies"
WAITING = "pubsub.googleapis.com/subscription/num_undelivered_messages"
OLDEST_WAITING = "pubsub.googleapis.com/subscription/oldest_unacked_message_age"
SQL_CONNECTIONS = "cloudsql.googleapis.com/database/postgresql/num_backends"
CHECK_PASSED = "monitoring.googleapis.com/uptime_check/check_passed"

GOOGLE_METRICS = frozenset(
    {
        REQUESTS,
        LATENCIES,
        INSTANCES,
        BILLED_TIME,
        COLD_STARTS,
        WAITING,
        OLDEST_WAITING,
        SQL_CONNECTIONS,
        CHECK_PASSED,
    }
)
