"""What the report says of turbulence alone."""

from equidyn.domains.turbulence.report import beside, slices, spectra_of_flow

SECTIONS = ("super_resolution", beside, spectra_of_flow, slices, ...)
