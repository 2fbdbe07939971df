"""What the report says of sets alone."""

from equidyn.domains.sets.report import bayes

SECTIONS = ("accuracy", bayes, "invariance", "overfitting", ...)
