from django.urls import path

from dashboard.views import (
    adoption,
    backfill,
    charts,
    connect,
    exports,
    gateway,
    importing,
    members,
    overview,
    sync,
    sync_page,
)

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("adoption/", adoption.adoption, name="adoption"),
    path("members/", members.members, name="members"),
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
