from tests.tokens.conftest import add_token, team, upstream

__all__ = ["add_token", "team", "upstream"]
