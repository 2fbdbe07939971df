"""Finished cells on the Hugging Face Hub: pushed by their maker, pulled instead of being computed again."""
