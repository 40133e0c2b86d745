"""A probabilistic grammar that writes every training document, in English and Japanese; all text is our own."""
