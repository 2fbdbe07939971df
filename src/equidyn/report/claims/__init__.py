"""The claims ledger: each claim, from one data file, against the measures, by rules that are fixed before."""
