"""What the report says of smoke alone."""

from equidyn.domains.smoke.report import (
    audit_lie,
    audit_regulariser,
    audit_sharpness,
    audit_sign,
    regulariser,
    reproduction,
    rollouts,
)

SECTIONS = (reproduction, "error", ..., regulariser, rollouts)
AUDIT = (audit_sharpness, audit_regulariser, audit_lie, audit_sign)
