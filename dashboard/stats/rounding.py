"""Numbers that are rounded for the eye and still add up."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

# Cents have at most eight decimals, so whole numbers of these are exact.
UNIT = 10**8
Place = tuple[int, int]
Grid = list[list[int]]


def apportioned(values: Sequence[Decimal], whole: int) -> list[int]:
    """Whole numbers that are as the values to each other and add up to `whole`. Those
    with the largest remainders are rounded up. All 0 when the values come to nothing.
    """
    total = Fraction(sum(values))
    if not total:
        return [0] * len(values)
    return _up_to([Fraction(value) * whole / total for value in values], whole)


def parted(parts: Sequence[Decimal]) -> list[int]:
    """Each part rounded up or down to a whole number so that they add up to their sum,
    itself rounded to the nearest."""
    nearest = sum(parts, Decimal(0)).quantize(Decimal(1), ROUND_HALF_UP)
    return _up_to(parts, int(nearest))


def _up_to(exact: Sequence[Decimal] | Sequence[Fraction], whole: int) -> list[int]:
    """Those with the largest remainders are rounded up, the others down."""
    found = [floor(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: (found[n] - exact[n], n))
    for n in by_remainder[: whole - sum(found)]:
        found[n] += 1
    return found


def rounded(rows: Sequence[Sequence[Decimal]]) -> list[list[int]]:
    """Each number rounded up or down to a whole one so that the table still adds up:
    the sum of each row, of each column and of all is its exact sum rounded up or down,
    that of all to the nearest. (Controlled rounding; L. Cox, JASA 82, 1987.)

    In a grid whose margins hold the sums with the other sign every line comes to zero,
    so a number that is not whole has another one in its row and in its column. Along a
    ring of such numbers something is added and taken away in turns until one is whole.
    """
    if not rows or not rows[0]:
        return [list(map(int, row)) for row in rows]
    grid = _with_margins(rows)
    for row, column in _most_important_first(grid):
        while part := grid[row][column] % UNIT:
            _shift(grid, _ring(grid, (row, column)), up=part * 2 >= UNIT)
    return [[number // UNIT for number in row[:-1]] for row in grid[:-1]]


def _with_margins(rows: Sequence[Sequence[Decimal]]) -> Grid:
    grid = [[int(value.scaleb(8)) for value in row] for row in rows]
    grid = [[*row, -sum(row)] for row in grid]
    return [*grid, [-sum(column) for column in zip(*grid, strict=True)]]


def _most_important_first(grid: Grid) -> Iterator[Place]:
    """The sum of all, of the columns, of the rows, the numbers themselves."""
    last, final = len(grid) - 1, len(grid[0]) - 1
    yield last, final
    yield from ((last, column) for column in range(final))
    yield from ((row, final) for row in range(last))
    yield from ((row, column) for row in range(last) for column in range(final))


def _shift(grid: Grid, ring: Sequence[Place], *, up: bool) -> None:
    """The first up or down, the next the other way, until one of them is whole."""
    ways = [up == (number % 2 == 0) for number in range(len(ring))]
    parts = [grid[row][column] % UNIT for row, column in ring]
    steps = zip(parts, ways, strict=True)
    step = min(UNIT - part if goes_up else part for part, goes_up in steps)
    for (row, column), goes_up in zip(ring, ways, strict=True):
        grid[row][column] += step if goes_up else -step


def _ring(grid: Grid, start: Place) -> list[Place]:
    """Places that are not whole, from `start` by turns along a column and along a row;
    the last one is in the row of the first."""
    home, seen = start[0], set[int]()
    ways = [(start[1], [start])]
    for column, way in ways:
        for row, numbers in enumerate(grid):
            place = row, column
            if row in seen or place == start or not numbers[column] % UNIT:
                continue
            if row == home:
                return [*way, place]
            seen.add(row)
            ways += [
                (other, [*way, place, (row, other)])
                for other, number in enumerate(numbers)
                if other != column and number % UNIT
            ]
    raise AssertionError("No line of such a grid has a single number.")
