"""Smoke simulated with PhiFlow at controlled levels of symmetry breaking, and the published sets."""
