"""What must hold of every graph: each claim yields what is wrong with one, in words.

The claims read the graph and the manifests, never the program, so that they can tell on it."""

from collections.abc import Callable, Iterator

from infra.preview import Graph
from tests.infra.claims import deliveries, grants, protection, services

Claim = Callable[[Graph], Iterator[str]]

CLAIMS: tuple[Claim, ...] = (
    services.every_deployable_has_its_own_service_and_account,
    services.every_route_reaches_exactly_one_function,
    services.no_service_is_unlimited_or_kept_warm,
    grants.no_grant_is_wide,
    grants.no_grant_is_project_wide_without_a_reason,
    grants.access_in_the_project_is_what_manifests_say,
    grants.topics_are_published_to_by_their_function_only,
    grants.secrets_have_exactly_the_readers_their_manifests_name,
    grants.private_services_are_invoked_by_exactly_whom_the_local_platform_allows,
    grants.queues_have_exactly_their_creators,
    grants.the_builder_reads_sources_and_writes_images,
    grants.buckets_are_written_by_the_private_sides_that_name_them,
    deliveries.every_reader_of_a_topic_has_one_subscription,
    deliveries.the_name_of_a_subscription_tells_its_filter,
    deliveries.every_event_that_a_function_publishes_has_its_topic,
    deliveries.every_subscription_is_pushed_as_its_readers_own_account,
    deliveries.every_subscription_has_a_dead_letter_topic_and_its_grants,
    deliveries.no_subscription_expires_or_forgets_early,
    deliveries.filters_fit,
    deliveries.every_schedule_reaches_its_functions,
    protection.documents_are_protected_in_production,
    protection.tables_are_protected_in_production,
    protection.nothing_kept_is_destroyed_with_production,
    protection.the_sql_instance_is_reached_through_the_connector_only,
    protection.no_secret_has_a_value_in_the_state,
    protection.connections_leave_room,
    protection.buckets_are_private_and_keep_what_they_should,
)
