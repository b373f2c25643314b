"""The rows that drive the contract tests: one per format and one per compressor."""

from tests.table_code_data import CODE_DATA_ROWS
from tests.table_compressors import COMPRESSOR_ROWS as LINE_ROWS
from tests.table_formats import FORMAT_ROWS as CHAT_ROWS
from tests.table_formats_agents import AGENT_ROWS
from tests.table_formats_codex import ITEM_ROWS
from tests.table_formats_datasets import DATASET_ROWS
from tests.table_formats_gemini import GEMINI_ROWS
from tests.table_formats_runs import RUN_ROWS

COMPRESSOR_ROWS = LINE_ROWS + CODE_DATA_ROWS
FORMAT_ROWS = (
    *CHAT_ROWS,
    *AGENT_ROWS,
    *DATASET_ROWS,
    *ITEM_ROWS,
    *GEMINI_ROWS,
    *RUN_ROWS,
)

__all__ = ["COMPRESSOR_ROWS", "FORMAT_ROWS"]
