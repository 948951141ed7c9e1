"""Client of the vendor's Admin API: Django-free, transport and clock passed in."""
