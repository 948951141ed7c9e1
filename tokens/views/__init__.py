"""The seed's token endpoints: JSON in `api.py`, the page in `page.py`."""
