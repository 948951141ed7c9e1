from django.urls import path
from django.views.generic import RedirectView

from dashboard.views import (
    adoption,
    backfill,
    charts,
    connect,
    exports,
    gateway,
    importing,
    models,
    overview,
    people,
    person,
    reconcile,
    sync,
    sync_page,
)

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("reconciliation/", reconcile.reconcile, name="reconcile"),
    path("reconciliation.csv", reconcile.reconcile_csv, name="reconcile-csv"),
    path("models/", models.models, name="models"),
    path("models.csv", models.models_csv, name="models-csv"),
    path("adoption/", adoption.adoption, name="adoption"),
    path("me/", person.me, name="me"),
    path("me/events/", person.my_events, name="my-events"),
    # An id in place of an e-mail may hold a slash.
    path("people/<path:email>/events/", person.person_events, name="person-events"),
    path("people/<path:email>/", person.person, name="person"),
    path("people/", people.people, name="people"),
    path("people.csv", people.people_csv, name="people-csv"),
    # Where the table was before, for links that people kept.
    path("members/", RedirectView.as_view(pattern_name="people", query_string=True)),
    path("chart/<slug:slug>.json", charts.chart, name="chart"),
    path("chart/<slug:slug>.csv", charts.chart_csv, name="chart-csv"),
    path("events.csv", exports.events_csv, name="events-csv"),
    path("gateway/", gateway.gateway, name="gateway"),
    path("gateway/check/", gateway.check, name="check-tokens"),
    path("sync/", sync_page.sync, name="sync"),
    path("sync/streams/", sync_page.sync_streams, name="sync-streams"),
    path("sync/runs/", sync_page.sync_runs, name="sync-runs"),
    path("sync/progress/", sync.sync_progress, name="sync-progress"),
    path("sync/key/", connect.replace_key, name="replace-key"),
    path("import/", importing.import_usage, name="import"),
    path("import/go/", importing.go, name="import-go"),
    path("import/cancel/", importing.cancel, name="import-cancel"),
    path("connect/", connect.connect, name="connect"),
    path("connect/done/", connect.connected, name="connected"),
    path("sync/backfill/", backfill.start, name="backfill"),
    path("sync/now/", sync.sync_now, name="sync-now"),
    path(
        "sync/quarantine/<slug:stream>.jsonl",
        sync_page.quarantined,
        name="quarantine",
    ),
]
