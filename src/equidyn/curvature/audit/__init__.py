"""Sharpness and Hessian maxima as the published code computes them; called audit/NAME in params.yaml."""
