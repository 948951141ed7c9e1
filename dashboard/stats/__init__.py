"""Numbers from the tables. Pages, charts and `usage_report` all ask here, so they
cannot disagree. Nothing in here reads an event but the withdrawn ones on request."""
