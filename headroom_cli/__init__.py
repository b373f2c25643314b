"""headroom: compact chat transcripts to a token budget, restorable byte for byte."""

__version__ = "0.1.0"
