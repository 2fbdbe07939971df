"""Where the clouds come from."""
