"""The program `macrotape`."""
