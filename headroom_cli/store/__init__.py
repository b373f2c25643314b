"""Where originals are kept, so that nothing that was compacted is ever lost.

`default_path` says where the user's store is; `open_store` opens it. The SQLite driver is imported only
when a store is opened, so that commands which merely name the path stay light.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from headroom_cli.errors import StoreError
from headroom_cli.store._contract import Purged, Reader, Row, RunKey

if TYPE_CHECKING:
    from headroom_cli.store.sqlite import SqliteStore

__all__ = ["Purged", "Reader", "Row", "RunKey", "default_path", "open_store"]


def default_path(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The store file in the user's data directory.

    `$XDG_DATA_HOME` wins on every system but Windows; a relative one is ignored, as the XDG Base Directory
    Specification asks. Raises StoreError if there is no home directory to be found.
    """
    if platform == "win32":
        local = environ.get("LOCALAPPDATA", "")
        data = Path(local) if local else _home(environ, "USERPROFILE") / "AppData" / "Local"
    else:
        xdg = environ.get("XDG_DATA_HOME", "")
        if xdg.startswith("/"):
            data = Path(xdg)
        elif platform == "darwin":
            data = _home(environ, "HOME") / "Library" / "Application Support"
        else:
            data = _home(environ, "HOME") / ".local" / "share"
    return data / "headroom" / "store.sqlite3"


def open_store(path: Path, *, write: bool) -> "SqliteStore":
    """The store in the file `path`; with `write` it is created where missing (folder 0700, file 0600).

    A store that does not exist yet reads as an empty one. Raises StoreError.
    """
    from headroom_cli.store.sqlite import SqliteStore

    return SqliteStore(path, write=write)


def _home(environ: Mapping[str, str], variable: str) -> Path:
    home = environ.get(variable, "")
    if not home:
        raise StoreError(
            f"no home directory for the store ({variable} is not set): pass --store FILE or --no-store"
        )
    return Path(home)
