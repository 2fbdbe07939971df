"""Data cards of clouds."""
