"""JSON documents in every spelling a writer may choose, with the place of every value in the bytes."""

import json
import random
from dataclasses import dataclass, field

from hypothesis import strategies as st

from headroom_cli.model import Path

NUMBERS = ("0", "-0", "7", "1.10", "1E5", "-2.50e-3", "12345678901234567890123", "5.000")
BLANKS = ("", "", " ", "  ", "\t", "\n  ", "\r\n")

characters = st.sampled_from(
    [*'ab1 "\\/\n\t\x00\x1f\x7f[]{},:<é\u07ff\u0800→😀', "\u2028", "\ud83d", "\udc00"]
)
texts = st.text(characters, max_size=8)


@dataclass(frozen=True)
class Number:
    """A number by its spelling."""

    spelling: str


leaves = st.one_of(texts, st.sampled_from(NUMBERS).map(Number), st.none(), st.booleans())
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(characters, max_size=2), inner, max_size=4)
    ),
    max_leaves=15,
)


@dataclass
class Spelled:
    """`data`, the value that parsers see in it, and the span of the value at each path."""

    data: bytearray = field(default_factory=bytearray)
    value: object = None
    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)


class Speller:
    """Writes values with chosen blanks, escapes and duplicate keys; the choices come from one seed."""

    def __init__(self, seed: int, *, one_line: bool = False) -> None:
        self.choose = random.Random(seed)
        self.blanks = [blank for blank in BLANKS if not (one_line and "\n" in blank)]
        self.out = Spelled()

    def spell(self, value: object) -> Spelled:
        self.out.value = self._write(value, ())
        return self.out

    def _put(self, text: str) -> None:
        self.out.data += text.encode("utf-8")

    def _gap(self) -> None:
        self._put(self.choose.choice(self.blanks))

    def _write(self, value: object, path: Path | None) -> object:
        start = len(self.out.data)
        seen: object = value
        if isinstance(value, str):
            self._put(spell_text(value, self.choose))
            seen = json.loads(json.dumps(value))
        elif isinstance(value, Number):
            self._put(value.spelling)
            seen = json.loads(value.spelling)
        elif isinstance(value, list):
            seen = self._write_list(value, path)
        elif isinstance(value, dict):
            seen = self._write_dict(value, path)
        else:
            self._put(json.dumps(value))
        if path is not None:
            self.out.spans[path] = (start, len(self.out.data))
        return seen

    def _write_list(self, value: list[object], path: Path | None) -> list[object]:
        self._put("[")
        self._gap()
        seen = []
        for index, item in enumerate(value):
            seen.append(self._write(item, None if path is None else (*path, index)))
            self._gap()
            if index < len(value) - 1:
                self._put(",")
                self._gap()
        self._put("]")
        return seen

    def _write_dict(self, value: dict[str, object], path: Path | None) -> dict[str, object]:
        self._put("{")
        self._gap()
        seen: dict[str, object] = {}
        items = list(value.items())
        for position, (key, item) in enumerate(items):
            if self.choose.random() < 0.15:
                self._write_member(key, {"a": [1], "": item}, None)
                self._put(",")
            name = json.loads(json.dumps(key))
            seen[name] = self._write_member(key, item, None if path is None else (*path, name))
            if position < len(items) - 1:
                self._put(",")
                self._gap()
        self._put("}")
        return seen

    def _write_member(self, key: str, item: object, path: Path | None) -> object:
        self._put(spell_text(key, self.choose))
        self._gap()
        self._put(":")
        self._gap()
        seen = self._write(item, path)
        self._gap()
        return seen


def spell_text(text: str, choose: random.Random) -> str:
    """A string literal, each character spelled in one of its ways."""
    return '"' + "".join(_spell_character(character, choose) for character in text) + '"'


def _spell_character(character: str, choose: random.Random) -> str:
    code = ord(character)
    if code > 0xFFFF:
        escaped = json.dumps(character)[1:-1]
        return choose.choice([character, escaped, "\\u" + escaped[2:6].upper() + "\\u" + escaped[8:].upper()])
    ways = [f"\\u{code:04x}", f"\\u{code:04X}"]
    if character in '"\\/\n\t':
        ways.append(json.dumps(character)[1:-1] if character != "/" else "\\/")
    if character not in '"\\' and code >= 0x20 and not 0xD800 <= code <= 0xDFFF:
        ways += [character] * 3
    return choose.choice(ways)


spelled = st.builds(lambda value, seed: Speller(seed).spell(value), values, st.integers(0, 2**32))
spelled_lines = st.builds(
    lambda value, seed: Speller(seed, one_line=True).spell(value), values, st.integers(0, 2**32)
)
