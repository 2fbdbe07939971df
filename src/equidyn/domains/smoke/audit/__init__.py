"""Published definitions and variants as they were coded, oddities included, kept apart: the core never imports them."""
