"""The table of people: what is asked of it, its columns, its rows."""
