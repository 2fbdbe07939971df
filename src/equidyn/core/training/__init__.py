"""Tasks, the training loop, and checkpoints."""
