"""What CI leaves out: other people's clients and suites, pointed at a running gateway.

`make acceptance` runs `python -m tests.acceptance`, which writes docs/acceptance.md.
"""
