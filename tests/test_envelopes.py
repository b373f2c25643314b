"""gzip, zstd and the archives of Inspect AI: what is inside obeys the laws, the file is written again."""

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from functools import cache

import pytest

from headroom_cli.compact import compact
from headroom_cli.contracts import Counter
from headroom_cli.errors import InputError
from headroom_cli.formats import _envelopes, raw_messages, read_transcript, write_transcript
from headroom_cli.model import Patch, Policy
from headroom_cli.tokens import pick_counter
from tests.conformance import FOLDER, list_breaches
from tests.plans import make_plan
from tests.table import FORMAT_ROWS
from tests.table_formats import FormatRow, document
from tests.table_formats_runs import LOG, SAMPLE

zstandard = pytest.importorskip("zstandard", reason="the extra `zstd` is not installed")

PLAIN = (FOLDER / "claude_code_tax_error.jsonl").read_bytes()
HEADER = document({key: value for key, value in LOG.items() if key != "samples"}, indent=2)
FIRST, SECOND = document(SAMPLE, indent=2), b"\n" + document({**SAMPLE, "id": 2}) + b"\n"


def pack(**members: bytes) -> bytes:
    """An archive with these members (`__` for the slash), the header last as Inspect writes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("_journal/start.json", (2025, 2, 11, 15, 18, 4)), "{}")
        for name, text in members.items():
            info = zipfile.ZipInfo(f"{name.replace('__', '/')}.json", (2025, 2, 11, 15, 18, 8))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
    return packed.getvalue()


ARCHIVE = pack(samples__2_epoch_1=FIRST, samples__1_epoch_1=SECOND, header=HEADER)
FILES = {
    "gzip": gzip.compress(PLAIN, mtime=1),
    "gzip in pieces": gzip.compress(PLAIN[:1000]) + gzip.compress(PLAIN[1000:]) + b"\0" * 8,
    "zstd": zstandard.compress(PLAIN),
    "zstd in pieces": zstandard.compress(PLAIN[:1000]) + zstandard.compress(PLAIN[1000:]),
    "eval": ARCHIVE,
}
each = pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())


@cache
def counter() -> Counter:
    return pick_counter()[0]


@each
def test_no_edits_give_the_very_same_bytes(data: bytes) -> None:
    transcript = read_transcript(data)
    plans = [make_plan(transcript, i) for i in range(len(transcript.conversations))]
    assert write_transcript(transcript, plans) == (data, Patch())
    assert compact(data, Policy(max_context_tokens=10**9), counter()).output == data


@each
def test_the_content_obeys_the_laws_and_the_file_is_the_same_each_time(data: bytes) -> None:
    outcome = compact(data, Policy(max_context_share=0.4), counter())
    assert outcome.changed
    assert list_breaches(outcome) == []
    assert outcome.patch.splices == ((0, len(outcome.output), data),)
    assert compact(data, Policy(max_context_share=0.4), counter()).output == outcome.output
    again = compact(outcome.output, Policy(max_context_tokens=outcome.plans[0].budget), counter())
    assert again.output == outcome.output


@pytest.mark.parametrize("name", [name for name in FILES if name != "eval"])
def test_what_is_inside_reads_as_without_the_envelope(name: str) -> None:
    plain = compact(PLAIN, Policy(max_context_share=0.4), counter())
    packed = compact(FILES[name], Policy(max_context_share=0.4), counter())
    assert _envelopes.unwrap(packed.output) == plain.output


@pytest.mark.parametrize("row", [row for row in FORMAT_ROWS if row.writes], ids=lambda row: row.name)
def test_every_format_stands_in_an_envelope(row: FormatRow) -> None:
    plain, packed = read_transcript(row.sample), read_transcript(gzip.compress(row.sample))
    assert (packed.format, packed.conversations) == (plain.format, plain.conversations)
    expected, _ = write_transcript(plain, [make_plan(plain, drop=row.step)])
    output, _ = write_transcript(packed, [make_plan(packed, drop=row.step)])
    assert _envelopes.unwrap(output) == expected
    assert raw_messages(packed, 0, row.step) == raw_messages(plain, 0, row.step)


def test_gzip_is_written_without_time_and_name() -> None:
    made = _envelopes.wrap(FILES["gzip"], PLAIN)
    assert made[:10] == b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    assert gzip.decompress(made) == PLAIN


def test_an_archive_keeps_its_members_in_order() -> None:
    transcript = read_transcript(ARCHIVE)
    assert (transcript.format, len(transcript.conversations), transcript.carried) == ("inspect-ai", 2, 1)
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={2, 3}), make_plan(transcript, 1)])
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as old, zipfile.ZipFile(io.BytesIO(output)) as new:
        assert new.testzip() is None
        assert new.namelist() == old.namelist()
        assert [i.date_time for i in new.infolist()] == [i.date_time for i in old.infolist()]
        assert [n for n in old.namelist() if new.read(n) != old.read(n)] == ["samples/2_epoch_1.json"]


def test_an_archive_with_zstd_members_is_read() -> None:
    """Python before 3.14 writes no such member: a stored one is made into one."""
    squeezed = zstandard.compress(FIRST)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("samples/1_epoch_1.json", squeezed)
    data = bytearray(packed.getvalue())
    directory = data.rfind(b"PK\x01\x02")
    struct.pack_into("<H", data, 8, 93)
    struct.pack_into("<H", data, directory + 10, 93)
    for place in (22, directory + 24):
        struct.pack_into("<I", data, place, len(FIRST))
    transcript = read_transcript(bytes(data))
    assert transcript.body.strip() == FIRST
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={2, 3})])
    with zipfile.ZipFile(io.BytesIO(output)) as archive:
        assert archive.testzip() is None


def test_broken_envelopes_are_told() -> None:
    for data, words in (
        (FILES["gzip"][:-20], "cut"),
        (b"\x1f\x8b\x08 no gzip at all", "cannot be unpacked"),
        (b"\x28\xb5\x2f\xfd no zstd at all", "cannot be unpacked"),
        (ARCHIVE[:-40], "cannot be unpacked"),
        (pack(other=b"{}"), "without samples"),
        (gzip.compress(b""), "empty"),
    ):
        with pytest.raises(InputError, match=words):
            read_transcript(data)


def test_zstd_without_its_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> Callable[[], None]:
        raise ImportError(name)

    monkeypatch.setattr(_envelopes, "import_module", find)
    with pytest.raises(InputError, match=r"headroom-cli\[zstd\]"):
        read_transcript(FILES["zstd"])


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_envelopes, "_LARGEST", 1000)
    for name in ("gzip", "zstd", "eval"):
        with pytest.raises(InputError, match="unpacks to more"):
            read_transcript(FILES[name])
