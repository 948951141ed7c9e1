"""What the made-up calls cost: exact, in units of 10⁻⁸ cents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """Units of 10⁻⁸ cents for one token: 300 cents a million are 30,000."""

    name: str
    input: int
    cache_write: int
    cache_read: int
    output: int
    popularity: int

    def units(self, fresh: int, out: int, written: int, read: int) -> int:
        return (
            fresh * self.input
            + out * self.output
            + written * self.cache_write
            + read * self.cache_read
        )


MODELS = (
    Price("claude-4.5-sonnet", 30_000, 37_500, 3_000, 150_000, 26),
    Price("auto", 12_500, 12_500, 2_500, 60_000, 22),
    Price("gpt-5", 12_500, 0, 1_250, 100_000, 14),
    Price("composer-1", 12_500, 0, 1_250, 100_000, 12),
    Price("gpt-5-codex", 12_500, 0, 1_250, 100_000, 9),
    Price("claude-4.5-opus", 50_000, 62_500, 5_000, 250_000, 6),
    Price("gemini-2.5-pro", 12_500, 0, 1_250, 100_000, 5),
    Price("grok-code-fast-1", 2_000, 0, 200, 15_000, 4),
)
# The vendor's own fee, on every token.
FEE = 2_500
