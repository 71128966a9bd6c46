"""The simulated market in the sources' own formats."""
