"""The families of checks: one module each, found by being here."""
