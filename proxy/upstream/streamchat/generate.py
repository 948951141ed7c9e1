"""Generate the protobuf module from the .proto, or check that it is up to date.

`python -m proxy.upstream.streamchat.generate [--check]`; needs grpcio-tools. With
`--check` nothing is written, and drift ends with status 1 and a sentence.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PROTO = HERE / "streamchat.proto"
OUTPUTS = ("streamchat_pb2.py", "streamchat_pb2.pyi")


def generate(target: Path) -> Path:
    """Write the outputs below `target`; return the folder that holds them."""
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={ROOT}"]
    command += [f"--python_out={target}", f"--pyi_out={target}", str(PROTO)]
    subprocess.run(command, check=True)
    return target / HERE.relative_to(ROOT)


def drifted(fresh: Path) -> list[str]:
    """Names of outputs that differ from what the .proto gives now."""
    return [name for name in OUTPUTS if _read(HERE / name) != _read(fresh / name)]


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = generate(Path(folder))
        stale = drifted(fresh)
        if check and stale:
            print(f"{', '.join(stale)} differ from {PROTO.name}: run `make proto`.")
            return 1
        if not check:
            for name in stale:
                shutil.copyfile(fresh / name, HERE / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
