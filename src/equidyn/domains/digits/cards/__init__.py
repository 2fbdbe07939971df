"""Data cards: text, pictures and facts."""
