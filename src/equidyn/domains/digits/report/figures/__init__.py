"""Figures that only this domain has."""
