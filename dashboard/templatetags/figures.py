"""How numbers, days and instants are written on pages. Rounding happens only here."""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template

register = template.Library()
CENT = Decimal("0.01")


@register.filter
def dollars(cents: Decimal | None) -> str:
    """Exact cents as dollars, rounded to the cent: `$1,234.56`."""
    if cents is None:
        return "–"
    amount = (cents / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    if not amount and cents > 0:
        return "<$0.01"
    return f"−${-amount:,}" if amount < 0 else f"${amount:,}"


@register.filter
def exact(value: Decimal | int | None) -> str:
    """Plain digits without an exponent: `60.34932`, `0`."""
    return "" if value is None else plain(Decimal(value))


def plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


@register.filter
def count(value: Decimal | int | None) -> str:
    """`1,234`; request units keep up to two decimals."""
    if value is None:
        return "–"
    return f"{Decimal(value).quantize(CENT).normalize() + 0:,f}"


@register.filter
def short(value: int) -> str:
    """`1,234`, `56.7 k`, `8.9 M`, `1.2 B`."""
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**4, "k")):
        if abs(value) >= size:
            return f"{value / (1000 if letter == 'k' else size):,.1f} {letter}"
    return f"{value:,}"


@register.filter
def day(value: date | None) -> str:
    return f"{value.day} {value:%b %Y}" if value else "–"


@register.filter
def day_short(value: date) -> str:
    return f"{value.day} {value:%b}"


@register.filter
def instant(value: datetime | None) -> str:
    """Always UTC, as all days are."""
    if value is None:
        return "–"
    utc = value.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


@register.filter
def listed(words: list[str]) -> str:
    """`Spend`, `Spend and Members`, `Spend, Members and Daily usage`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


@register.filter
def share(part: Decimal, whole: Decimal) -> str:
    """A part in percent of the whole; empty when there is no whole."""
    if not whole:
        return ""
    percent = part * 100 / whole
    return "<1%" if 0 < percent < 1 else f"{percent:.0f}%"


@register.filter
def width(part: Decimal | int, whole: Decimal | int) -> str:
    """The same as a length for SVG, between 0% and 100%."""
    if not whole:
        return "0%"
    return f"{max(0, min(100, part * 100 / whole)):.2f}%"


@register.filter
def change(now: Decimal | int, before: Decimal | int) -> str:
    """`+12%`, `−3%`; empty when there was nothing before."""
    if not before:
        return ""
    percent = round((now - before) * 100 / before)
    if abs(percent) >= 1000:
        return f"×{now / before:,.0f}" if percent > 0 else "−100%"
    sign = "+" if percent > 0 else "−" if percent < 0 else "±"
    return f"{sign}{abs(percent)}%"
