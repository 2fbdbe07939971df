"""Networks on clouds."""
