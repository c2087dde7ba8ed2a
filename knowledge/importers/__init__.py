"""Procedures from what an office can really get; everything imported is a candidate until somebody has looked at it."""
