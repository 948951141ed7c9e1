"""What the kinds of the editor's vendor have in common: calls, options, errors."""
