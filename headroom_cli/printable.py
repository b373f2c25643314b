"""Text from a transcript, made safe to show: nothing in it can steer a terminal.

Escaped are control characters (C0 but for newline and tab, DEL, C1), lone surrogates, the separators
U+2028 and U+2029, and the marks that reorder text (bidirectional embeddings, overrides and isolates),
which can make a line read as what it is not (Boucher and Anderson, "Trojan Source", 2021).
"""

import json
import re

_STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_BREAKS = str.maketrans({"\n": "\\n", "\t": "\\t"})


def escape(text: str) -> str:
    """The text with every steering character as a visible escape; newlines and tabs stay."""
    return _STEERING.sub(_spell, text)


def escape_line(text: str) -> str:
    """The same on one line: newlines and tabs are escaped too."""
    return escape(text).translate(_BREAKS)


def print_json(value: object) -> str:
    """A value as indented JSON with a final newline; steering characters stand in it as JSON escapes, other
    characters beyond ASCII as they are."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _spell(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
