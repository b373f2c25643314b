"""How a message looks: one module per chat API.

A dialect turns one message value into its role and parts. It knows nothing of files: where messages stand
is the business of `formats`, and any dialect can stand in any container.
"""

from collections.abc import Mapping
from typing import Protocol

from headroom_cli.model import Part, Path


class Dialect(Protocol):
    """A module that knows how one API spells messages.

    `read_message` gives role and parts, each part's paths beginning with `at`; results do not know their
    call yet (`pairing.pair`). `read_preamble` gives the counted parts of a request body outside its
    messages. `placeholder` spells the message that stands for what was dropped.
    """

    NAME: str
    ROLES: frozenset[str]

    def read_message(self, value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]: ...

    def read_preamble(self, request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]: ...

    def placeholder(self, text: str) -> dict[str, object]: ...
