"""Helpers that turn published text, XML and spreadsheets into typed values."""
