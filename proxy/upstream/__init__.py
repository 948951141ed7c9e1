"""Upstream kinds: one package each, free of Django, with the transport passed in."""
