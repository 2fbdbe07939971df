#!/bin/sh
# Run by Snakemake (--sdm conda) in an environment made of environment.yml. That has all that equidyn needs, but not
# equidyn, which is on no index: it is put there as the checkout whose workflow runs, so that jobs run the code that
# planned them.
set -eu
if [ -z "${EQUIDYN_CHECKOUT:-}" ]; then
    echo "equidyn is not installed from a checkout (pip install --editable .), so no other environment can have it" >&2
    exit 1
fi
python -m pip install --quiet --no-deps --editable "$EQUIDYN_CHECKOUT"
