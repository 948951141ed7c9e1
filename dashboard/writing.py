"""How each language writes numbers, money, days and lengths of time.

The rules are CLDR's, by way of Babel. Pages show thousands of figures, so separators
and signs are read from Babel once for each language and not with every number.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_compact_decimal, get_currency_symbol
from babel.units import format_unit
from django.utils.translation import get_language, to_locale

CENT = Decimal("0.01")
FINE = Decimal("0.0001")
MINUS = "−"
# Plain English is American, whose “Nov 3” and “9/3/26” the world misreads.
WORDS = {"en": "en_001"}


@dataclass(frozen=True)
class Writing:
    """One language. `money` and `percent` are what stands before and after a number.
    `words`: the locale of its days and lists."""

    locale: Locale
    words: Locale
    separators: dict[int, str]
    money: tuple[str, str]
    percent: tuple[str, str]

    def number(self, value: Decimal | int) -> str:
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        return text.translate(self.separators).replace("-", MINUS)

    def dollars(self, cents: Decimal) -> str:
        """Exact cents, rounded to the cent. A little is not nothing: `<$0.01`."""
        amount = (cents / 100).quantize(CENT, rounding=ROUND_HALF_UP)
        if not amount and cents > 0:
            return f"<{self._around(self.money, CENT)}"
        return self._around(self.money, amount)

    def fine_dollars(self, cents: Decimal) -> str:
        """Of one request or a few tokens: to a hundredth of a cent."""
        amount = (cents / 100).quantize(FINE, rounding=ROUND_HALF_UP)
        if not amount and cents > 0:
            return f"<{self._around(self.money, FINE)}"
        return self._around(self.money, amount)

    def percentage(self, value: Decimal | int, sign: str = "") -> str:
        """50 is half. `sign` stands in front of all."""
        return sign + self._around(self.percent, value)

    def compact(self, value: Decimal | int) -> str:
        """`1,234`, `56.7K`, `8.9M`; in Chinese by ten thousands."""
        if -10_000 < value < 10_000:
            return self.number(value)
        text = format_compact_decimal(value, locale=self.locale, fraction_digits=1)
        return text.replace("-", MINUS)

    def day(self, value: date) -> str:
        return _day(value, self.words)

    def day_short(self, value: date) -> str:
        return _skeleton("MMMd", value, self.words)

    def month(self, value: date) -> str:
        return _skeleton("yMMMM", value, self.words)

    def month_name(self, value: date) -> str:
        return _pattern("MMM", value, self.words)

    def weekday(self, value: date, *, whole: bool = False) -> str:
        return _pattern("cccc" if whole else "ccc", value, self.words)

    def instant(self, value: datetime) -> str:
        """Always UTC, as all days are."""
        utc = value.astimezone(UTC)
        joined = self.words.datetime_formats["medium"]
        return f"{joined.format(f'{utc:%H:%M}', self.day(utc.date()))} UTC"

    def moment(self, value: datetime) -> str:
        """To the second, by the clock of its own zone, which it does not name."""
        joined = self.words.datetime_formats["medium"]
        return str(joined.format(f"{value:%H:%M:%S}", self.day(value.date())))

    def listed(self, words: list[str]) -> str:
        return format_list([str(word) for word in words], locale=self.words)

    def length(self, number: float, unit: str) -> str:
        """`4 min`, `0.4 sec`. `unit`: second, minute, hour or day."""
        form = "0.0" if isinstance(number, float) else "#,##0"
        name = f"duration-{unit}"
        text = format_unit(number, name, "short", form, locale=self.locale)
        return text.replace("\xa0", " ")

    def _around(self, signs: tuple[str, str], value: Decimal | int) -> str:
        if value < 0:
            return MINUS + self._around(signs, -value)
        return f"{signs[0]}{self.number(value)}{signs[1]}"


def here() -> Writing:
    """The language of the running request."""
    return writing(get_language() or "en")


@cache
def writing(language: str) -> Writing:
    locale = Locale.parse(to_locale(language))
    symbols = locale.number_symbols["latn"]
    return Writing(
        locale,
        Locale.parse(WORDS.get(language, str(locale))),
        {ord(","): symbols["group"], ord("."): symbols["decimal"]},
        _signs(
            locale.currency_formats["standard"].pattern,
            "¤",
            get_currency_symbol("USD", locale),
        ),
        _signs(locale.percent_formats[None].pattern, "%", symbols["percentSign"]),
    )


def _signs(pattern: str, mark: str, sign: str) -> tuple[str, str]:
    """What a pattern such as `¤#,##0.00` puts around its number."""
    before, digits, after = pattern.partition(pattern.strip(f"{mark} \xa0"))
    assert digits
    return before.replace(mark, sign), after.replace(mark, sign)


@lru_cache(4096)
def _day(value: date, locale: Locale) -> str:
    return format_date(value, "medium", locale=locale)


@lru_cache(4096)
def _skeleton(skeleton: str, value: date, locale: Locale) -> str:
    at = datetime.combine(value, time(), UTC)
    return format_skeleton(skeleton, at, locale=locale)


@lru_cache(1024)
def _pattern(pattern: str, value: date, locale: Locale) -> str:
    return format_date(value, pattern, locale=locale)
