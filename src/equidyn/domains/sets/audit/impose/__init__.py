"""Ways of imposing symmetry as the project description has them, called audit/NAME."""
