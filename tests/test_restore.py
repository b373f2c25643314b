"""Restoring: whole runs byte for byte, continued files, and part by part what was edited since."""

import hashlib
import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli.contracts import Original, Run
from headroom_cli.errors import MissingOriginalError, StoreError, UsageError
from headroom_cli.folds import fold_text
from headroom_cli.marker import print_drop, print_fold, print_head
from headroom_cli.restore import restore, restore_all, retrieve, undo_patch
from headroom_cli.store.memory import MemoryStore

LOG = "".join(f"line {number}: wörks\n" for number in range(60))


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def make_text(text: str) -> Original:
    body = text.encode("utf-8", "surrogatepass")
    return Original(digest(body), "text", body)


def make_drop(*records: bytes) -> Original:
    body = b"".join(record + b"\n" for record in records)
    return Original(digest(body), "drop", body)


def trim(original: Original, dress: str = "", kind: str = "log") -> str:
    """What a compressor could leave of a text."""
    mark = print_head(kind, 1, 60, "lines", original.sha256[:12])
    return f"{dress}{mark}\nline 0: wörks\n[... 59 lines ...]"


def placeholder(original: Original, counts: Sequence[tuple[str, int]] = (("assistant", 1),)) -> str:
    return print_drop(tuple(counts), original.sha256[:12])


def dump(value: object, *, ascii_only: bool = False) -> bytes:
    return json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


def save(store: MemoryStore, source: bytes, output: bytes, *originals: Original) -> None:
    """Keep a run whose one splice covers all that the input and the output do not share."""
    start = next((i for i, (a, b) in enumerate(zip(source, output, strict=False)) if a != b), 0)
    patch = ((start, len(output) - start, source[start:]),)
    store.save(Run(digest(source), digest(output), len(output), patch, originals))


def keep(*originals: Original) -> MemoryStore:
    """A store that holds these originals of some other run."""
    store = MemoryStore()
    save(store, b"other input", b"other output", *originals)
    return store


def message(content: object, role: str = "tool") -> dict[str, object]:
    return {"role": role, "content": content}


class TestWholeRuns:
    def test_exact(self) -> None:
        store = MemoryStore()
        source = dump(message(LOG)) + b"\n"
        output = dump(message(trim(make_text(LOG)))) + b"\n"
        save(store, source, output, make_text(LOG))
        restored = restore(output, store)
        assert restored.data == source
        assert (restored.whole, restored.runs, restored.parts, restored.missing) == (True, 1, 0, ())

    @settings(max_examples=50, deadline=None)
    @given(st.data())
    def test_any_patch_is_undone(self, data: st.DataObject) -> None:
        short = st.binary(max_size=9)
        pieces = data.draw(st.lists(st.tuples(short, short, short)))
        source, output, patch = b"", b"", []
        for same, old, new in pieces:
            patch.append((len(output) + len(same), len(new), old))
            source, output = source + same + old, output + same + new
        run = Run(digest(source), digest(output), len(output), tuple(patch), ())
        assert undo_patch(output, run) == source
        store = MemoryStore()
        store.save(run)
        assert restore(output, store).data == source

    def test_a_patch_that_gives_other_bytes_is_an_error(self) -> None:
        store = MemoryStore()
        store.save(Run("0" * 64, digest(b"output"), 6, ((0, 3, b"in"),), ()))
        with pytest.raises(StoreError, match="does not give back"):
            restore(b"output", store)

    def test_continued(self) -> None:
        store = MemoryStore()
        source = dump(message(LOG)) + b"\n"
        output = dump(message(trim(make_text(LOG)))) + b"\n"
        save(store, source, output, make_text(LOG))
        more = dump(message(trim(make_text(LOG)))) + b"\n"
        restored = restore(output + more, store)
        assert restored.data == source + more
        assert (restored.whole, restored.runs, restored.parts) == (True, 1, 0)
        assert "went on" in restored.note

    def test_continued_after_a_missing_last_newline(self) -> None:
        store = MemoryStore()
        save(store, b'{"a": 1}', b'{"b": 1}')
        assert restore(b'{"b": 1}\n{"c": 2}\n', store).data == b'{"a": 1}\n{"c": 2}\n'
        assert restore(b'{"b": 1}{"c": 2}\n', store).runs == 0

    def test_the_longest_beginning_wins(self) -> None:
        store = MemoryStore()
        save(store, b"A\n", b"a\n")
        save(store, b"AB\n", b"a\nb\n")
        save(store, b"ABC\n", b"a\nb\nx\n")
        assert restore(b"a\nb\nc\n", store).data == b"AB\nc\n"

    def test_without_marks_the_file_comes_back_as_it_is(self) -> None:
        for data in (b"", b"{}\n", b"not json", dump([message("[... 3 lines ...] quoted", "user")])):
            for store in (MemoryStore(), None):
                restored = restore(data, store)
                assert restored.data == data
                assert restored.whole
                assert "nothing to restore" in restored.note


class TestAll:
    def test_walks_back_through_every_run(self) -> None:
        store = MemoryStore()
        stages = [f'{{"stage": {number}}}\n'.encode() for number in range(5)]
        for source, output in pairwise(stages):
            save(store, source, output)
        assert restore(stages[4], store).data == stages[3]
        restored = restore_all(stages[4], store)
        assert (restored.data, restored.runs) == (stages[0], 4)

    def test_a_circle_ends(self) -> None:
        store = MemoryStore()
        save(store, b"a", b"b")
        save(store, b"b", b"a")
        assert restore_all(b"a", store).data in (b"a", b"b")

    def test_a_proven_input_is_not_looked_into(self) -> None:
        """The input quotes a mark at the head of a text: data, whether the store knows it or not."""
        for known in (True, False):
            store = keep(make_text(LOG)) if known else MemoryStore()
            source = dump(message(trim(make_text(LOG)))) + b"\n"
            save(store, source, b"{}\n")
            restored = restore_all(b"{}\n", store)
            assert (restored.data, restored.whole, restored.missing) == (source, True, ())

    def test_parts_of_parts(self) -> None:
        inner = make_text(LOG)
        outer = make_text(trim(inner))
        store = keep(inner, outer)
        data = dump([message(trim(outer))])
        assert restore(data, store).data == dump([message(trim(inner))])
        restored = restore_all(data, store)
        assert (restored.data, restored.parts) == (dump([message(LOG)]), 2)


class TestTexts:
    @pytest.mark.parametrize("dress", ["", "# ", "// ", "<!-- ", "/* ", "\n"])
    def test_every_dress_of_a_head_mark(self, dress: str) -> None:
        restored = restore(dump([message(trim(make_text(LOG), dress))]), keep(make_text(LOG)))
        assert restored.data == dump([message(LOG)])
        assert (restored.whole, restored.runs, restored.parts) == (True, 0, 1)

    @pytest.mark.parametrize("dress", ['["', '{"headroom": "', '{"headroom 2": "'])
    def test_every_dress_of_a_head_mark_in_json(self, dress: str) -> None:
        restored = restore(dump([message(trim(make_text(LOG), dress, "json"))]), keep(make_text(LOG)))
        assert restored.data == dump([message(LOG)])
        assert (restored.whole, restored.runs, restored.parts) == (True, 0, 1)

    @pytest.mark.parametrize("before", ["see ", '{"role": "user", "content": "', "12: ", '{"path": "'])
    def test_a_mark_after_words_is_text(self, before: str) -> None:
        data = dump([message(trim(make_text(LOG), before))])
        assert restore(data, keep(make_text(LOG))).data == data

    def test_inside_arguments(self) -> None:
        arguments = {"path": "a.log", "content": trim(make_text(LOG)), "n": 1}
        call = {"role": "assistant", "tool_calls": [{"function": {"arguments": json.dumps(arguments)}}]}
        restored = restore(dump([call]), keep(make_text(LOG)))
        found = json.loads(restored.data)[0]["tool_calls"][0]["function"]["arguments"]
        assert json.loads(found) == {"path": "a.log", "content": LOG, "n": 1}

    @pytest.mark.parametrize("kind", ["log", "stub", "json"])
    def test_inside_arguments_that_are_an_array(self, kind: str) -> None:
        """The array begins with a marked string; it is not itself a marked text."""
        text = trim(make_text(LOG), '["' if kind == "json" else "", kind)
        restored = restore(dump([{"arguments": json.dumps([text, 1, None])}]), keep(make_text(LOG)))
        assert json.loads(json.loads(restored.data)[0]["arguments"]) == [LOG, 1, None]
        assert (restored.whole, restored.parts) == (True, 1)

    def test_the_rest_of_a_reformatted_file_is_untouched(self) -> None:
        rows = [{"n": 1, "é": "\u2028"}, message(trim(make_text(LOG))), {"role": "user", "id": 12}]
        data = json.dumps(rows, indent=3).replace('"n": 1,', '"n": 1.10,').encode()
        start = data.index(b'"[headroom')
        end = data.index(b'"', start + 1)
        restored = restore(data, keep(make_text(LOG)))
        assert restored.data == data[:start] + dump(LOG, ascii_only=True) + data[end + 1 :]

    @settings(max_examples=50, deadline=None)
    @given(st.text(st.characters(codec=None), max_size=80), st.booleans())
    def test_any_text_comes_back(self, text: str, ascii_only: bool) -> None:
        original = make_text(text)
        data = dump([message(trim(original)), message("kept", "user")], ascii_only=ascii_only)
        restored = restore(data, keep(original))
        # A pair of lone surrogates that meet in a file is one character to every parser.
        assert json.loads(restored.data) == json.loads(json.dumps([message(text), message("kept", "user")]))
        assert retrieve(original.sha256[:12], keep(original)) == text.encode("utf-8", "surrogatepass")

    def test_escapes_follow_the_literal(self) -> None:
        original = make_text(LOG)
        restored = restore(dump([message(trim(original))], ascii_only=True), keep(original))
        assert restored.data == dump([message(LOG)], ascii_only=True)

    def test_escapes_follow_the_file_where_the_literal_has_none(self) -> None:
        original = make_text(LOG)
        rows = [message("é", "user"), message(print_head("stub", 0, 60, "lines", original.sha256[:12]))]
        for ascii_only in (True, False):
            restored = restore(dump(rows, ascii_only=ascii_only), keep(original))
            assert restored.data == dump([rows[0], message(LOG)], ascii_only=ascii_only)

    def test_a_fold_needs_no_store(self) -> None:
        text = "same line of text\n" * 50
        folded = fold_text(text)
        assert folded is not None
        name, body, parameter = folded
        for ref in ("", make_text(text).sha256[:12]):
            data = dump([message(f"{print_fold(name, parameter, ref)}\n{body}")])
            for store in (None, MemoryStore()):
                restored = restore(data, store)
                assert (restored.data, restored.whole, restored.parts) == (dump([message(text)]), True, 1)

    def test_keys_are_no_texts(self) -> None:
        data = dump({trim(make_text(LOG)): 1})
        assert restore(data, keep(make_text(LOG))).data == data


class TestMissing:
    def test_nothing_found_names_the_reference_and_the_store(self) -> None:
        ref = make_text(LOG).sha256[:12]
        for store in (MemoryStore(), None):
            with pytest.raises(MissingOriginalError) as caught:
                restore(dump([message(trim(make_text(LOG)))]), store)
            assert ref in str(caught.value)
            assert (store.place if store else "none") in str(caught.value)

    def test_some_found(self) -> None:
        gone = make_text(LOG * 2)
        data = dump([message(trim(make_text(LOG))), message(trim(gone)), message(placeholder(gone), "user")])
        restored = restore(data, keep(make_text(LOG)))
        assert json.loads(restored.data)[0]["content"] == LOG
        assert json.loads(restored.data)[1:] == json.loads(data)[1:]
        assert (restored.whole, restored.parts, restored.missing) == (False, 1, (gone.sha256[:12],))

    def test_marks_without_a_reference(self) -> None:
        data = dump([message(print_head("log", 1, 60, "lines", "") + "\nline 0")])
        restored = restore(data, MemoryStore())
        assert (restored.data, restored.whole, restored.missing) == (data, False, ())
        assert "no reference" in restored.note

    def test_retrieve(self) -> None:
        drop = make_drop(b'{"role": "tool"}', b'{"role": "user"}')
        assert retrieve(drop.sha256[:6], keep(drop)) == drop.body
        with pytest.raises(MissingOriginalError):
            retrieve("abcdef", MemoryStore())
        with pytest.raises(UsageError):
            retrieve("abc", MemoryStore())


class TestDrops:
    FIRST = b'{"role": "assistant", "content": "one",  "n": 1.10}'
    SECOND = b'{"role": "tool", "content": [{"type": "text", "text": "tw\\u00f6"}]}'

    @pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
    @pytest.mark.parametrize("blocks", [False, True])
    def test_in_lines(self, newline: bytes, blocks: bool) -> None:
        drop = make_drop(self.FIRST, self.SECOND)
        mark = placeholder(drop)
        content = [{"type": "text", "text": mark}] if blocks else mark
        start, end = dump(message("task", "user")), dump(message("go on", "user"))
        data = newline.join((start, dump({"content": content, "role": "user"}), end, b""))
        restored = restore(data, keep(drop))
        assert restored.data == newline.join((start, self.FIRST, self.SECOND, end, b""))
        assert (restored.whole, restored.parts) == (True, 1)

    @pytest.mark.parametrize("indent", [None, 2])
    def test_in_a_list(self, indent: int | None) -> None:
        drop = make_drop(self.FIRST, json.dumps(json.loads(self.SECOND), indent=4).encode())
        rows = [message("task", "user"), message(placeholder(drop), "user"), message("go on", "user")]
        for wrapped in (rows, {"model": "m", "messages": rows, "n": [1]}):
            restored = restore(json.dumps(wrapped, indent=indent).encode(), keep(drop))
            found = json.loads(restored.data)
            messages = found if isinstance(found, list) else found["messages"]
            assert messages == [rows[0], json.loads(self.FIRST), json.loads(self.SECOND), rows[2]]
            assert self.FIRST in restored.data

    def test_a_mark_beside_other_blocks_is_no_placeholder(self) -> None:
        drop = make_drop(self.FIRST)
        blocks = [{"type": "text", "text": placeholder(drop)}, {"type": "text", "text": "mine"}]
        data = dump([message(blocks, "user")])
        assert restore(data, keep(drop)).data == data

    def test_rows_of_conversations(self) -> None:
        drops = [make_drop(self.FIRST), make_drop(self.SECOND)]
        rows = [{"messages": [message("t", "user"), message(placeholder(drop), "user")]} for drop in drops]
        restored = restore(b"\n".join(map(dump, rows)), keep(*drops))
        found = [json.loads(line)["messages"][1] for line in restored.data.split(b"\n")]
        assert found == [json.loads(self.FIRST), json.loads(self.SECOND)]

    def test_a_torn_line_does_not_hide_what_follows(self) -> None:
        drop = make_drop(self.FIRST)
        torn = b'{"a": 1}\n{"role": "user", "content": ["to\n'
        restored = restore(torn + dump(message(placeholder(drop), "user")) + b"\n", keep(drop))
        assert restored.data == torn + self.FIRST + b"\n"

    def test_session_log_links(self) -> None:
        def record(uuid: str, parent: str | None, text: str, role: str = "assistant") -> dict[str, object]:
            return {"parentUuid": parent, "type": role, "message": message(text, role), "uuid": uuid}

        dropped = [record("b", "a", "two"), record("c", "b", "three"), record("f", "e", "six")]
        drop = make_drop(*map(dump, dropped))
        task = record("a", None, "task", "user")
        stand_in = {**record("p", "a", placeholder(drop), "user"), "isMeta": True}
        lines = [task, stand_in, record("d", "p", "four"), record("e", "d", "five")]
        restored = restore(b"".join(dump(line) + b"\n" for line in lines), keep(drop))
        found = [json.loads(line) for line in restored.data.splitlines()]
        assert found == [task, *dropped, record("d", "c", "four"), record("e", "d", "five")]

    def test_a_record_that_lost_blocks_is_replaced_where_it_stands(self) -> None:
        thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
        text = {"type": "text", "text": LOG}
        lost = message([thought, text], "assistant")
        drop = make_drop(dump(lost), self.FIRST)
        left = message([{"type": "text", "text": trim(make_text(LOG))}], "assistant")
        rows = [message("task", "user"), message(placeholder(drop), "user"), message("x", "user"), left]
        restored = restore(dump(rows), keep(drop, make_text(LOG)))
        assert json.loads(restored.data) == [rows[0], json.loads(self.FIRST), rows[2], lost]

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_a_placeholder_for_blocks_alone_goes(self, place: int) -> None:
        said = {"type": "text", "text": "said"}
        lost = message([{"type": "thinking", "thinking": "hm"}, said], "assistant")
        drop = make_drop(dump(lost))
        rows = [message("task", "user"), message([said], "assistant")]
        rows.insert(place, message(placeholder(drop), "user"))
        wanted = [message("task", "user"), lost]
        assert json.loads(restore(dump(rows), keep(drop)).data) == wanted
        lines = b"".join(dump(row) + b"\r\n" for row in rows)
        assert restore(lines, keep(drop)).data == b"".join(dump(row) + b"\r\n" for row in wanted)


@pytest.mark.parametrize(
    "unit", [b'"', b'\\"', b"[", b"{", b'{"role":', b'"[headroom drop: ', b"[headroom log: 1 of 2 lines; "]
)
def test_hostile_bytes_take_linear_time(unit: bytes) -> None:
    data = b"[headroom drop" + b'"' + unit * (400_000 // len(unit))
    assert restore(data, MemoryStore()).data == data
