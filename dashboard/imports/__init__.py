"""A usage export from the hand of a person to the tables: kept, read, confirmed."""
