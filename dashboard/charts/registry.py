"""Every chart there is, by its slug. A story's charts stand in a module of their own;
CONTRIBUTING.md has the recipe for one more."""

from dashboard.charts import adoption, cycle, hours, usage
from dashboard.charts.chart import Chart

CHARTS: dict[str, Chart] = {
    chart.slug: chart
    for chart in (*usage.CHARTS, *cycle.CHARTS, *adoption.CHARTS, *hours.CHARTS)
}
