"""Files in an envelope: gzip and zstd streams, and the zip archives (`.eval`) of Inspect AI, by their magic.

Any format may stand inside. What is inside cannot be spliced in place: with edits the whole file is written
again, always the same way (gzip without time and name, zip members in their order with their own dates), so
that the same input gives the same bytes. Without edits the input stays as it is.

An archive is read as lines: its header, then one sample per member of `samples/`. Everything else in it is
copied. zstd, as a file or as the method of a zip member, needs Python 3.14 or the package `zstandard`
(`pip install headroom-cli[zstd]`); members that were zstd are written deflated, which every reader knows.
"""

import struct
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from headroom_cli.errors import InputError, LawBrokenError
from headroom_cli.formats import _chunks

if TYPE_CHECKING:
    from types import ModuleType
    from zipfile import ZipFile, ZipInfo

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZIP: Final = b"PK\x03\x04"
_TABLES: Final = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")  # Parquet, an Arrow file, an Arrow stream
_LARGEST: Final = 1 << 31  # bytes; more than that is a mistake or an attack
_GZIP_HEADER: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LEVEL: Final = 6
_ZSTD_LEVEL: Final = 3
_ZSTD_METHOD: Final = 93
_HEADER: Final = "header.json"
_SAMPLES: Final = "samples/"


def unwrap(data: bytes) -> bytes | None:
    """What is in the envelope, None if there is none. Raises InputError for one that cannot be opened."""
    if data.startswith(_GZIP):
        return _gunzip(data)
    if data.startswith(_ZSTD):
        return _unzstd(data)
    if data.startswith(_ZIP):
        return b"".join(text.strip() + b"\n" for _, text in _open_archive(data))
    if data.startswith(_TABLES):
        rows: bytes = _import_tables().unwrap(data)
        return rows
    return None


def wrap(data: bytes, inner: bytes) -> bytes:
    """An envelope like that of `data` around `inner`."""
    if data.startswith(_GZIP):
        return _gzip(inner)
    if data.startswith(_ZSTD):
        return _zstd(inner)
    if data.startswith(_TABLES):
        table: bytes = _import_tables().wrap(data, inner)
        return table
    return _close_archive(data, inner)


def _import_tables() -> "ModuleType":
    return import_module("headroom_cli.formats._tables")


def _gunzip(data: bytes) -> bytes:
    import zlib

    pieces: list[bytes] = []
    room, rest = _LARGEST, data
    while rest:
        stream = zlib.decompressobj(wbits=31)
        try:
            pieces.append(stream.decompress(rest, room))
        except zlib.error as error:
            raise InputError(f"the file begins like gzip, but cannot be unpacked: {error}") from error
        room -= len(pieces[-1])
        if not stream.eof:
            if room <= 0:
                raise _too_large()
            raise InputError("the file is gzip and ends too early: it was cut")
        rest = stream.unused_data.lstrip(b"\0")
    return b"".join(pieces)


def _gzip(inner: bytes) -> bytes:
    import zlib

    stream = zlib.compressobj(_LEVEL, wbits=-15)
    body = stream.compress(inner) + stream.flush()
    return _GZIP_HEADER + body + struct.pack("<II", zlib.crc32(inner), len(inner) & 0xFFFFFFFF)


def _unzstd(data: bytes) -> bytes:
    native, package = _find_zstd()
    try:
        if native is not None:
            decoded: bytes = native.decompress(data)
        else:
            reader = package.ZstdDecompressor().stream_reader(data, read_across_frames=True)
            decoded = reader.read(_LARGEST)
    except (native or package).ZstdError as error:
        raise InputError(f"the file begins like zstd, but cannot be unpacked: {error}") from error
    if len(decoded) >= _LARGEST:
        raise _too_large()
    return decoded


def _zstd(inner: bytes) -> bytes:
    native, package = _find_zstd()
    if native is not None:
        encoded: bytes = native.compress(inner, level=_ZSTD_LEVEL)
    else:
        encoded = package.ZstdCompressor(level=_ZSTD_LEVEL).compress(inner)
    return encoded


def _find_zstd() -> tuple[Any, Any]:
    """The standard library's module (Python 3.14) and None, or None and the package `zstandard`."""
    try:
        return import_module("compression.zstd"), None
    except ImportError:
        pass
    try:
        return None, import_module("zstandard")
    except ImportError as error:
        raise InputError(
            "the file is packed with zstd; install headroom-cli[zstd] or unpack it first (zstd -d FILE)"
        ) from error


def _open_archive(data: bytes) -> list[tuple[str, bytes]]:
    """(name, text) of an archive's header and samples, the header first."""
    from zipfile import BadZipFile

    try:
        with _open_zip(data) as archive:
            infos = _find_members(archive)
            if sum(info.file_size for info in infos) > _LARGEST:
                raise _too_large()
            return [(info.filename, _read_member(data, archive, info)) for info in infos]
    except BadZipFile as error:
        raise InputError(f"the file begins like a zip archive, but cannot be unpacked: {error}") from error


def _find_members(archive: "ZipFile") -> list["ZipInfo"]:
    """The header and the samples; of a name that comes twice the last one counts."""
    names = archive.namelist()
    samples = [name for name in dict.fromkeys(names) if name.startswith(_SAMPLES) and name.endswith(".json")]
    if not samples:
        raise InputError(
            "the file is a zip archive without samples/*.json; of zip archives headroom reads those of "
            "Inspect AI (.eval)"
        )
    header = [_HEADER] if _HEADER in names else []
    return [archive.getinfo(name) for name in (*header, *samples)]


def _open_zip(data: bytes) -> "ZipFile":
    from io import BytesIO
    from zipfile import ZipFile

    return ZipFile(BytesIO(data))


def _read_member(data: bytes, archive: "ZipFile", info: "ZipInfo") -> bytes:
    if info.compress_type != _ZSTD_METHOD:
        try:
            return archive.read(info)
        except NotImplementedError as error:  # zipfile's word for a method it does not know
            raise InputError(f"{info.filename} in the archive cannot be unpacked: {error}") from error
    # The lengths of name and extra field in the member's own header, which may differ from the directory's.
    named, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
    start = info.header_offset + 30 + named + extra
    return _unzstd(data[start : start + info.compress_size])


def _close_archive(data: bytes, inner: bytes) -> bytes:
    from io import BytesIO
    from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

    packed = BytesIO()
    with _open_zip(data) as old, ZipFile(packed, "w") as new:
        members = _find_members(old)
        texts = dict(zip(map(id, members), _split_members(inner, len(members)), strict=True))
        for info in old.infolist():
            text = _read_member(data, old, info)
            if id(info) in texts:
                value = text.strip()
                start = text.find(value)
                text = text[:start] + texts[id(info)] + text[start + len(value) :]
            copy = ZipInfo(info.filename, info.date_time)
            copy.compress_type = ZIP_STORED if info.compress_type == ZIP_STORED else ZIP_DEFLATED
            copy.external_attr, copy.create_system = info.external_attr, info.create_system
            new.writestr(copy, text, compresslevel=_LEVEL)
    return packed.getvalue()


def _split_members(inner: bytes, number: int) -> Iterator[bytes]:
    chunks, _ = _chunks.split(inner, keep_invalid=True)
    if len(chunks) != number:
        raise LawBrokenError("an archive lost a member: this is a bug in headroom")
    return (inner[chunk.start : chunk.end] for chunk in chunks)


def _too_large() -> InputError:
    return InputError(f"the file unpacks to more than {_LARGEST >> 30} GiB")
