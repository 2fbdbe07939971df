"""The report shows this domain by its quantities alone."""
