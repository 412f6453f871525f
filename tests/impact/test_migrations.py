"""What was typed as a funder becomes a funding source, and back."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("impact", "0005_contacts_with_schools")]
AFTER = [("impact", "0006_funders_are_sources")]

pytestmark = pytest.mark.django_db(transaction=True)


def at(state):
    executor = MigrationExecutor(connection)
    executor.migrate(state)
    return executor.loader.project_state(state).apps


def test_typed_funders_become_sources_of_their_name_and_hub():
    apps = at(BEFORE)
    try:
        hub = apps.get_model("programmes", "Hub").objects.create(name="Hub", slug="hub")
        known = apps.get_model("impact", "FundingSource").objects.create(
            hub=hub, name="Regio Deal", kind="subsidy"
        )
        indicator = apps.get_model("impact", "Indicator").objects.create(hub=hub, name="Leden")
        period = {"starts_on": "2026-09-01", "due_on": "2026-12-31", "amount": 9}
        for name in ("Regio Deal", "STO", ""):
            apps.get_model("impact", "Target").objects.create(
                indicator=indicator, funder=name, **period
            )
        days = {"first": "2026-09-01", "last": "2026-12-31"}
        apps.get_model("impact", "Report").objects.create(hub=hub, title="x", funder="STO", **days)

        apps = at(AFTER)
        sources = apps.get_model("impact", "FundingSource").objects
        targets = apps.get_model("impact", "Target").objects.order_by("pk")
        assert [one.funder and (one.funder.name, one.funder.kind) for one in targets] == [
            ("Regio Deal", "subsidy"), ("STO", "other"), None,
        ]  # fmt: skip
        assert sources.get(name="Regio Deal").pk == known.pk
        assert apps.get_model("impact", "Report").objects.get().funder.name == "STO"

        apps = at(BEFORE)
        typed = apps.get_model("impact", "Target").objects.order_by("pk")
        assert list(typed.values_list("funder", flat=True)) == ["Regio Deal", "STO", ""]
    finally:
        at(MigrationExecutor(connection).loader.graph.leaf_nodes())
