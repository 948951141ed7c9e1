"""Pulling the Admin API into the tables: one module per stream, each idempotent."""
