"""The task rollout: what is predicted, and how variants are trained on it."""
