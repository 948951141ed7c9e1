"""What each model costs, and the period's usage priced on another one."""

from dataclasses import replace
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.charts.registry import CHARTS
from dashboard.charts.splits import MODELS, shared
from dashboard.exporting import Cell, download
from dashboard.filters import NOBODY
from dashboard.models import Stream
from dashboard.periods import BadInput
from dashboard.stats.model_changes import Change, model_changes
from dashboard.stats.models import ModelSums, by_model, together, what_if
from dashboard.stats.progress import progress
from dashboard.stats.rows import By
from dashboard.stats.usage import usage
from dashboard.views.asked import Asked, page, person_export, show
from dashboard.views.charts import drawn, question
from dashboard.views.picker import picker

STORIES = (
    "daily-spend",
    "requests",
    "request-cost",
    "token-cost",
    "tokens",
    "cache-share",
)
HUNDRED = Decimal(100)


@require_safe
@page
def models(request: HttpRequest, asked: Asked) -> HttpResponse:
    found, target = _found(asked), request.GET.get("target", "").strip()
    choosing = picker(asked, target=target)
    prices = {one.name: one for one in _every_model(asked, found) if one.has_price}
    if target and target not in {*prices, *(one.value for one in choosing.models)}:
        raise BadInput("target", _("target must be a model that the team has used."))
    context = {
        "picker": choosing,
        "found": _lines(asked, found),
        "whole": together(found) if found else None,
        "charts": [drawn(asked, slug) for slug in STORIES],
        "targets": [*prices],
        "target": target,
        "what_if": what_if(found, prices[target]) if target in prices else None,
        "kept": asked.filters.given | asked.in_team(),
        "covered": asked.covered,
        "events_refusal": progress(asked.team, asked.now).refusal(Stream.EVENTS),
    }
    return show(request, "dashboard/models.html", asked, context)


@require_safe
@person_export
def models_csv(request: HttpRequest, asked: Asked) -> StreamingHttpResponse:
    heads = [
        _("Model"),
        _("Cost"),
        _("Requests"),
        _("Without a cost"),
        _("Request units"),
        _("Input tokens"),
        _("Cache write tokens"),
        _("Cache read tokens"),
        _("Output tokens"),
        _("Cost of a request"),
        _("Cost of 1,000 tokens"),
        _("From the cache (percent)"),
    ]
    name = f"models-{asked.period.start}-{asked.period.end}.csv"
    return download(request, name, heads, map(_row, _found(asked)))


def _found(asked: Asked) -> list[ModelSums]:
    """From the rows that the charts of the page are made from."""
    asking = question(asked, CHARTS["request-cost"])
    return asked.kept("models", lambda: by_model(shared(asking, MODELS)))


def _every_model(asked: Asked, found: list[ModelSums]) -> list[ModelSums]:
    """Also those that a filter leaves out: their prices are compared with."""
    if asked.filters.model is None:
        return found
    only = replace(asked.filters.only, model=None)
    return asked.kept(
        "every-model",
        lambda: by_model(usage(asked.team, asked.period, [By.MODEL], only=only)),
    )


def _lines(
    asked: Asked, found: list[ModelSums]
) -> list[tuple[ModelSums, str, Change | None]]:
    changes = _changes(asked, found)
    return [
        (one, asked.here(model=one.name or NOBODY), changes.get(one.name))
        for one in found
    ]


def _changes(asked: Asked, found: list[ModelSums]) -> dict[str, Change]:
    """Empty where the days before are not all known."""
    other, only = asked.other, asked.filters.only
    if other is None:
        return {}
    return asked.kept(
        "model-changes",
        lambda: model_changes(
            asked.team, asked.period, other, only, asked.today, found
        ),
    )


def _row(one: ModelSums) -> list[Cell]:
    """Dollars, not rounded."""
    return [
        one.name,
        one.cents / HUNDRED,
        one.requests,
        one.unpriced,
        one.units,
        one.input,
        one.cache_write,
        one.cache_read,
        one.output,
        one.per_request and one.per_request / HUNDRED,
        one.per_thousand and one.per_thousand / HUNDRED,
        one.cache_share,
    ]
