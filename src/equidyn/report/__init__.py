"""The report: from the measures of all cells to a page, tables and figures. Reads cells, never datasets or weights."""
