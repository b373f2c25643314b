"""The nouns: what a transcript is made of, and what can be decided about it.

Everything here is frozen. A `Transcript` is read once by a format; a `Plan` says what happens to each
message of one conversation; nothing is decided after the plan.

Addresses: a *chunk* is one JSON value of the file (the whole document, or one line of JSONL); a *path*
leads from a chunk, or from a message's own value, to a value inside: a tuple of keys and positions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

Path = tuple[str | int, ...]


class Kind(StrEnum):
    """What a part is. Opaque parts (images, signatures, unknown blocks) have no text to compress."""

    TEXT = "text"
    CALL = "call"
    RESULT = "result"
    THINKING = "thinking"
    OPAQUE = "opaque"


class Voice(StrEnum):
    """Who speaks in a part of role `user`. Only HUMAN is a person; NONE: not of role user."""

    NONE = ""
    HUMAN = "human"
    RESULT = "result"
    HARNESS = "harness"
    OURS = "ours"


class Rung(StrEnum):
    """How far a text was compacted, lightest first."""

    KEEP = "keep"
    FOLD = "fold"
    TRIM = "trim"
    STUB = "stub"
    DROP = "drop"


class Guard(StrEnum):
    """How strongly a message is protected. HUMAN: never edited, dropped last of all."""

    FREE = "free"
    SOFT = "soft"
    HUMAN = "human"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One string value inside a call's arguments, or inside a result that is JSON text.

    `path` starts at the arguments' own JSON value; () stands for the whole of a free text, which is no JSON.
    """

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Twin:
    """Another string literal of the file that holds a copy of a part's text, or of its leaf `leaf`.

    It stands at `path` of chunk `chunk`; with `inner` set, inside the JSON text that this literal holds.
    Twins count nothing. When the text changes, a twin that equals or contains it gets the same edit, any
    other becomes a stub (`twins.rewrite`).
    """

    chunk: int
    path: Path
    text: str
    inner: Path | None = None
    leaf: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One text (or one opaque block) of a message.

    `at` leads from the message's value to the string literal that holds `text` (for a CALL: to its
    arguments). `block` leads to the array element that goes when this part goes alone; None means the
    part only goes with its message. `text` is the decoded text; for a CALL it is the arguments as
    written, as JSON text (an `encoded` one stands in the file as a JSON string that holds JSON, any other
    as an object, compacted here). `leaves` are the call's string values that may be edited; empty if the
    arguments do not parse. A result with leaves is edited inside them only, so that it stays JSON.
    `flat` is a fixed cost in tokens (images, documents).
    `argument` is the call's main argument (path, command, query), on the call and on its results.
    """

    kind: Kind
    text: str = ""
    at: Path = ()
    voice: Voice = Voice.NONE
    block: Path | None = None
    tool: str = ""
    call_id: str = ""
    argument: str = ""
    encoded: bool = False
    leaves: tuple[Leaf, ...] = ()
    flat: int = 0
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message (for a session log: one record).

    `path` leads from chunk `chunk` to the message's value (`()` when the chunk is the message).
    `group` is shared by neighbouring records that are one API message; "" means the record stands alone.
    `line` is the 1-based line of the input on which the message starts, 0 if unknown.
    `opens` is False on the second and later records of a group: they carry no per-message overhead.
    `mirrors` are places (chunk, path) of records or elements that repeat the message and go with it when it
    is dropped.
    """

    index: int
    role: str
    parts: tuple[Part, ...]
    chunk: int = 0
    path: Path = ()
    group: str = ""
    opens: bool = True
    line: int = 0
    mirrors: tuple[tuple[int, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages that are sent together and share one budget.

    `preamble`: guarded parts outside the messages that count all the same (system prompt and tool
    definitions of a request body), each with the role it is counted under.
    `training`: a row of a training set, whose last assistant turn is the target and must not change.
    """

    messages: tuple[Message, ...]
    preamble: tuple[tuple[str, Part], ...] = ()
    training: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """One JSON value of the file: bytes `start:end` of the data, on 1-based line `line`.

    `valid` is False for a stretch that is not JSON and is carried through (--keep-invalid).
    """

    start: int
    end: int
    line: int
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Transcript:
    """A file as read: its bytes, where its JSON values stand, and its conversations.

    `carried` counts records that are no messages and pass through untouched; `invalid` counts stretches
    that are not JSON. `extra` is whatever the format wants back when it writes. `inner` is what an envelope
    (gzip, zstd, an archive) holds, None where there is none; chunks are stretches of `body`.
    """

    format: str
    data: bytes
    chunks: tuple[Chunk, ...]
    conversations: tuple[Conversation, ...]
    carried: int = 0
    invalid: int = 0
    extra: object = None
    inner: bytes | None = None

    @property
    def body(self) -> bytes:
        """The bytes that hold the JSON values: those of the file, or those inside its envelope."""
        return self.data if self.inner is None else self.inner

    def messages(self) -> Iterator[Message]:
        for conversation in self.conversations:
            yield from conversation.messages


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the bytes. Nothing else is ever re-encoded.

    - `text` set: the JSON string literal at `path` of chunk `chunk` becomes this text; with `inner` set,
      the literal holds JSON text itself and only the literal at `inner` inside it changes.
    - `link` set: the value at `path` (a string or null) becomes this id, or null for ""; a whole number
      there becomes this number (steps that are counted from one).
    - `raw` set: this JSON value is inserted as a new element before the element at `path`, or as a new
      record before the chunk if `path` is ().
    - none set: the element at `path`, or the whole record if `path` is (), is removed.
    """

    chunk: int
    path: Path
    text: str | None = None
    inner: Path | None = None
    link: str | None = None
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """How to get the input back from the output: one splice per edit, ascending.

    Each is (offset in the output, length in the output, bytes of the input that stood there).
    """

    splices: tuple[tuple[int, int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One text of a message, rewritten. `leaf` is a position in the part's leaves, None for its text.

    `kept` of `total` units (`noun`: lines, values, ...) stay. `ref` is the first 12 hex digits of the
    SHA-256 of the original text (the store's key), also when no reference is printed.
    Tokens are those of this text alone, marks included.
    """

    part: int
    leaf: int | None
    rung: Rung
    original: str
    text: str
    ref: str
    compressor: str
    tokens_before: int
    tokens_after: int
    kept: int = 0
    total: int = 0
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one message, and why.

    `cut` lists the parts that go, by position; a message whose rung is DROP goes whole.
    `guard` is the guard the window gave it, `step` its step (0: none).
    Tokens are the message's own, overhead included.
    """

    message: int
    rung: Rung
    reason: str
    tokens_before: int
    tokens_after: int
    guard: Guard = Guard.FREE
    step: int = 0
    changes: tuple[Change, ...] = ()
    cut: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The one message that stands for all that was dropped, before message `before`.

    `replaces`: an older placeholder of the input (a message index) whose counts are merged in here.
    """

    before: int
    text: str
    ref: str
    tokens: int
    counts: tuple[tuple[str, int], ...]
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to one conversation. `budget` is in tokens, None when none was asked for.

    `met`: the result is within the budget. `slack` says in words why room was left unused, if any was.
    """

    conversation: int
    decisions: tuple[Decision, ...]
    budget: int | None
    tokens_before: int
    tokens_after: int
    met: bool
    placeholder: Placeholder | None = None
    slack: str = ""

    @property
    def changed(self) -> bool:
        return self.placeholder is not None or any(d.changes or d.cut for d in self.decisions)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user asked for. The names are those of the flags; the defaults are the tool's."""

    max_context_tokens: int | None = None
    max_context_share: float | None = None  # a share of the conversation's own tokens, instead of a number
    min_compression_ratio_for_ccr: float = 1.25
    min_tokens: int = 100
    keep_last: int = 4
    pins: tuple[str, ...] = ()
    no_drop: bool = False
    level: Rung = Rung.DROP
    strategy: str = "oldest"
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    refs: bool = True  # marks name a reference into the store


@dataclass(frozen=True, slots=True)
class Event:
    """One attempted compression, for telemetry. No content."""

    source: str  # the compressor or fold
    tool: str
    tokens_before: int
    tokens_after: int
    accepted: bool
    seconds: float = field(default=0.0, compare=False)

    @property
    def ratio(self) -> float:
        return self.tokens_after / self.tokens_before if self.tokens_before else 1.0
