"""The cast: who is in the team, since when, and how much each one works.

A team is a row of desks. Most desks keep one person for ever; a few change
hands every hundred days, counted from 1970 and not from today, so that a
restart on another day tells the same story about the same dates.
"""

import itertools
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from simulator.pricing import MODELS, Model, expected_cents

FOREVER = 10**6
_TENURE, _PERIOD = 92, 100

_FIRST_NAMES = (
    "Ada Bruno Carla Dario Edda Farid Gwen Hiro Ines Jonas Kaya Lars Maya Nils "
    "Olga Pavel Quinn Rosa Sami Tilda Umar Vera Wim Xenia Yara Zoé Anouk Boris "
    "Celia Dewi Emre Fiona Goran Hana Igor Jana Kofi Lena Milo Nadia Oskar Priya "
    "Rafael Suki Tomas Ulla Viktor Wanda Yusuf Zara"
)
_LAST_NAMES = (
    "Abara Bergson Castel Dunmore Eklund Faraday Galvani Hollis Ibarra Jansky "
    "Kestrel Lindqvist Marlow Novák Okafor Pereira Quist Rasmus Sorel Tamura "
    "Ullman Varga Winslow Xanthos Yilmaz Zoller Ashdown Brandt Cordova Delgado "
    "Ekström Fenwick Grieve Haddad Ivers Jelinek Karlsen Lowell Mendez Nakata "
    "Orlov Penrose Quill Renner Stavros Thorne Ueda Vogel Whitby Zeman"
)
# Events on a working day, and the share of desks with that habit.
_HABITS = ((80.0, 0.15), (23.0, 0.45), (5.0, 0.25), (0.12, 0.15))
# How much more than usual a team works, by name. A thousand people make about
# 10,000, 42,000 or 120,000 events on a working day; without a name 22,000.
LOADS = {"light": 0.45, "typical": 1.88, "heavy": 5.4}
_ZONES = (-7, -5, -4, 0, 1, 1, 2, 2, 5)


@dataclass(frozen=True, slots=True)
class Person:
    """`typed_email` is the spelling in events; days are inclusive."""

    key: str
    name: str
    email: str
    typed_email: str
    number: int
    user_id: str
    role: str
    first_day: int
    last_day: int
    rate: float
    zone: int
    models: tuple[Model, ...]
    own_key: bool = False
    service_id: str = ""

    @property
    def cents_a_day(self) -> float:
        """On a usual working day, about."""
        cents = [expected_cents(model) for model in self.models]
        return self.rate * sum(cents) / len(cents)

    def works_on(self, day: int) -> bool:
        return self.first_day <= day <= self.last_day


class Cast:
    def __init__(self, seed: int, size: int, load: float = 1.0) -> None:
        self._seed, self._size, self._load = seed, size, load
        self._moving = max(1, round(size * 0.075)) if size >= 4 else 0
        self._rates = _rates(seed, size)
        pairs = itertools.product(_FIRST_NAMES.split(), _LAST_NAMES.split())
        self._names = [f"{first} {last}" for first, last in pairs]
        Random(f"{seed}:names").shuffle(self._names)
        self._settled = [self._stay(d) for d in range(size - self._moving)]
        self.service = self._service()
        self._known: dict[tuple[int, int], Person] = {}

    def between(self, first_day: int, last_day: int) -> list[Person]:
        """Everyone who had a desk on at least one of the days."""
        return self._settled + [
            self._mover(desk, turn)
            for desk in range(self._moving)
            for turn in self._turns(desk, first_day, last_day)
        ]

    def on(self, day: int) -> list[Person]:
        return self.between(day, day)

    def _turns(self, desk: int, first_day: int, last_day: int) -> list[int]:
        phase = desk * _PERIOD // self._moving
        turns = range((first_day + phase) // _PERIOD, (last_day + phase) // _PERIOD + 1)
        start = first_day + phase
        return [t for t in turns if t * _PERIOD + _TENURE > start]

    def _stay(self, desk: int) -> Person:
        role = {0: "owner", 1: "free-owner"}.get(desk, "member")
        return self._person(desk, role, 0, FOREVER, self._rates[desk])

    def _mover(self, desk: int, turn: int) -> Person:
        if (desk, turn) not in self._known:
            first = turn * _PERIOD - desk * _PERIOD // self._moving
            index = self._size + turn * self._moving + desk
            rate = 14.0 + (index * 7) % 30
            self._known[desk, turn] = self._person(
                index, "member", first, first + _TENURE - 1, rate
            )
        return self._known[desk, turn]

    def _person(
        self, index: int, role: str, first: int, last: int, rate: float
    ) -> Person:
        rng = Random(f"{self._seed}:person:{index}")
        name, email = self._name(index)
        return Person(
            key=str(index),
            name=name,
            email=email,
            # Some sign in with capitals: joining needs a normal form.
            typed_email=email.title() if index % 20 == 5 else email,
            number=100_000 + index,
            user_id=_user_id(f"{self._seed}:{index}"),
            role=role,
            first_day=first,
            last_day=last,
            rate=rate * rng.uniform(0.7, 1.3) * self._load,
            zone=rng.choice(_ZONES),
            models=tuple(rng.choices(MODELS, [m.popularity for m in MODELS], k=5)),
            own_key=index % 12 == 9,
        )

    def _service(self) -> Person:
        return Person(
            key="service",
            name="nightly-review",
            email="",
            typed_email="",
            number=99_999,
            user_id="",
            role="",
            first_day=0,
            last_day=FOREVER,
            rate=18.0,
            zone=-9,
            models=(MODELS[0], MODELS[4]),
            service_id="svc_" + _user_id(f"{self._seed}:service")[5:17],
        )

    def _name(self, index: int) -> tuple[str, str]:
        again, place = divmod(index, len(self._names))
        name = self._names[place]
        number = str(again + 1) if again else ""
        return name, f"{_plain(name).lower().replace(' ', '.')}{number}@example.com"


def _rates(seed: int, size: int) -> list[float]:
    """One rate per desk, in the shares of `_HABITS`, in a shuffled order."""
    rates: list[float] = []
    for rate, share in _HABITS:
        rates += [rate] * round(size * share)
    rates = (rates + [_HABITS[1][0]] * size)[:size]
    Random(f"{seed}:habits").shuffle(rates)
    return rates


def _user_id(text: str) -> str:
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return (
        "user_01" + "".join(digits[b & 31] for b in sha256(text.encode()).digest())[:24]
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
