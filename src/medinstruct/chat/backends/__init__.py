"""The backends: one module each, with a class `Backend`; the module's name is what stands before the colon."""
