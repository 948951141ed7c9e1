"""What stands in static/vendor is what its README says, with a licence each."""

import hashlib
import re

from tests.environment import ROOT

VENDOR = ROOT / "static" / "vendor"
README = (VENDOR / "README.md").read_text(encoding="utf-8")
LISTED = dict(re.findall(r"^\| `([^`]+)` .*\| `([0-9a-f]{64})` \|$", README, re.M))


def test_every_file_is_listed_with_its_checksum() -> None:
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name not in ("LICENSE", "README.md")
    }
    assert found == LISTED


def test_every_part_has_its_licence() -> None:
    folders = [path for path in VENDOR.iterdir() if path.is_dir()]
    assert folders
    assert [f.name for f in folders if not (f / "LICENSE").is_file()] == []
