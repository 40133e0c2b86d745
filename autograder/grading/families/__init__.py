"""Changes by which a right result becomes the one that came, each with its words; every exercise gets them for free."""
