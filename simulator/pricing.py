"""Models, what a million of their tokens costs, and what one call draws."""

from dataclasses import dataclass
from random import Random

import msgspec

_FEE_CENTS_PER_MILLION = 25


@dataclass(frozen=True, slots=True)
class Model:
    """Prices are cents per million tokens."""

    name: str
    input: float
    cache_write: float
    cache_read: float
    output: float
    popularity: int
    first_party: bool = False


MODELS = (
    Model("claude-4.5-sonnet", 300, 375, 30, 1500, 26),
    Model("default", 125, 125, 25, 600, 22, first_party=True),
    Model("gpt-5", 125, 0, 12.5, 1000, 14),
    Model("composer-1", 125, 0, 12.5, 1000, 12, first_party=True),
    Model("gpt-5-codex", 125, 0, 12.5, 1000, 9),
    Model("claude-4.5-opus-thinking", 500, 625, 50, 2500, 6),
    Model("gemini-2.5-pro", 125, 0, 12.5, 1000, 5),
    Model("grok-code-fast-1", 20, 0, 2, 150, 4),
    Model("claude-4.5-opus", 500, 625, 50, 2500, 2),
)


class Tokens(msgspec.Struct, frozen=True, gc=False):
    input: int
    output: int
    cache_write: int
    cache_read: int
    total_cents: float
    discount: int = 0

    @property
    def all(self) -> int:
        return self.input + self.output + self.cache_write + self.cache_read


def draw_tokens(rng: Random, model: Model, size: float) -> Tokens:
    """One call's tokens; most calls are small and a few are very large."""
    draw = rng.random
    fresh = int(300 + size * 26_000 * draw() ** 3)
    out = int(60 + size * 6_000 * draw() ** 3)
    written = int(size * 34_000 * draw() ** 3) if model.cache_write else 0
    read = int(size * 240_000 * draw() ** 2)
    discount = 10 if model.name == "gemini-2.5-pro" and draw() < 0.3 else 0
    cents = _cents(model, fresh, out, written, read)
    return Tokens(fresh, out, written, read, cents, discount)


def _cents(model: Model, fresh: int, out: int, written: int, read: int) -> float:
    # Left as a raw float sum: the vendor's numbers carry the same binary noise.
    return (
        fresh * (model.input / 1e6)
        + out * (model.output / 1e6)
        + written * (model.cache_write / 1e6)
        + read * (model.cache_read / 1e6)
    )


def expected_cents(model: Model) -> float:
    """What one usual call comes to."""
    written = 8_500 if model.cache_write else 0
    cents = _cents(model, 6_800, 1_560, written, 80_000)
    tokens = Tokens(6_800, 1_560, written, 80_000, cents)
    return charged(tokens, token_fee(model, tokens))


def token_fee(model: Model, tokens: Tokens) -> float | None:
    """The vendor's own fee in cents; its own models carry none."""
    if model.first_party:
        return None
    return round(tokens.all * _FEE_CENTS_PER_MILLION / 1e6, 2)


def charged(tokens: Tokens, fee: float | None) -> float:
    return tokens.total_cents * (1 - tokens.discount / 100) + (fee or 0.0)
