"""The command line. `main` is the only place where an error becomes an exit status.

0: good verdict. 1: bad verdict (over budget, would change, partly restored). 2: no verdict (usage,
unreadable input, a bug). 130: interrupted. 141: the reader of a pipe went away.
"""

import gc
import sys
from types import TracebackType

GOOD = 0
NO_VERDICT = 2
INTERRUPTED = 130
CLOSED_PIPE = 141


def main() -> None:
    """Run `headroom` with the arguments of the process, then exit."""
    # One command, one pass: nearly all that is made lives to the end, and looking for cycles in it over
    # and over makes time grow faster than the file.
    gc.disable()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; returns the exit status. Whatever goes wrong is said on stderr in one sentence."""
    with _Ending(arguments) as ending:
        from headroom_cli.cli import light, streams

        streams.prepare()
        answer = light.ANSWERS.get(tuple(arguments))
        if answer is not None:
            answer()
        else:
            from headroom_cli.cli.app import invoke

            ending.status = invoke(arguments)
        streams.flush()
    return ending.status


class _Ending:
    """Turns whatever ends a run into an exit status.

    A context manager, since it must see every exception (a panic of a library written in Rust is not an
    `Exception`) and none may leave as a traceback: its text could quote a transcript.
    """

    def __init__(self, arguments: list[str]) -> None:
        self.status = GOOD
        self._verbose = any(argument in ("-v", "--verbose") for argument in arguments)

    def __enter__(self) -> "_Ending":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            return False
        from headroom_cli.cli.endings import conclude

        self.status = conclude(error, self._verbose)
        return True
