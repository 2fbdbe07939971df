"""What the report says of digits alone."""

from equidyn.domains.digits.report import attention, layers, reconstructions, traversals

SECTIONS = ("recognition", "reconstruction", reconstructions, "angles", attention, traversals, "motions", layers, ...)
