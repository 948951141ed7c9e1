import base64

import pytest

from tokens import checksum
from tokens.checksum import BadChecksum, MachineIds

MACHINE = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
MAC = "72cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f015363793"
IDS = MachineIds(MACHINE, MAC)


@pytest.mark.parametrize(
    ("unix_seconds", "prefix"),
    [
        (1735084800, "3HFzbBm6"),
        (1735000000, "3IWHoN2K"),
        (1700000000, "Vfb45Bi9"),
        (1700009000, "Vf3/6R25"),
        (0, "paaoq6+0"),
        (1731395000, "zo6Qjequ"),
    ],
)
def test_the_time_is_stamped_as_the_editor_does(unix_seconds: int, prefix: str) -> None:
    assert checksum.prefix(unix_seconds) == prefix


@pytest.mark.parametrize(
    ("plain", "prefix"),
    [
        ("0000001a79ac", "paaotdCB"),
        ("79ac001a79ac", "3HFzbBm6"),
        ("6b43001a6b43", "zo6Qjequ"),
    ],
)
def test_six_bytes_are_obfuscated_as_recorded(plain: str, prefix: str) -> None:
    hidden = checksum.obfuscate(bytes.fromhex(plain))
    assert base64.b64encode(hidden).decode() == prefix


def test_a_stamp_is_prefix_machine_and_mac() -> None:
    stamped = checksum.stamp(IDS, 1735084800)
    assert stamped == f"3HFzbBm6{MACHINE}/{MAC}"
    assert len(stamped) == 137


def test_a_single_id_gives_the_short_form() -> None:
    assert len(checksum.stamp(MachineIds(MACHINE), 0)) == 72


def test_the_stamp_moves_on_every_thousand_seconds() -> None:
    assert checksum.prefix(1735084999.9) == checksum.prefix(1735084000)
    assert checksum.prefix(1735085000) != checksum.prefix(1735084999)


@pytest.mark.parametrize(
    "text",
    [
        f"3HFzbBm6{MACHINE}/{MAC}",
        f"paaotdCB{MACHINE}/{MAC}",
        f"Vf3_6R25{MACHINE.upper()}/{MAC}",
        f" {MACHINE}/{MAC} ",
    ],
)
def test_the_ids_are_read_whatever_the_time_in_front(text: str) -> None:
    assert checksum.parse(text) == IDS


def test_the_short_form_is_read() -> None:
    assert checksum.parse(f"3HFzbBm6{MACHINE}") == MachineIds(MACHINE)


@pytest.mark.parametrize(
    "text", ["", "x", MACHINE[:-1], f"{MACHINE}/", f"3HFzbBm6{MACHINE}//{MAC}"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadChecksum):
        checksum.parse(text)


def test_new_ids_are_never_the_same() -> None:
    one, two = checksum.new_ids(), checksum.new_ids()
    assert one.machine != two.machine != two.mac
    assert checksum.parse(checksum.stamp(one, 0)) == one
