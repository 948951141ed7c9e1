"""A made-up year for `manage.py demo_data`: written straight into the tables, with no
API and no simulator, to look at pages and to measure them."""
