"""Every chart there is, by its slug. A story's charts stand in a module of their own;
CONTRIBUTING.md has the recipe for one more."""

from dashboard.charts import adoption, cycle, hours, models, usage
from dashboard.charts.chart import Chart

STORIES = (usage, cycle, models, adoption, hours)
CHARTS: dict[str, Chart] = {
    chart.slug: chart for story in STORIES for chart in story.CHARTS
}
