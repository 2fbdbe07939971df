"""How symmetry shares parameters, in pictures; nothing is trained."""
