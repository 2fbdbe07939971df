"""The report as pages of HTML: an index that answers, a page and an appendix per study, and one on the run itself."""
