"""Sharpness and Hessian spectra of any loss of any module."""
