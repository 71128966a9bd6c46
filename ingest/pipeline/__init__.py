"""From a plan to landed rows: fetch, archive, parse, load, record the outcome."""
