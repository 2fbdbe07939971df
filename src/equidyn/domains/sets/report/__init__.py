"""Sections of the report that only this domain has."""
