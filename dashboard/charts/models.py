"""What a request and a million tokens of each model cost, over time."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from operator import attrgetter

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.charts import splits
from dashboard.charts.chart import Chart, Type, Unit
from dashboard.charts.question import Question
from dashboard.charts.shapes import Number, Sums, quotients
from dashboard.filters import Split
from dashboard.stats.models import TOKENS
from dashboard.stats.rows import UsageRow

MILLION = Decimal(1_000_000)
Keyed = list[tuple[str, UsageRow]]


def read(question: Question) -> Keyed:
    return [(row.model, row) for row in splits.shared(question, splits.MODELS)]


def names(question: Question, keys: Collection[str]) -> Mapping[str, str]:
    return splits.names(question, Split.MODEL, keys)


def cents_of(
    whole: Callable[[UsageRow], Number], times: Decimal = Decimal(1)
) -> Callable[[Iterable[tuple[str, UsageRow]], Question], Sums]:
    cents = attrgetter("charged_cents")
    return lambda rows, question: quotients(
        by_spend(rows), question.grain, cents, whole, times
    )


def by_spend(rows: Iterable[tuple[str, UsageRow]]) -> Keyed:
    """The model that cost most first: those that matter are shown, and not those of
    which a request happened to be dear."""
    rows = list(rows)
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for model, row in rows:
        spent[model] += row.charged_cents
    return sorted(rows, key=lambda keyed: (-spent[keyed[0]], keyed[0]))


def priced(row: UsageRow) -> Number:
    return row.events - row.unpriced_events


def tokens(row: UsageRow) -> Number:
    found: int = sum(getattr(row, name) for name in TOKENS)
    return found


def cost(slug: str, title: Promise | str, shape: Callable[..., Sums]) -> Chart:
    return Chart(slug, title, Type.LINE, Unit.USD, read, shape, names, gaps=True)


CHARTS = (
    cost("request-cost", _("Cost of a request"), cents_of(priced)),
    cost("token-cost", _("Cost of a million tokens"), cents_of(tokens, MILLION)),
)
