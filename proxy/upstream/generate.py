"""Generate the protobuf modules from the .proto files, or check them for drift.

`python -m proxy.upstream.generate [--check]`; needs grpcio-tools. With `--check`
nothing is written, and drift ends with status 1 and a sentence.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def protos() -> list[Path]:
    return sorted(HERE.glob("*/*.proto"))


def outputs() -> list[Path]:
    """The generated files' places below the project's root."""
    return [
        proto.relative_to(ROOT).with_name(proto.stem + ending)
        for proto in protos()
        for ending in ("_pb2.py", "_pb2.pyi")
    ]


def generate(target: Path) -> None:
    """Write the outputs below `target`."""
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={ROOT}"]
    command += [f"--python_out={target}", f"--pyi_out={target}", *map(str, protos())]
    subprocess.run(command, check=True)


def drifted(fresh: Path) -> list[Path]:
    """The outputs that differ from what the .proto files give now."""
    return [path for path in outputs() if _read(ROOT / path) != _read(fresh / path)]


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        stale = drifted(fresh)
        if check and stale:
            names = ", ".join(str(path) for path in stale)
            print(f"{names} differ from their .proto: run `make proto`.")
            return 1
        if not check:
            for path in stale:
                shutil.copyfile(fresh / path, ROOT / path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
