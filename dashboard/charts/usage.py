"""The charts of usage events over time: money, requests, tokens."""

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.charts import splits
from dashboard.charts.chart import Chart, Type, Unit
from dashboard.charts.question import Question
from dashboard.charts.shapes import Number, Sums, added, shares
from dashboard.filters import Split
from dashboard.models import EventKind
from dashboard.stats.rows import UsageRow

# From the bottom of a stack upwards.
KINDS = (
    EventKind.INCLUDED,
    EventKind.ON_DEMAND,
    EventKind.OTHER,
    EventKind.ERRORED,
    EventKind.FREE,
)
KIND_COLOURS = {kind.value: kind.value for kind in KINDS}
TOKENS = {
    "cache_read_tokens": _("Cache read"),
    "cache_write_tokens": _("Cache write"),
    "input_tokens": _("Input"),
    "output_tokens": _("Output"),
}
TOKEN_COLOURS = dict(zip(TOKENS, ("s1", "s2", "s3", "s4"), strict=True))
CACHE_SHARE = "cache_share"


Keyed = Iterable[tuple[str, UsageRow]]


def over_time(
    value: Callable[[UsageRow], Number],
) -> Callable[[Keyed, Question], Sums]:
    return lambda rows, question: added(rows, question.grain, value)


def split_by(
    split: Split, slug: str, title: Promise | str, unit: Unit, measure: str
) -> Chart:
    """A stack of bars over time, with a series per model, kind, person or group."""
    return Chart(
        slug,
        title,
        Type.BAR,
        unit,
        read=lambda question: splits.rows(question, split, [measure]),
        shape=over_time(attrgetter(measure)),
        names=lambda question, keys: splits.names(question, split, keys),
        colours=KIND_COLOURS if split is Split.KIND else {},
    )


def tokens(question: Question) -> list[UsageRow]:
    return splits.in_all(question, [*TOKENS])


def tokens_by_type(rows: list[UsageRow], question: Question) -> Sums:
    found: dict[str, Sums] = {
        kind: added(((kind, row) for row in rows), question.grain, attrgetter(kind))
        for kind in TOKENS
    }
    return {kind: sums[kind] for kind, sums in found.items() if sums}


def token_names(question: Question, keys: Collection[str]) -> Mapping[str, str]:
    return {key: str(TOKENS[key]) for key in keys}


def cache_share(rows: list[UsageRow], question: Question) -> Sums:
    """How much of what the models were given came from the cache."""
    keyed = [(CACHE_SHARE, row) for row in rows]
    return shares(keyed, question.grain, attrgetter("cache_read_tokens"), _given)


def _given(row: UsageRow) -> int:
    return row.input_tokens + row.cache_write_tokens + row.cache_read_tokens


SPENT, REQUESTS = (Unit.USD, "charged_cents"), (Unit.COUNT, "events")
CHARTS = (
    split_by(Split.MODEL, "daily-spend", _("Spend by model"), *SPENT),
    split_by(Split.KIND, "daily-spend-by-kind", _("Spend by kind"), *SPENT),
    split_by(Split.PERSON, "daily-spend-by-person", _("Spend by person"), *SPENT),
    split_by(Split.GROUP, "daily-spend-by-group", _("Spend by group"), *SPENT),
    split_by(Split.MODEL, "requests", _("Requests by model"), *REQUESTS),
    split_by(Split.KIND, "requests-by-kind", _("Requests by kind"), *REQUESTS),
    split_by(Split.PERSON, "requests-by-person", _("Requests by person"), *REQUESTS),
    split_by(Split.GROUP, "requests-by-group", _("Requests by group"), *REQUESTS),
    Chart(
        "tokens",
        _("Tokens by type"),
        Type.BAR,
        Unit.TOKENS,
        tokens,
        tokens_by_type,
        token_names,
        colours=TOKEN_COLOURS,
    ),
    Chart(
        "cache-share",
        _("Input tokens read from the cache"),
        Type.LINE,
        Unit.PERCENT,
        tokens,
        cache_share,
        lambda question, keys: {CACHE_SHARE: str(_("From the cache"))},
        colours={CACHE_SHARE: "s1"},
        gaps=True,
    ),
)
