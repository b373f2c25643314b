"""The rows that drive the contract tests: one per format and one per compressor."""

from tests.table_code_data import CODE_DATA_ROWS
from tests.table_compressors import COMPRESSOR_ROWS as LINE_ROWS
from tests.table_formats import FORMAT_ROWS

COMPRESSOR_ROWS = LINE_ROWS + CODE_DATA_ROWS

__all__ = ["COMPRESSOR_ROWS", "FORMAT_ROWS"]
