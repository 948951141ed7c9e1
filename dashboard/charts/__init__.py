"""What charts show: one chart is one row of the registry and one pure function.

`Question` (who asks for what) ─▶ `read` (rows, from `stats`) ─▶ `shape` (values per
series and tick: pure) ─▶ `draw` (axis, order, colours, gaps) ─▶ JSON, table twin, CSV.
"""

from dashboard.charts.chart import Chart, Type, Unit
from dashboard.charts.drawing import draw
from dashboard.charts.drawn import Drawn
from dashboard.charts.keeping import kept_drawing, name
from dashboard.charts.question import Question
from dashboard.charts.registry import CHARTS

__all__ = [
    "CHARTS",
    "Chart",
    "Drawn",
    "Question",
    "Type",
    "Unit",
    "draw",
    "kept_drawing",
    "name",
]
