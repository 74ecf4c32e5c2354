"""The release, which every plan carries."""

__version__ = "0.2.0"
