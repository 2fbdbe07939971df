"""What the report says of digits alone."""

from equidyn.domains.digits.report import attention, audit_described, layers, reconstructions, traversals

SECTIONS = ("recognition", "reconstruction", reconstructions, "angles", attention, traversals, "motions", layers, ...)
AUDIT = (audit_described,)
