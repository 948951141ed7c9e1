"""The page of the vendor's audit log: what is asked of it, the events that answer, and
how they are told."""
