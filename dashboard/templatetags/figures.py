"""How numbers, days and instants are written on pages, in the page's language.
Rounding happens only here and in `dashboard.writing`."""

from datetime import date, datetime
from decimal import Decimal

from django import template

from dashboard.writing import CENT, MINUS, here

register = template.Library()


@register.filter
def dollars(cents: Decimal | None) -> str:
    """Exact cents as dollars, rounded to the cent: `$1,234.56`."""
    return "–" if cents is None else here().dollars(cents)


@register.filter
def fine_dollars(cents: Decimal | None) -> str:
    """The same to a hundredth of a cent: `$0.0312`."""
    return "–" if cents is None else here().fine_dollars(cents)


@register.filter
def exact(value: Decimal | int | None) -> str:
    """Plain digits without an exponent, the same in each language: `60.34932`, `0`."""
    return "" if value is None else plain(Decimal(value))


def plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


@register.filter
def count(value: Decimal | int | None) -> str:
    """`1,234`; request units keep up to two decimals."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return here().number(value)
    return here().number(value.quantize(CENT).normalize() + 0)


@register.filter
def short(value: Decimal | int | None) -> str:
    """`1,234`, `56.7K`, `8.9M`."""
    return "–" if value is None else here().compact(value)


@register.filter
def day(value: date | None) -> str:
    return here().day(value) if value else "–"


@register.filter
def day_short(value: date) -> str:
    return here().day_short(value)


@register.filter
def month(value: date) -> str:
    """With its year."""
    return here().month(value)


@register.filter
def month_name(value: date) -> str:
    """Short, as the head of a column."""
    return here().month_name(value)


@register.filter
def weekday(value: date) -> str:
    return here().weekday(value, whole=True)


@register.filter
def weekday_short(value: date) -> str:
    return here().weekday(value)


@register.filter
def instant(value: datetime | None) -> str:
    """Always UTC, as all days are."""
    return here().instant(value) if value else "–"


@register.filter
def moment(value: datetime) -> str:
    """To the second, in its own zone, which stands beside it."""
    return here().moment(value)


@register.filter
def listed(words: list[str]) -> str:
    """`Spend`, `Spend and Members`, `Spend, Members and Daily usage`."""
    return here().listed(words)


@register.filter
def percent(value: Decimal | int | None) -> str:
    """50 is half; whole percents."""
    return "–" if value is None else here().percentage(round(value))


@register.filter
def share(part: Decimal, whole: Decimal) -> str:
    """A part in percent of the whole; empty when there is no whole."""
    if not whole:
        return ""
    value = part * 100 / whole
    if 0 < value < 1:
        return f"<{here().percentage(1)}"
    return here().percentage(round(value))


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
    value = round((now - before) * 100 / before)
    if abs(value) >= 1000:
        times, none_left = round(now / before), here().percentage(100, MINUS)
        return f"×{here().number(times)}" if value > 0 else none_left
    sign = "+" if value > 0 else MINUS if value < 0 else "±"
    return here().percentage(abs(value), sign)


@register.filter
def fine_percent(value: Decimal | None) -> str:
    """To a hundredth of a percent: `12.34%`."""
    return "–" if value is None else here().percentage(value.quantize(CENT))
