"""The models that the gateway offers, and the upstreams that serve each: data.

`DEFAULTS` is the seed's list, in its order. `fill` writes it once into the table that
admins edit. Of a name's rows those win that a person gave an upstream, then the default
one, then what an upstream lists itself; a row that is switched off hides the name.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from proxy.errors import ModelNotAllowed, ModelNotFound
from proxy.models import OfferedModel
from tokens.models import Team, Upstream

# The same moment for all of them, as in the seed: 2024-01-31T00:00:00Z.
CREATED = 1706659200
VENDOR_KINDS = (Upstream.Kind.STREAMCHAT, Upstream.Kind.UNIFIED)
DEFAULTS = (
    *("claude-3.5-sonnet", "gpt-4", "gpt-4o", "claude-3-opus", "cursor-fast"),
    *("cursor-small", "gpt-3.5-turbo", "gpt-4-turbo-2024-04-09", "gpt-4o-128k"),
    *("gemini-1.5-flash-500k", "claude-3-haiku-200k", "claude-3-5-sonnet-200k"),
    *("claude-3-5-sonnet-20241022", "gpt-4o-mini", "o1-mini", "o1-preview", "o1"),
    *("claude-3.5-haiku", "gemini-exp-1206", "gemini-2.0-flash-thinking-exp"),
    "gemini-2.0-flash-exp",
)
OWNERS = {"claude": "anthropic", "cursor": "cursor", "gemini": "google"}


@dataclass(frozen=True, slots=True)
class Route:
    """One upstream that serves a model, and the model's name there."""

    upstream_id: int
    kind: str
    model: str


@dataclass(frozen=True, slots=True)
class Model:
    """`routes` is empty where no upstream is there to serve it."""

    id: str
    owned_by: str
    routes: tuple[Route, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "object": "model",
            "created": CREATED,
            "owned_by": self.owned_by,
        }


def fill(**_: object) -> None:
    """Write the default list into an empty table; also a receiver of `post_migrate`."""
    if not OfferedModel.objects.exists():
        OfferedModel.objects.bulk_create(
            OfferedModel(
                name=name,
                owned_by=OWNERS.get(name.split("-")[0], "openai"),
                position=position,
                origin=OfferedModel.Origin.DEFAULT,
            )
            for position, name in enumerate(DEFAULTS, 1)
        )


def offered(team: Team, allowed: Collection[str]) -> list[Model]:
    """What a key may use; a key without a list may use every model of its team."""
    upstreams = _upstreams(team)
    rows = _rows(upstreams)
    names = dict.fromkeys(row.name for row in rows)
    found = [
        _model([row for row in rows if row.name == name], upstreams)
        for name in names
        if not allowed or name in allowed
    ]
    return [model for model in found if model is not None]


def pick(team: Team, model_id: str, allowed: Collection[str]) -> Model:
    """Raises ModelNotFound, or ModelNotAllowed if only this key may not use it."""
    upstreams = _upstreams(team)
    # PostgreSQL takes no NUL, and no model's name has one.
    rows = [] if "\0" in model_id else _rows(upstreams, name=model_id)
    model = _model(rows, upstreams)
    if model is None:
        raise ModelNotFound(model_id)
    if allowed and model_id not in allowed:
        raise ModelNotAllowed(model_id)
    return model


def _upstreams(team: Team) -> list[Upstream]:
    return list(Upstream.objects.usable_by(team))


def _rows(upstreams: Iterable[Upstream], **only: str) -> list[OfferedModel]:
    usable = Q(upstream=None) | Q(upstream__in=[one.pk for one in upstreams])
    return list(OfferedModel.objects.filter(usable, **only))


def _model(rows: Iterable[OfferedModel], upstreams: list[Upstream]) -> Model | None:
    """What the rows of one name come to; None if it is not offered."""
    chosen = [row for row in _winning(rows, upstreams) if row.enabled]
    routes = [route for row in chosen for route in _routes(row, upstreams)]
    # Before there is any upstream the list is what it will be.
    if not chosen or (upstreams and not routes):
        return None
    return Model(chosen[0].name, chosen[0].owned_by or "unknown", tuple(routes))


def _winning(
    rows: Iterable[OfferedModel], upstreams: list[Upstream]
) -> list[OfferedModel]:
    """So a list that grows by itself takes no model away from where it goes now."""
    default = [row for row in rows if row.upstream_id is None]
    listed = [row for row in rows if row.origin == OfferedModel.Origin.LISTED]
    named = [row for row in rows if row not in default and row not in listed]
    is_served = not upstreams or any(one.kind in VENDOR_KINDS for one in upstreams)
    if default and not is_served and default[0].enabled:
        default = []
    return named or default or listed


def _routes(row: OfferedModel, upstreams: Iterable[Upstream]) -> list[Route]:
    name = row.upstream_name or row.name
    serving = [
        one
        for one in upstreams
        if one.pk == row.upstream_id
        or (row.upstream_id is None and one.kind in VENDOR_KINDS)
    ]
    return [Route(one.pk, one.kind, name) for one in serving]
