"""The team's blocked repositories: they change as time passes and by hand."""

from dataclasses import dataclass

from simulator.days import DAY_MS, day_of
from simulator.shapes import Json

_REPOS = (
    ("https://github.com/example/payments", ("*.env", "secrets/*")),
    ("https://github.com/example/infrastructure", ("*",)),
    ("https://gitlab.com/example/research", ("**/*.key", "data/raw/*")),
)
# Each repository gains this pattern for 27 days and loses it for 27.
_COMES_AND_GOES = "drafts/*"
_TURN_DAYS = 27


@dataclass(frozen=True, slots=True)
class Revision:
    """`patterns` None: the repository is off the list from then on."""

    at_ms: int
    url: str
    patterns: tuple[str, ...] | None


class Blocklists:
    """A list of what changed when, from which any moment can be told."""

    def __init__(self) -> None:
        self._edits: list[Revision] = []
        self._ids = {url: f"repo_{n:02}" for n, (url, _) in enumerate(_REPOS, 1)}

    def repos(self, now_ms: int) -> list[Json]:
        found: dict[str, tuple[str, ...] | None] = {
            url: _patterns(number, day_of(now_ms))
            for number, (url, _) in enumerate(_REPOS)
        }
        found |= {e.url: e.patterns for e in self._edits if e.at_ms <= now_ms}
        return [
            {"id": self._ids[url], "url": url, "patterns": list(patterns)}
            for url, patterns in found.items()
            if patterns is not None
        ]

    def edit(self, url: str, patterns: list[str] | None, now_ms: int) -> None:
        """All patterns of one repository are replaced; the others stay."""
        self._ids.setdefault(url, f"repo_{len(self._ids) + 1:02}")
        kept = None if patterns is None else tuple(patterns)
        self._edits.append(Revision(now_ms, url, kept))

    def url(self, repo_id: str, now_ms: int) -> str | None:
        urls = [str(r["url"]) for r in self.repos(now_ms) if r["id"] == repo_id]
        return urls[0] if urls else None

    def revisions(self, start_ms: int, end_ms: int) -> list[Revision]:
        """Oldest first; those that time brought come at the start of a day."""
        turns = [
            Revision(day * DAY_MS, url, _patterns(number, day))
            for day in range(day_of(start_ms), day_of(end_ms) + 1)
            for number, (url, _) in enumerate(_REPOS)
            if _patterns(number, day) != _patterns(number, day - 1)
        ]
        found = [r for r in turns + self._edits if start_ms <= r.at_ms <= end_ms]
        return sorted(found, key=lambda revision: revision.at_ms)


def _patterns(number: int, day: int) -> tuple[str, ...]:
    is_on = (day + number * _TURN_DAYS // 3) // _TURN_DAYS % 2
    return (*_REPOS[number][1], *([_COMES_AND_GOES] if is_on else []))
