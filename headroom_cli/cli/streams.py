"""The edges of the process: stdin, stdout, stderr, files and colour.

Products are bytes and go through untouched; everything else is UTF-8 whatever the locale says.
"""

import os
import stat
import sys
from pathlib import Path
from typing import Any, TextIO

from headroom_cli.errors import HeadroomError, InputError, UsageError

STDIN = "-"
STDOUT = "-"
COLOURS = ("auto", "always", "never")


def prepare() -> None:
    """Make the three standard streams UTF-8; what cannot be encoded is written as an escape.

    A stream that the caller closed is held by the null device, so that no file that is opened later
    gets its number and receives what was meant for the stream.
    """
    while True:
        number = os.open(os.devnull, os.O_RDWR)
        if number > 2:
            os.close(number)
            break
    for stream in (sys.stdout, sys.stderr):
        # A stand-in for the stream (a test, a notebook) need not be one that can be set up.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def flush() -> None:
    """Write out what stdout still holds, while a failure can still be told."""
    if sys.stdout is not None:
        sys.stdout.flush()


def is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def wants_colour(stream: TextIO | None, choice: str) -> bool:
    """Whether escapes for colour may go to this stream; None stands for a file.

    `choice` (auto, always, never) comes first, then NO_COLOR (no-color.org), FORCE_COLOR (`0` and
    `false` say no), TERM=dumb, and last whether the stream is a terminal.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR", "")
    if forced:
        return forced.lower() not in ("0", "false", "no")
    return os.environ.get("TERM") != "dumb" and is_terminal(stream)


def read_input(file: str | None) -> bytes:
    """The bytes of a file, or of stdin for `-` and for no name at all.

    Raises `UsageError` if stdin is a terminal, `InputError` if the file cannot be read.
    """
    if file is None or file == STDIN:
        if sys.stdin is None:
            raise UsageError("stdin is closed; name a file")
        if is_terminal(sys.stdin):
            raise UsageError("stdin is a terminal; name a file, or pipe a transcript into headroom")
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror or error}") from error


def name_input(file: str | None) -> str:
    """How reports and sentences call the input."""
    return "stdin" if file is None or file == STDIN else file


def name_target(file: str | None) -> str | None:
    """The file to write, None for stdout: `-` stands for it."""
    return None if file == STDOUT else file


def refuse_input(target: str | None, source: str | None, flag: str) -> None:
    """Raise `UsageError` if `target` is the input itself, through whatever link, or a folder."""
    if target is None:
        return
    try:
        there = Path(target).stat()
    except OSError:
        return
    if stat.S_ISDIR(there.st_mode):
        raise UsageError(f"{flag} {target} is a folder; name a file")
    if not stat.S_ISREG(there.st_mode):
        return
    try:
        here = os.fstat(0) if source is None or source == STDIN else Path(source).stat()
    except OSError:
        return
    if os.path.samestat(here, there):
        raise UsageError(f"{flag} {target} is the input itself; name another file")


def is_same(one: str, other: str) -> bool:
    """Whether two names lead to one file, there already or not yet."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    try:
        there = Path(one).stat()
        return stat.S_ISREG(there.st_mode) and os.path.samestat(there, Path(other).stat())
    except OSError:
        return False


def write_product(data: bytes, target: str | None) -> None:
    """Bytes of a transcript to stdout, or to a file that holds either all of them or what it held before.

    On a terminal, what could steer it is shown as escapes; a pipe and a file get the bytes as they are.
    """
    if (target is None or target == STDOUT) and is_terminal(sys.stdout):
        from headroom_cli.printable import escape

        data = escape(data.decode("utf-8", "backslashreplace")).encode("utf-8")
    _write(data, target)


def _write(data: bytes, target: str | None) -> None:
    if target is None or target == STDOUT:
        if sys.stdout is None:
            raise HeadroomError("stdout is closed; name a file with -o")
        try:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise HeadroomError(f"cannot write to stdout: {error.strerror or error}") from error
    else:
        try:
            _write_file(target, data)
        except OSError as error:
            raise HeadroomError(f"cannot write {target}: {error.strerror or error}") from error


def write_text(text: str, target: str | None = None) -> None:
    """Text as UTF-8 to stdout or, atomically, to a file."""
    _write(text.encode("utf-8", "backslashreplace"), target)


def append(data: bytes, target: str) -> None:
    """Add bytes to the end of a file, in one write."""
    try:
        with Path(target).open("ab") as file:
            file.write(data)
    except OSError as error:
        raise HeadroomError(f"cannot write {target}: {error.strerror or error}") from error


def complain(sentence: str, trace: str = "") -> None:
    """One error on stderr, and the trace of a bug under it. Never silenced."""
    _say(sentence, trace)


class Remarks:
    """What is said on stderr besides errors: `note` unless -q, `detail` only with -v."""

    def __init__(self, quiet: bool = False, verbose: bool = False) -> None:
        if quiet and verbose:
            raise UsageError("-q and -v contradict each other; give one of them")
        self._quiet = quiet
        self._verbose = verbose

    def note(self, sentence: str) -> None:
        if not self._quiet:
            _say(sentence)

    def detail(self, sentence: str) -> None:
        if self._verbose:
            _say(sentence)


def _say(sentence: str, trace: str = "") -> None:
    """One line, whatever names stand in the sentence; a trace has lines of its own."""
    from headroom_cli.printable import escape, escape_line

    if sys.stderr is not None:
        lines = f"headroom: {escape_line(sentence)}\n{escape(trace)}"
        print(lines, file=sys.stderr, end="", flush=True)


def _write_file(target: str, data: bytes) -> None:
    before: Any = Path(target).stat() if Path(target).exists() else None
    if before is not None and not stat.S_ISREG(before.st_mode):
        # A device or a pipe cannot be replaced; the link that leads to an open pipe leads to no path.
        Path(target).write_bytes(data)
        return
    # Through a symbolic link: the file it names is replaced, the link stays.
    path = Path(os.path.realpath(target))
    temporary, number = _open_beside(path)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            temporary.chmod(stat.S_IMODE(before.st_mode))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _open_beside(path: Path) -> tuple[Path, int]:
    """A fresh file in the folder of `path`: a rename is atomic only within one file system."""
    attempt = 0
    while True:
        temporary = path.parent / f".headroom-{os.getpid()}-{attempt}.tmp"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            return temporary, os.open(temporary, flags, 0o666)
        except FileExistsError:
            attempt += 1
