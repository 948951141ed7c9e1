"""What a sync did, in numbers that add up."""

from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Counts:
    """Rows. `read` came from the vendor; the rest is what became of them. `spared`:
    known rows that did not come, and may be among those that could not be read."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    quarantined: int = 0
    spared: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + theirs[name] for name in mine})

    def with_quarantined(self, rows: int) -> "Counts":
        return replace(self, read=self.read + rows, quarantined=rows)

    @property
    def written(self) -> int:
        return self.inserted + self.updated + self.withdrawn
