"""Pictures of results: matplotlib without pyplot, so that nothing global is left open; one kind of chart per file."""
