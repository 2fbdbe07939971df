"""Networks on sets, and ways of imposing symmetry on them, as the project description has them."""
