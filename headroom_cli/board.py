"""The window's books while a plan is made: what every part weighs, what has changed, what is gone.

The total is known at all times: every change updates it, nothing is counted twice.
"""

import re
from collections.abc import Sequence

from headroom_cli.contracts import Counter
from headroom_cli.marker import print_drop, sole_head
from headroom_cli.model import Change, Conversation, Guard, Kind, Message, Part, Policy, Voice
from headroom_cli.pairs import Bundle
from headroom_cli.rungs import REF_DIGITS, Crafts, Source
from headroom_cli.tally import PER_MESSAGE, PER_REPLY, count_overhead, count_part, count_preamble
from headroom_cli.window import Standing, is_human, is_ours

_WORD = re.compile(r"[^a-z]+")


class Board:
    """Running totals of one conversation, in raw tokens."""

    def __init__(
        self, conversation: Conversation, standings: Sequence[Standing], policy: Policy, crafts: Crafts
    ) -> None:
        self.messages = conversation.messages
        self.standings = standings
        self.crafts = crafts
        counter = crafts.counter
        self.sources = _find_sources(self.messages, standings, policy, counter)
        self._keys: dict[tuple[int, int], list[int]] = {}
        for key, source in enumerate(self.sources):
            self._keys.setdefault((source.message, source.part), []).append(key)
        self.parts = [[count_part(part, counter) for part in m.parts] for m in self.messages]
        self.overhead = [count_overhead(m, counter) for m in self.messages]
        self.before = [sum(parts) + own for parts, own in zip(self.parts, self.overhead, strict=True)]
        self.fixed = PER_REPLY + count_preamble(conversation, counter)
        self.total = self.fixed + sum(self.before)
        self.changes: dict[int, Change] = {}
        self.gone: dict[int, set[int]] = {}
        self.dropped: set[int] = set()
        self.ours = tuple(m.index for m in self.messages if is_ours(m))
        self._placeholder = 0
        self._taken: dict[int, int] = {}
        self._passed: set[int] = set()

    def weigh(self, message: int) -> int:
        """What a message weighs as things stand."""
        return sum(self.parts[message]) + self.overhead[message]

    def apply(self, key: int, change: Change | None) -> bool:
        """Take a change of source `key`, or take it back (None). False, and nothing done, if the part
        would weigh more than it does in the input."""
        source = self.sources[key]
        old = self.changes.pop(key, None)
        if change is not None:
            self.changes[key] = change
        tokens = self._weigh_part(source)
        part = self.messages[source.message].parts[source.part]
        if change is not None and tokens > count_part(part, self.crafts.counter):
            self.changes.pop(key)
            if old is not None:
                self.changes[key] = old
            return False
        if not self.is_gone(source):
            self.total += tokens - self.parts[source.message][source.part]
            self.parts[source.message][source.part] = tokens
        return True

    def is_gone(self, source: Source) -> bool:
        return source.message in self.dropped or source.part in self.gone.get(source.message, ())

    def freed(self, bundle: Bundle) -> int:
        """Tokens that dropping a bundle frees, the placeholder aside."""
        whole = sum(sum(self.parts[m]) for m in bundle.messages)
        if not bundle.thinking:
            whole += sum(self.overhead[m] for m in bundle.messages)
        return whole + sum(self.parts[m][part] for m, parts in bundle.cuts for part in parts)

    def drop(self, bundle: Bundle) -> None:
        """Take a bundle out. The placeholder's weight is charged as soon as anything is gone."""
        for index in bundle.messages:
            if bundle.thinking:
                self._pass_overhead(index)
            self._remove(index)
        for index, parts in bundle.cuts:
            self._take(index)
            for part in parts:
                self.total -= self.parts[index][part]
                self.parts[index][part] = 0
                self.gone.setdefault(index, set()).add(part)
            if len(self.gone[index]) == len(self.parts[index]):
                self._remove(index)
        self.charge_placeholder()

    def pick_up(self, bundle: Bundle, room: int) -> bool:
        """Take a dropped bundle back as it was, if it fits into `room` tokens and others stay gone."""
        members = {*bundle.messages, *(index for index, _ in bundle.cuts)}
        lost = self.dropped.union(self.gone).difference(self.ours)
        if bundle.thinking or members & self._passed or not lost - members:
            return False
        whole = {m: self._weigh_parts(m) for m in bundle.messages}
        blocks = {(m, part): self._weigh_parts(m)[part] for m, parts in bundle.cuts for part in parts}
        weight = sum(sum(parts) + self._taken[m] for m, parts in whole.items()) + sum(blocks.values())
        if weight > room or any(m in self.dropped for m, _ in bundle.cuts):
            return False
        for index in bundle.messages:
            self.parts[index], self.overhead[index] = whole[index], self._taken[index]
            self.dropped.discard(index)
        for index, parts in bundle.cuts:
            for part in parts:
                self.parts[index][part] = blocks[index, part]
            self.gone[index].difference_update(parts)
            if not self.gone[index]:
                del self.gone[index]
        self.total += weight
        self.charge_placeholder()
        return True

    def settle(self, room: int = 0) -> None:
        """Take all drops back if what they freed beyond the placeholder's weight fits into `room` tokens."""
        whole = {index: self._weigh_parts(index) for index in self._taken}
        weight = sum(sum(parts) + self._taken[index] for index, parts in whole.items())
        left = sum(self.weigh(index) for index in self._taken)
        if not self._taken or weight - left - self._placeholder > room:
            return
        for index, parts in whole.items():
            self.parts[index], self.overhead[index] = parts, self._taken[index]
        self.total += weight - left - self._placeholder
        self._placeholder = 0
        self._taken.clear()
        self.gone.clear()
        self.dropped.clear()

    def _take(self, index: int) -> None:
        """Remember a message's overhead before its first loss, so that it can be given back."""
        self._taken.setdefault(index, self.overhead[index])

    def _remove(self, index: int) -> None:
        self._take(index)
        self.total -= self.weigh(index)
        self.parts[index] = [0] * len(self.parts[index])
        self.overhead[index] = 0
        self.gone.pop(index, None)
        self.dropped.add(index)

    def charge_placeholder(self, text: str | None = None) -> None:
        """Charge the placeholder: the upper bound of its weight, or its exact text."""
        for index in self.ours:
            if index not in self.dropped:
                self._remove(index)
        counter = self.crafts.counter
        if text is None:
            bare = print_drop(self.counts(), "")
            tokens = counter.count(bare) + counter.count("; ref ") + REF_DIGITS
        else:
            tokens = counter.count(text)
        tokens += PER_MESSAGE + counter.count("user")
        self.total += tokens - self._placeholder
        self._placeholder = tokens

    @property
    def placeholder_tokens(self) -> int:
        return self._placeholder

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Dropped messages and lone blocks by kind, those of older placeholders merged in."""
        counts: dict[str, int] = {}
        for index in sorted(self.dropped):
            message = self.messages[index]
            if index in self.ours:
                head = sole_head(message.parts[0].text)
                merged = head.counts if head else ()
            else:
                merged = ((name_kind(message), 1),)
            for name, number in merged:
                counts[name] = counts.get(name, 0) + number
        for index, parts in self.gone.items():
            blocks = {self.messages[index].parts[p].block: self.messages[index].parts[p].kind for p in parts}
            for kind in blocks.values():
                name = kind.value if kind in (Kind.THINKING, Kind.RESULT) else "block"
                counts[name] = counts.get(name, 0) + 1
        return tuple(sorted(counts.items()))

    def _pass_overhead(self, index: int) -> None:
        """When the record that opens an API message goes alone, the next one opens it."""
        group = self.messages[index].group
        if not group or not self.overhead[index]:
            return
        for message in self.messages[index + 1 :]:
            if message.group == group and message.index not in self.dropped and not message.opens:
                self._take(index)
                self._take(message.index)
                self._passed.update((index, message.index))
                self.overhead[message.index], self.overhead[index] = self.overhead[index], 0
                return

    def _weigh_parts(self, index: int) -> list[int]:
        """What the parts of a message weigh under the changes taken so far, were none of them gone."""
        weights = []
        for position, part in enumerate(self.messages[index].parts):
            keys = self._keys.get((index, position))
            weights.append(
                self._weigh_part(self.sources[keys[0]]) if keys else count_part(part, self.crafts.counter)
            )
        return weights

    def _weigh_part(self, source: Source) -> int:
        """A part's weight under the changes taken so far."""
        part = self.messages[source.message].parts[source.part]
        counter = self.crafts.counter
        changes = [
            self.changes[key] for key in self._keys[source.message, source.part] if key in self.changes
        ]
        if not changes:
            return count_part(part, counter)
        if not part.leaves:
            return changes[0].tokens_after
        edits = {part.leaves[c.leaf].path: c.text for c in changes if c.leaf is not None}
        arguments = self.crafts.rewrite(part.text, edits)
        return count_part(part, counter) - counter.count(part.text) + counter.count(arguments)


def _find_sources(
    messages: Sequence[Message], standings: Sequence[Standing], policy: Policy, counter: Counter
) -> list[Source]:
    """Every text that may change, oldest first."""
    sources: list[Source] = []
    for message in messages:
        standing = standings[message.index]
        bound = standing.guard in (Guard.HARD, Guard.HUMAN) and not standing.mixed
        if bound or is_ours(message):
            continue
        for position, part in enumerate(message.parts):
            for leaf, text in _texts_of(part, message):
                if len(text) < policy.min_tokens:  # a token holds at least one character
                    continue
                tokens = sum(counter.line_costs(text)[1])
                if tokens >= policy.min_tokens:
                    voice = part.voice.value if part.kind is Kind.TEXT else ""
                    sources.append(
                        Source(message.index, position, leaf, text, tokens, part.tool, part.argument, voice)
                    )
    return sources


def _texts_of(part: Part, message: Message) -> list[tuple[int | None, str]]:
    """The texts of a part that compressors may see, with their leaf. Human text is not among them."""
    if part.kind is Kind.CALL or part.leaves:
        return [(index, leaf.text) for index, leaf in enumerate(part.leaves)]
    if part.kind is Kind.RESULT or (part.kind is Kind.TEXT and part.voice not in (Voice.HUMAN, Voice.OURS)):
        return [(None, part.text)]
    return []


def name_kind(message: Message) -> str:
    """The word a placeholder counts a message under."""
    if message.role != "user":
        kinds = {part.kind for part in message.parts}
        return "thinking" if kinds == {Kind.THINKING} else _WORD.sub("-", message.role.lower()) or "other"
    if is_human(message):
        return "human"
    if any(part.kind is Kind.RESULT or part.voice is Voice.RESULT for part in message.parts):
        return "result"
    return "harness"
