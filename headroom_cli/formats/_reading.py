"""Reading and writing a file through the roster of formats."""

import difflib
from collections.abc import Sequence
from dataclasses import replace

from headroom_cli import spans
from headroom_cli.contracts import Format, Outline
from headroom_cli.dialects import arguments
from headroom_cli.errors import InputError, UsageError
from headroom_cli.formats import (
    FORMATS,
    ROSTER,
    TEXT_STARTS,
    _chunks,
    _envelopes,
    _foreign,
    _outline,
    _splice,
)
from headroom_cli.model import Patch, Path, Plan, Transcript

_QUOTED = 80
_CERTAIN = 0.75
_OPENING = 200  # bytes in which a file that is no JSON shows what it is


def read_transcript(data: bytes, *, format_name: str | None = None, keep_invalid: bool = False) -> Transcript:
    """The transcript that a file's bytes hold, in the format named or else in the one that claims it.

    Raises UsageError for an unknown name, InputError for bytes that cannot be read or that no format, or
    more than one, claims. `keep_invalid` carries stretches that are not JSON.
    """
    if format_name is not None and format_name not in FORMATS:
        raise UsageError(_unknown(format_name))
    inner = _envelopes.unwrap(data)
    body = data if inner is None else inner
    named = _find_text_format(body)
    if named and format_name in (None, named):
        transcript = FORMATS[named].read(body, (), ())
        return transcript if inner is None else replace(transcript, data=data, inner=inner)
    chunks, values = _chunks.split(body, keep_invalid)
    outline = _outline.draw_outline(chunks, values)
    module = _choose(outline) if format_name is None else FORMATS[format_name]
    if format_name is not None:
        _refuse_other(module, outline)
    transcript = module.read(body, chunks, values)
    if not any(conversation.messages for conversation in transcript.conversations):
        raise InputError(f"this is not {module.NAME} ({module.RULE}): it begins with {_quote(outline)}")
    return transcript if inner is None else replace(transcript, data=data, inner=inner)


def write_transcript(transcript: Transcript, plans: Sequence[Plan]) -> tuple[bytes, Patch]:
    """The bytes of a transcript after its plans, and how to get the input back from them.

    Plans that change nothing give the input's bytes. A file in an envelope is replaced as a whole.
    """
    edits = FORMATS[transcript.format].edits(transcript, plans)
    output, patch = _splice.splice(transcript.body, transcript.chunks, edits)
    if transcript.inner is None:
        return output, patch
    if not patch.splices:
        return transcript.data, patch
    output = _envelopes.wrap(transcript.data, output)
    return output, Patch(((0, len(output), transcript.data),))


def raw_messages(transcript: Transcript, conversation: int, messages: Sequence[int]) -> bytes:
    """The bytes of some messages (positions in a conversation) as they stand in the file, in order.

    Each ends with a newline; for a session log a message is its whole record.
    """
    found = [transcript.conversations[conversation].messages[index] for index in messages]
    wanted: dict[int, set[Path]] = {}
    for message in found:
        wanted.setdefault(message.chunk, set()).add(message.path)
    where: dict[int, dict[Path, tuple[int, int]]] = {}
    for at, paths in wanted.items():
        chunk = transcript.chunks[at]
        if paths == {()}:
            where[at] = {(): (chunk.start, chunk.end)}
        else:
            where[at] = spans.find_spans(transcript.body, chunk.start, chunk.end, paths)
    stretches = (where[message.chunk][message.path] for message in found)
    return b"".join(transcript.body[start:end] + b"\n" for start, end in stretches)


def _find_text_format(data: bytes) -> str:
    """The format of a file that is no JSON and begins like one we know; "" for all others."""
    start = data[:_OPENING].removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((name for words, name in TEXT_STARTS.items() if start.startswith(words)), "")


def _choose(outline: Outline) -> Format:
    """The format that is surest of a file."""
    claims = [(FORMATS[name].sniff(outline), name) for name in _find_candidates(outline)]
    best = max((sure for sure, _ in claims), default=0.0)
    names = [name for sure, name in claims if sure == best]
    if best <= 0.0:
        raise InputError(
            f"no format claims this file: it looks like {_foreign.describe(outline)}; "
            f"headroom reads {', '.join(FORMATS)} (see `headroom formats`)"
        )
    if len(names) > 1:
        raise InputError(f"this file may be {' or '.join(names)}: name one with --format")
    return FORMATS[names[0]]


def _find_candidates(outline: Outline) -> list[str]:
    """The formats worth asking: those with a sign among the keys of the root, of the objects directly in it,
    or of the sampled records."""
    keys = set(outline.keys)
    named = outline.root.values() if isinstance(outline.root, dict) else ()
    for record in (*outline.records, *named):
        if isinstance(record, dict):
            keys.update(record)
    return [name for name, (_, _, signs) in ROSTER.items() if not signs.isdisjoint(keys)]


def _refuse_other(module: Format, outline: Outline) -> None:
    """Raise InputError for a format the user named although the file is certainly in another.

    A named format may be less regular than sniffing asks for, so its own doubt alone is no reason.
    """
    if module.sniff(outline) > 0.0:
        return
    surely = [name for name in _find_candidates(outline) if FORMATS[name].sniff(outline) >= _CERTAIN]
    if surely:
        raise InputError(f"this is not {module.NAME} but {surely[0]}: it begins with {_quote(outline)}")


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, FORMATS, n=1, cutoff=0.5)
    hint = f"; the nearest is {near[0]}" if near else ""
    return f"there is no format {name!r}{hint}; valid names are {', '.join(FORMATS)}"


def _quote(outline: Outline) -> str:
    """The start of the first record, printable and short."""
    text = arguments.compact(outline.records[0] if outline.records else outline.root)
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= _QUOTED else text[: _QUOTED - 3] + "..."
