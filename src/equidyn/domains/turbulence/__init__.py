"""Super-resolution of turbulence in a periodic box."""
