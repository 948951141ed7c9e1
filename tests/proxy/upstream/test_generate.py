from pathlib import Path

import pytest

from proxy.upstream import generate


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("proto")
    generate.generate(target)
    return target


def test_the_committed_modules_are_what_the_protos_give(fresh: Path) -> None:
    assert len(generate.protos()) == 3
    assert generate.drifted(fresh) == []


def test_an_edited_module_is_drift(fresh: Path, tmp_path: Path) -> None:
    for path in generate.outputs():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((fresh / path).read_bytes() + b"\n")
    assert generate.drifted(tmp_path) == generate.outputs()
