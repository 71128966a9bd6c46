"""The words of headline and brief: templates, and the SQL functions that fill them with the facts of a day."""
