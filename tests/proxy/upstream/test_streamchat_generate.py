from pathlib import Path

import pytest

from proxy.upstream.streamchat import generate


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate.generate(tmp_path_factory.mktemp("proto"))


def test_the_committed_module_is_what_the_proto_gives(fresh: Path) -> None:
    assert generate.drifted(fresh) == []


def test_an_edited_module_is_drift(fresh: Path, tmp_path: Path) -> None:
    for name in generate.OUTPUTS:
        (tmp_path / name).write_bytes((fresh / name).read_bytes() + b"\n")
    assert generate.drifted(tmp_path) == list(generate.OUTPUTS)
