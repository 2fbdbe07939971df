"""What the report says of sets alone."""

from equidyn.domains.sets.report import audit_described, bayes

SECTIONS = ("accuracy", bayes, "invariance", "overfitting", ...)
AUDIT = (audit_described,)
