"""Who is in the made-up team, and how each of them works. Pure, by seed."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random

from dashboard.demo_data.prices import MODELS, Price

_FIRST = (
    "Aisha Anton Beatriz Chen Daria Elif Femi Greta Hugo Ida Jamal Kira Leo Mina Noor "
    "Otto Petra Ravi Selin Theo Uma Vito Wen Ximena Yann Zofia Akira Bengt Cleo Dov "
    "Esra Filip"
)
_LAST = (
    "Acar Bauer Costa Demir Eriksen Fischer Gupta Hoang Ito Jensen Kaplan Lopez Moreau "
    "Nowak Okoye Petrov Quiroga Rossi Sato Tan Ueno Vidal Weiss Xu Yildiz Zhang Aydin "
    "Blom Chavez Duarte Esposito Falk"
)
GROUPS = (
    ("Platform", "CC-100"),
    ("Payments", "CC-110"),
    ("Mobile", "CC-120"),
    ("Web", "CC-130"),
    ("Data", "CC-200"),
    ("Infrastructure", "CC-210"),
    ("Security", "CC-220"),
)
VERSIONS = ("1.6.45", "1.7.28", "1.7.54", "2.0.34", "2.0.77", "2.1.6")
EXTENSIONS = (".ts", ".tsx", ".py", ".go", ".rs", ".java", ".kt", ".swift", ".sql")


@dataclass(frozen=True)
class Person:
    """`load`: how much of the team's work is theirs; `hour`: when their day starts, in
    UTC; `group`: an index of GROUPS, None for nobody's. Days are inclusive."""

    number: int
    name: str
    email: str
    role: str
    load: float
    hour: int
    models: tuple[Price, ...]
    extension: str
    group: int | None
    first_day: date
    last_day: date

    @property
    def user_id(self) -> str:
        return f"user_{self.number:06d}"

    def is_there(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def cast(count: int, start: date, end: date, seed: int) -> list[Person]:
    """One in twenty joined on the way, one in thirty left, one in nine is idle."""
    rng = Random(f"{seed}:people")
    names = [
        f"{first} {last}" for first, last in product(_FIRST.split(), _LAST.split())
    ]
    rng.shuffle(names)
    return [_person(number, names, start, end, rng) for number in range(count)]


def _person(
    number: int, names: list[str], start: date, end: date, rng: Random
) -> Person:
    name = names[number % len(names)]
    again = number // len(names)
    local = name.lower().replace(" ", ".") + (str(again + 1) if again else "")
    span = (end - start).days
    joined = start + timedelta(rng.randrange(span + 1)) if rng.random() < 0.05 else None
    left = start + timedelta(rng.randrange(span + 1)) if rng.random() < 0.033 else None
    first_day = joined or start
    role = "owner" if number == 0 else "member" if number % 25 else "admin"
    return Person(
        number=number,
        name=name,
        email=f"{local}@example.com",
        role=role,
        load=0.01 if rng.random() < 0.11 else rng.lognormvariate(0, 0.9),
        hour=rng.choice((-1, 6, 7, 8, 8, 9, 13, 15)),
        models=_favourites(rng),
        extension=rng.choice(EXTENSIONS),
        group=None if rng.random() < 0.06 else rng.randrange(len(GROUPS)),
        first_day=first_day,
        last_day=max(left, first_day) if left else date.max,
    )


def _favourites(rng: Random) -> tuple[Price, ...]:
    """Two to four models, the first the one they use most."""
    weights = [price.popularity for price in MODELS]
    wanted = rng.choices(MODELS, weights, k=rng.randint(2, 4))
    return tuple(dict.fromkeys(wanted))
