"""`make bench`: runs every measurement of this folder, one after another."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main() -> int:
    names = sorted(p.stem for p in FOLDER.glob("*.py") if not p.stem.startswith("_"))
    print(f"Measurements: {', '.join(names) or 'none yet'}.")
    codes = [measure(name) for name in names]
    return max(codes, default=0)


def measure(name: str) -> int:
    print(f"\n== {name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode


if __name__ == "__main__":
    sys.exit(main())
