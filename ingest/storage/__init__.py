"""Where bytes and rows are kept: archive, warehouse, lake."""
