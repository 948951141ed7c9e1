"""What is said about a request names its path, and somebody may have pasted a secret
there: a log keeps no long word of it."""

import logging
import re

# Of what tokens, keys and cookies are made, also with their colons encoded.
_LONG = re.compile(r"[\w.%+=:~-]{20,}")
_END = 4


def masked(text: str) -> str:
    return _LONG.sub(lambda word: f"…{word[0][-_END:]}", text)


class Masked(logging.Filter):
    """For a handler: lines of Django, whose arguments are what callers sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.") and isinstance(record.args, tuple):
            record.args = tuple(
                arg if isinstance(arg, int | float) else masked(str(arg))
                for arg in record.args
            )
        return True
