"""How the two embedded models are made: grammar, tokenizers, training, evaluation. Not part of the wheel."""
