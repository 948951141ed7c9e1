"""The files around the code agree with the code and with each other."""

import ast
import re
from pathlib import Path

import yaml
from honcho.environ import parse_procfile

from config.version import VERSION, newest
from tests.environment import ROOT, variables

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
# What the compose file decides itself, so that a person need not.
DECIDED_BY_COMPOSE = {"HOST", "PORT", "DATA_DIR", "DATABASE_URL", "REDIS_URL", "DEBUG"}
NOT_IN_COMPOSE = {"SIMULATOR_PORT"}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def read_by_settings(*functions: str) -> set[str]:
    """First arguments of the calls `env.function("NAME", …)` in settings.py; of all
    functions when none is named."""
    found = set()
    for node in ast.walk(ast.parse(text("config/settings.py"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "env":
            if functions and node.func.attr not in functions:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def test_env_example_lists_what_settings_read() -> None:
    assert len(variables()) == len(set(variables()))
    assert set(variables()) == read_by_settings()


def test_env_example_explains_each_variable_and_sets_none() -> None:
    lines = text(".env.example").splitlines()
    for before, line in zip(lines, lines[1:], strict=False):
        if re.match(r"# [A-Z_]+=", line):
            assert re.match(r"# .*[a-z].*[.,;]", before), line
    assert all(line.startswith("#") or not line for line in lines)


def test_the_version_is_the_same_everywhere() -> None:
    assert newest(text("CHANGELOG.md")) == VERSION
    assert f'version = "{VERSION}"' in text("pyproject.toml")


def test_compose_starts_the_same_roles_as_the_procfile() -> None:
    roles = parse_procfile(text("Procfile")).processes
    services = COMPOSE["services"]
    assert set(services) - set(roles) == {"postgres", "redis", "migrate"}
    for role, command in roles.items():
        assert services[role]["command"].startswith(command)
    assert services["simulator"]["profiles"] == ["demo"]


def test_compose_holds_no_secret() -> None:
    common = COMPOSE["x-app"]["environment"]
    for name in secrets():
        assert common[name] is None, "its value comes from the environment"
    assert ":${POSTGRES_PASSWORD:?" in common["DATABASE_URL"]


def test_compose_hands_every_variable_to_the_roles() -> None:
    given = set(COMPOSE["x-app"]["environment"]) - DECIDED_BY_COMPOSE
    from_files = {f"{name}_FILE" for name in secrets()}
    assert given == set(variables()) - DECIDED_BY_COMPOSE - NOT_IN_COMPOSE | from_files


def secrets() -> set[str]:
    return read_by_settings("secret", "long_secret") - DECIDED_BY_COMPOSE


def test_the_secrets_that_compose_shows_as_an_example_work() -> None:
    shown = re.sub(
        r"^( *)# (secrets:|  )", r"\1\2", text("docker-compose.yml"), flags=re.M
    )
    compose = yaml.safe_load(shown)
    assert set(compose["x-app"]["secrets"]) == set(compose["secrets"]) == {"auth_token"}
    assert "secrets" not in COMPOSE


def test_every_part_has_its_reason() -> None:
    reasons = text("docs/dependencies.md").lower()
    for part in parts("base") | parts("dev"):
        assert f"`{part}`" in reasons, f"docs/dependencies.md does not name {part}"


def test_every_part_is_pinned_with_its_hash() -> None:
    for name in ("base", "dev"):
        pinned = text(f"requirements/{name}.txt")
        for part in parts(name):
            assert re.search(rf"^{re.escape(part)}(\[.*\])?==.* \\$", pinned, re.M), (
                part
            )
        assert pinned.count("==") <= pinned.count("--hash=sha256:")


def parts(name: str) -> set[str]:
    lines = text(f"requirements/{name}.in").splitlines()
    named = (line for line in lines if line and not line.startswith(("#", "-")))
    return {re.split(r"[\[<>=~! ;]", line)[0].lower() for line in named}


def test_the_image_leaves_out_what_is_private() -> None:
    left_out = set(text(".dockerignore").split())
    assert {".env", ".token", ".token-list", "var", ".git", ".venv"} <= left_out


def test_programs_are_executable() -> None:
    programs = [ROOT / ".ci/run", *(p for p in (ROOT / "bin").iterdir() if p.is_file())]
    assert [p.name for p in programs if not executable(p)] == []


def executable(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o111)
