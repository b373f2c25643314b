"""Items of the Responses API, turned into a conversation: those of one response stand or fall together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headroom_cli.dialects import responses
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Conversation, Message, Part, Path


@dataclass(frozen=True, slots=True)
class Item:
    """An item and where it stands: `path` leads from chunk `chunk` to what goes when the item goes, `at`
    from there to the item."""

    value: Mapping[str, object]
    chunk: int
    path: Path = ()
    at: Path = ()
    line: int = 0


def build(
    items: Iterable[Item], preamble: tuple[tuple[str, Part], ...] = (), opening: Message | None = None
) -> Conversation:
    """A conversation of items, after `opening` if there is one."""
    return finish(read_items(items, opening), preamble)


def read_items(items: Iterable[Item], opening: Message | None = None) -> list[Message]:
    """The messages of items. Neighbouring items of the assistant are one response, hence one group."""
    messages = [opening] if opening is not None else []
    group = ""
    for index, item in enumerate(items, len(messages)):
        role, parts = responses.read_message(item.value, item.at)
        group = (group or f"response {index}") if role == "assistant" else ""
        messages.append(
            Message(
                index,
                role,
                parts,
                item.chunk,
                item.path,
                group=group,
                opens=responses.opens(item.value),
                line=item.line,
            )
        )
    return messages
