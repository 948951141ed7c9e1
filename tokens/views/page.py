"""`/tokeninfo`: the team's upstream tokens for people, every secret masked."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tokens import exchange, veil
from tokens.disk import UnreadableFile
from tokens.exchange import Exchanged, Gift, NothingTaken, Refused
from tokens.lines import split
from tokens.masks import mask_words
from tokens.models import Team
from tokens.places import place_of
from tokens.token_forms import AddForm, TextsForm
from tokens.views.api import reload, writing_place
from tokens.views.asker import Asker, asker_of
from tokens.views.door import door


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def tokeninfo(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request)
    if asker is None:
        return door(request, gettext("Upstream tokens"))
    if asker.user and asker.team and _names_the_demo(request):
        return redirect(f"{request.path}?team={asker.team.slug}")
    do = _ACTIONS.get(request.POST.get("do", "")) if request.method == "POST" else None
    try:
        return do(request, asker) if do else _show(request, asker)
    except NothingTaken as error:
        messages.error(request, str(error))
        return _show(request, asker, status=400, refused=_told(request, error.refused))
    except UnreadableFile as error:
        context = {"status": 500, "sentence": str(error)}
        return render(request, "error.html", context, status=500)


def _names_the_demo(request: HttpRequest) -> bool:
    """A real team stands in for it; the frame of the page is to say so, too."""
    slug = request.GET.get("team")
    if request.method == "POST" or not slug:
        return False
    # Compared here: PostgreSQL takes no text with a NUL.
    return slug in Team.objects.filter(is_demo=True).values_list("slug", flat=True)


def _show(
    request: HttpRequest, asker: Asker, *, status: int = 200, **more: Any
) -> HttpResponse:
    place = place_of(asker.team) if asker.team else None
    tokens, listed = veil.shown(place) if place else ("", "")
    context = {
        "asker": asker,
        "place": place,
        "texts": TextsForm(initial={"tokens": tokens, "token_list": listed}),
        "adding": AddForm(),
    }
    return render(request, "tokens/tokeninfo.html", context | more, status=status)


def _add(request: HttpRequest, asker: Asker) -> HttpResponse:
    form = AddForm(request.POST)
    if not form.is_valid():
        return _show(request, asker, status=400, adding=form)
    owner, shared = form.cleaned_data["owner"], form.cleaned_data["shared"]
    gift = Gift(form.line, owner, shared)
    return _done(request, asker, exchange.add(writing_place(asker), gift, asker.actor))


def _save(request: HttpRequest, asker: Asker) -> HttpResponse:
    tokens = request.POST.get("tokens", "")
    listed = request.POST.get("token_list", "")
    place = writing_place(asker)
    done = exchange.replace_set(place, tokens, listed, asker.actor)
    return _done(request, asker, done)


def _reload(request: HttpRequest, asker: Asker) -> HttpResponse:
    return _done(request, asker, reload(asker))


_ACTIONS = {"add": _add, "save": _save, "reload": _reload}


def _done(request: HttpRequest, asker: Asker, done: Exchanged) -> HttpResponse:
    messages.info(request, _sentence(done))
    for note in done.notes:
        messages.warning(request, note)
    if done.refused:
        return _show(request, asker, refused=_told(request, done.refused))
    return redirect(request.get_full_path())


def _told(
    request: HttpRequest, refused: tuple[Refused, ...]
) -> list[tuple[Refused, str]]:
    """Each refused line with what was typed there, as far as that is no secret."""
    typed = {f: split(request.POST.get(f, "")) for f in ("tokens", "token_list")}
    return [
        (line, mask_words("".join(typed[line.field][line.line - 1 : line.line])))
        for line in refused
    ]


def _sentence(done: Exchanged) -> str:
    words = {
        "added": gettext("added"),
        "renamed": gettext("renamed"),
        "pinned": gettext("given another machine"),
        "enabled": gettext("switched on again"),
        "disabled": gettext("switched off"),
        "removed": gettext("removed"),
        "healed": gettext("encrypted again"),
    }
    told = [f"{done.done[n]} {word}" for n, word in words.items() if done.done.get(n)]
    now = ngettext("%d token is in use", "%d tokens are in use", done.in_use)
    changes = ", ".join(told) or gettext("nothing changed")
    return f"{now % done.in_use}: {changes}."
