"""What each way of ending a run means: an exit status, and at most one sentence on stderr."""

import os
import sys
from pathlib import Path

from headroom_cli.cli import CLOSED_PIPE, INTERRUPTED, NO_VERDICT
from headroom_cli.errors import HeadroomError

_BUG = "this is a bug in headroom"


def conclude(error: BaseException, verbose: bool) -> int:
    """The exit status for `error`; says on stderr what the user can do about it."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else NO_VERDICT
    if isinstance(error, KeyboardInterrupt):
        _silence()
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        _silence()
        return CLOSED_PIPE
    status, sentence = _explain(error)
    if sentence:
        from headroom_cli.cli import streams

        trace = _trace(error) if verbose and _BUG in sentence else ""
        try:
            streams.complain(sentence, trace)
        except BrokenPipeError:
            _silence()
            return CLOSED_PIPE
        except OSError:
            _silence()
    return status


def _explain(error: BaseException) -> tuple[int, str]:
    if isinstance(error, HeadroomError):
        return error.exit_code, str(error)
    if isinstance(error, MemoryError):
        return NO_VERDICT, "out of memory: the input is too large for this machine"
    if isinstance(error, OSError):
        name = f" {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
        return NO_VERDICT, f"the system refused{name}: {error.strerror or error}"
    import typer

    if isinstance(error, typer.Exit):
        return error.exit_code, ""
    if isinstance(error, typer.TyperException):
        return NO_VERDICT, explain_usage(error)
    return NO_VERDICT, _explain_bug(error)


def explain_usage(error: Exception) -> str:
    """One sentence for a usage error of typer; an unknown flag is answered with the nearest valid one."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "headroom"
    wrong = getattr(error, "option_name", None)
    known = (
        [flag for parameter in context.command.get_params(context) for flag in parameter.opts]
        if context
        else []
    )
    flags = [flag for flag in known if flag.startswith("-")]
    if isinstance(wrong, str) and wrong not in flags and flags:
        from headroom_cli.cli.options import nearest

        return f"no such flag: {wrong}; the nearest is {nearest(wrong, flags)} (see {path} --help)"
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    sentence = " ".join(said.split()).rstrip(".")
    return f"{sentence[:1].lower()}{sentence[1:]} (see {path} --help)"


def _trace(error: BaseException) -> str:
    import traceback

    return "".join(traceback.format_exception(error))


def _explain_bug(error: BaseException) -> str:
    """The message of the exception is left out: it may quote the transcript."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    where = f" in {last.name} ({Path(last.filename).name}:{last.lineno})" if last else ""
    return f"{_BUG}: {type(error).__name__}{where}; -v shows the traceback"


def _silence() -> None:
    """Point stdout and stderr nowhere, so that the interpreter's last flush cannot fail aloud."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
