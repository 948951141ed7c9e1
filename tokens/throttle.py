"""How often somebody may guess: so many tries a minute from one address.

Counted in the cache, so by all processes together where there is Redis. While it does
not answer nobody is turned away: a lock that needs Redis would lock out the admin.
"""

import logging
import time
from ipaddress import ip_address, ip_network

from django.core.cache import cache
from redis import RedisError

log = logging.getLogger(__name__)
TRIES, WINDOW = 10, 60


def take(what: str, address: str, now: float | None = None) -> int:
    """Count a try. Seconds until the next one is heard, 0 while this one is."""
    now = time.time() if now is None else now
    key = f"tries:{what}:{_neighbourhood(address)}:{int(now // WINDOW)}"
    try:
        cache.add(key, 0, WINDOW * 2)
        count = cache.incr(key)
    except (RedisError, ValueError) as error:
        log.warning("Tries cannot be counted: %s", error)
        return 0
    return 0 if count <= TRIES else WINDOW - int(now % WINDOW)


def _neighbourhood(address: str) -> str:
    """Who has one address of IPv6 has 2⁶⁴ of them."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    wide = 64 if known.version == 6 else 32
    return str(ip_network((known, wide), strict=False).network_address)
