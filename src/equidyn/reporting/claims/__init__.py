"""The claims ledger: each published claim, from one data file, against the measures, by rules that are fixed before."""
