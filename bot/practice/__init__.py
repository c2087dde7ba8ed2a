"""The classes that practise: storage behind :mod:`handlers.pupils`, and what teachers see."""
