from django.urls import path

from dashboard.views import charts, members, overview, sync

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("members/", members.members, name="members"),
    path("chart/<slug:slug>.json", charts.chart, name="chart"),
    path("sync/", sync.sync_progress, name="sync-progress"),
    path("sync/now/", sync.sync_now, name="sync-now"),
]
