"""The rows that drive the contract tests: one per format and one per compressor."""

from tests.table_compressors import COMPRESSOR_ROWS
from tests.table_formats import FORMAT_ROWS

__all__ = ["COMPRESSOR_ROWS", "FORMAT_ROWS"]
