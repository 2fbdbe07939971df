"""Networks as the project description has them, called audit/NAME."""
