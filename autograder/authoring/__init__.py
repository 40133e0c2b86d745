"""Beginning a new exercise or unit: templates that the build takes, and of which the audit says what is still to do."""
