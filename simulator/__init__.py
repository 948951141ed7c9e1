"""A local stand-in for the vendor's Admin API and chat upstream.

It shares no code with the rest of the project, on purpose: what it serves and
what its oracle counts must not repeat our own misreadings.
"""
