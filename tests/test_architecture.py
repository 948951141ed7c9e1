"""The house rules of docs/architecture.md, held by reading the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.environment import ROOT

FLOORS = ("config", "dashboard", "proxy", "tokens", "simulator")
MAY_IMPORT = {
    "config": {"dashboard", "proxy", "tokens"},
    "dashboard": {"proxy.models", "tokens"},
    "proxy": {"tokens"},
    "tokens": set(),
    "simulator": set(),
}
DJANGO_FREE = ("proxy/upstream", "dashboard/adminapi")
FORBIDDEN_NAMES = {"utils", "helpers", "services", "managers"}
WALL = 400  # lines


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(p for p in found if "migrations" not in p.parts)


PRODUCT = [p for p in sources(*FLOORS) if not p.stem.endswith("_pb2")]
EVERYTHING = [*PRODUCT, *sources("tests", "bench")]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[str]:
    """Each imported thing by its dotted name: `from a import b` gives `a.b`.

    A relative import keeps its dots: it cannot leave its own floor.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def within(module: str, packages: set[str]) -> bool:
    return any(module == p or module.startswith(f"{p}.") for p in packages)


def test_imports_run_downwards_only() -> None:
    wrong = []
    for path in PRODUCT:
        floor = path.relative_to(ROOT).parts[0]
        allowed = MAY_IMPORT[floor] | {floor}
        ours = [m for m in imports(parsed(path)) if within(m, set(FLOORS))]
        wrong += [f"{name(path)}: {m}" for m in ours if not within(m, allowed)]
    assert wrong == []


def test_the_clients_of_the_vendor_are_free_of_django() -> None:
    wrong = []
    for path in sources(*DJANGO_FREE):
        package = ".".join(path.relative_to(ROOT).parts[:2])
        for module in imports(parsed(path)):
            foreign = within(module, set(FLOORS)) and not within(module, {package})
            if foreign or within(module, {"django"}):
                wrong.append(f"{name(path)}: {module}")
    assert wrong == []


def test_imports_stand_at_the_top_of_the_file() -> None:
    assert [at for path in PRODUCT for at in hidden_imports(path)] == []


def hidden_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name == "ready" and path.name == "apps.py":
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                yield f"{name(path)}:{inner.lineno}"


def test_generated_code_is_used_by_the_codec_only() -> None:
    users = {p for p in EVERYTHING for m in imports(parsed(p)) if "_pb2" in m}
    wrong = [p for p in users if p.name != "codec.py" and "tests" not in p.parts]
    assert wrong == []


def test_files_are_short_and_named_after_their_story() -> None:
    lines = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in EVERYTHING}
    assert [name(p) for p, count in lines.items() if count > WALL] == []
    assert [name(p) for p in EVERYTHING if p.stem in FORBIDDEN_NAMES] == []


def test_the_rules_see_what_they_forbid() -> None:
    tree = ast.parse("from dashboard.models import Member\nimport django.db")
    assert list(imports(tree)) == ["dashboard.models.Member", "django.db"]
    assert not within("proxy.chat.open", MAY_IMPORT["dashboard"])
    assert within("proxy.models.GatewayRequest", MAY_IMPORT["dashboard"])
    assert len(PRODUCT) > 20
