"""One line of the table: what was run, and what came of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """`problems` are sentences; none means that all cases went as they should."""

    family: str
    what: str
    cases: int
    problems: tuple[str, ...] = ()

    @property
    def passed(self) -> int:
        return self.cases - len(self.problems)

    def row(self) -> str:
        said = "; ".join(self.problems).replace("|", "/")[:400] or "–"
        return f"| {self.family} | {self.what} | {self.passed}/{self.cases} | {said} |"
