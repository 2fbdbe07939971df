"""Measures of networks on clouds."""
