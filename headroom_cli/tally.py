"""What counts, and how much: the tokens of parts, messages and conversations.

Counted: texts, tool names, arguments as written, the preamble (system prompt and tool definitions of a
request body), 3 + the role's own tokens per message, 3 per call, 3 per conversation for the reply. Not
counted: ids, signatures, encrypted content, metadata. Opaque blocks have a flat cost (`Part.flat`).

All figures are raw tokens of the counter; `padded` turns a raw total into the figure a user sees.
"""

import math

from headroom_cli.contracts import Counter
from headroom_cli.model import Conversation, Kind, Message, Part

PER_MESSAGE = 3
PER_CALL = 3
PER_REPLY = 3


def count_part(part: Part, counter: Counter) -> int:
    """Raw tokens of one part, its tool name and call overhead included."""
    tokens = part.flat + (counter.count(part.text) if part.text else 0)
    if part.kind is Kind.CALL:
        tokens += PER_CALL + counter.count(part.tool)
    return tokens


def count_overhead(message: Message, counter: Counter) -> int:
    """Raw tokens a message costs besides its parts."""
    return PER_MESSAGE + counter.count(message.role) if message.opens else 0


def count_message(message: Message, counter: Counter) -> int:
    """Raw tokens of one message."""
    return count_overhead(message, counter) + sum(count_part(part, counter) for part in message.parts)


def count_preamble(conversation: Conversation, counter: Counter) -> int:
    """Raw tokens of the guarded parts outside the messages."""
    return sum(count_part(part, counter) for _, part in conversation.preamble)


def count_conversation(conversation: Conversation, counter: Counter) -> int:
    """Raw tokens of a whole conversation, the reply's priming included."""
    messages = sum(count_message(message, counter) for message in conversation.messages)
    return PER_REPLY + count_preamble(conversation, counter) + messages


def padded(raw: int, counter: Counter) -> int:
    """The figure a user sees: the raw total, padded once by the counter's factor, rounded up."""
    return raw if counter.factor == 1.0 else math.ceil(raw * counter.factor - 1e-9)


def raw_budget(budget: int, counter: Counter) -> int:
    """The largest raw total whose padded figure is within `budget`."""
    if counter.factor == 1.0:
        return budget
    raw = math.floor(budget / counter.factor) + 1
    while padded(raw, counter) > budget:
        raw -= 1
    return raw
