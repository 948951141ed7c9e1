"""`/get-tokeninfo`, `/update-tokeninfo`, `/checksum`: what the seed's callers use."""

import json
import time
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tokens import checksum, exchange, veil
from tokens.exchange import Exchanged
from tokens.first_team import oldest_real_or_new
from tokens.places import Place, place_of, place_of_files
from tokens.roster import Roster, forget_removed
from tokens.views.answers import BadBody, came_of, token_door
from tokens.views.asker import Asker


def _get(request: HttpRequest, asker: Asker) -> dict[str, Any]:
    place = place_of(asker.team) if asker.team else None
    tokens, listed = veil.shown(place) if place else ("", "")
    in_use = Roster(place.team, place.upstream, "").in_use if place else ()
    return _names() | {
        "tokens": tokens,
        "token_list": listed,
        "tokens_count": len(in_use),
    }


def _reload(request: HttpRequest, asker: Asker) -> dict[str, Any]:
    return {"message": "Token list has been reloaded"} | came_of(reload(asker))


def _replace(request: HttpRequest, asker: Asker) -> dict[str, Any]:
    tokens, listed = _texts(request)
    place = writing_place(asker)
    forget_removed()
    done = exchange.replace_set(place, tokens, listed, asker.actor)
    message = "Token files have been updated and reloaded"
    return {"message": message} | _names() | came_of(done)


get_tokeninfo = token_door(POST=_get)
update_tokeninfo = token_door(GET=_reload, POST=_replace)


@require_safe
@never_cache
def new_checksum(request: HttpRequest) -> HttpResponse:
    """Random ids, stamped with now: nobody's, so anybody may have them."""
    made = checksum.stamp(checksum.new_ids(), time.time())
    return JsonResponse({"checksum": made})


def reload(asker: Asker) -> Exchanged:
    """Raises UnreadableFile."""
    place = place_of(asker.team) if asker.team else place_of_files()
    forget_removed()
    if place is None or not place.is_owner:
        return Exchanged(0, {}, (), ("There is no token file of this team.",))
    return exchange.reload(place, asker.actor)


def writing_place(asker: Asker) -> Place:
    return place_of(asker.team or oldest_real_or_new())


def _names() -> dict[str, str]:
    return {
        "token_file": settings.TOKEN_FILE.name,
        "token_list_file": settings.TOKEN_LIST_FILE.name,
    }


def _texts(request: HttpRequest) -> tuple[str, str | None]:
    body = _json(request)
    tokens, listed = body.get("tokens"), body.get("token_list")
    if not isinstance(tokens, str):
        raise BadBody("`tokens` must be a text: the lines of the token file.", "tokens")
    if not isinstance(listed, str | None):
        raise BadBody("`token_list` must be a text, null or left out.", "token_list")
    for name, text in (("tokens", tokens), ("token_list", listed or "")):
        if not text.isascii() and any(0xD800 <= ord(sign) < 0xE000 for sign in text):
            raise BadBody(f"`{name}` holds half of a character.", name)
    return tokens, listed


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except RequestDataTooBig:
        raise BadBody("The body is too large.", status=413) from None
    except UnreadablePostError:
        raise BadBody("The body could not be read.") from None
    except (ValueError, RecursionError):
        raise BadBody("The body is no JSON.") from None
    if not isinstance(body, dict):
        raise BadBody("The body must be a JSON object.")
    return body
