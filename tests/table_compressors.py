"""One row per compressor: what it must claim, what it must keep when little room is left, what it must leave
to others. The rows drive `test_compressors.py`."""

from dataclasses import dataclass, field

from headroom_cli.contracts import Hints

NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Sample:
    """A text of a row. `keeps` are strings that survive packing into `share` of the text's cost."""

    text: str = field(repr=False)
    keeps: tuple[str, ...] = ()
    share: float = 0.3
    hints: Hints = NO_HINTS


@dataclass(frozen=True, slots=True)
class Row:
    """`name` of the compressor; samples it must win; texts it must not win."""

    name: str
    claims: tuple[Sample, ...] = field(repr=False)
    leaves: tuple[str, ...] = field(default=(), repr=False)


def _matches() -> str:
    lines = [
        f"src/shop/{name}.py:{10 * n + 3}:    total = price_{name}({n}) + {n * 17}"
        for name in ("cart", "order", "invoice", "stock", "my notes/old")
        for n in range(12)
    ]
    return "\n".join(lines) + "\n"


def _headed_matches() -> str:
    return "\n\n".join(
        f"web/{name}.ts\n"
        + "\n".join(f"{n * 9}:  const {name}{n} = load('{name}', {n})" for n in range(1, 15))
        for name in ("list", "detail", "login", "admin")
    )


def _context_matches() -> str:
    return "--\n".join(
        f"lib\\{name}.go-{n}-\tfor i := range items {{\n"
        f"lib\\{name}.go:{n + 1}:\t\tvisit(items[i], {n})\n"
        f"lib\\{name}.go-{n + 2}-\t}}\n"
        for name in ("walk", "scan", "parse")
        for n in range(5, 65, 10)
    )


def _pytest() -> str:
    passed = "".join(f"tests/test_shop.py::test_price[{n}] PASSED        [{n:3}%]\n" for n in range(90))
    return (
        "============================= test session starts ==============================\n"
        "platform linux -- Python 3.12.1, pytest-8.2.0\ncollected 91 items\n\n"
        + passed
        + "tests/test_shop.py::test_refund FAILED              [100%]\n\n"
        "=================================== FAILURES ===================================\n"
        "_________________________________ test_refund __________________________________\n\n"
        "    def test_refund():\n        order = make_order(3)\n>       assert order.refund() == 30\n"
        "E       assert 27 == 30\nE        +  where 27 = refund()\n\ntests/test_shop.py:88: AssertionError\n"
        "=========================== short test summary info ============================\n"
        "FAILED tests/test_shop.py::test_refund - assert 27 == 30\n"
        "========================= 1 failed, 90 passed in 1.32s =========================\n"
    )


def _service_log() -> str:
    lines = [
        f"2024-03-01 10:{n // 60:02}:{n % 60:02},{n:03} INFO worker-{n % 4} got request {n * 13}"
        for n in range(240)
    ]
    lines[117:117] = [
        "2024-03-01 10:01:57,117 ERROR worker-2 request 1521 crashed",
        "Traceback (most recent call last):",
        '  File "/app/server.py", line 41, in serve',
        "    reply = route(request)",
        '  File "/app/routes.py", line 77, in route',
        "    return table[request.path]",
        "KeyError: '/v2/refund'",
    ]
    return "\n".join(lines) + "\n"


def _info_log() -> str:
    start = "10:00:00 INFO service started on port 8080\n"
    work = "".join(f"10:{n // 60:02}:{n % 60:02} INFO job {n} done in {n % 7} s\n" for n in range(200))
    return start + work + "10:05:00 INFO service stopped\n"


def _go_test() -> str:
    runs = "".join(f"=== RUN   TestPart{n}\n--- PASS: TestPart{n} (0.00s)\n" for n in range(60))
    return (
        runs
        + "=== RUN   TestMerge\n    merge_test.go:52: got 3 conflicts, want 1\n--- FAIL: TestMerge (0.02s)\n"
        "FAIL\nFAIL\texample.org/tree/merge\t0.031s\nFAIL\n"
    )


def diff_text(hunks: int = 6) -> str:
    """A git diff of three files, the last a lock file."""
    files = []
    for name in ("app/main.py", "app/store.py", "package-lock.json"):
        parts = [f"diff --git a/{name} b/{name}\nindex 1111111..2222222 100644\n--- a/{name}\n+++ b/{name}\n"]
        for n in range(hunks):
            at = 1 + 20 * n
            before, after = (
                "".join(f" line {at + k} of {name}\n" for k in place) for place in (range(3), range(4, 7))
            )
            change = f"-line {at + 3} of {name}\n+changed {at + 3} of {name}\n"
            parts.append(f"@@ -{at},7 +{at},7 @@\n{before}{change}{after}")
        files.append("".join(parts))
    return "".join(files)


_NOTES = (
    "# Why the import fails\n\n"
    "The importer reads the file twice. The first pass counts rows and the second one writes them. "
    "It does not close the handle in between, so the second pass starts at the end. "
    "Several people have looked at this over the past weeks and found nothing that would explain it. "
    "There was also a long talk about names, which went nowhere and which we can all forget about. "
    "Some thought that the disk was slow, and others thought that the moon had something to do with it.\n\n"
    "## What to do\n\n"
    "- Rewind the handle in `import_rows`.\n"
    "- Never retry more than 3 times.\n"
    "- Tell the people who asked about it that it is going to be better soon.\n\n"
    "```python\nhandle.seek(0)\n```\n\n"
    "The fix is small and safe to ship today.\n"
)

_FILLER = "".join(
    f"{word} {word} {other}\n"
    for word in ("lorem", "ipsum", "dolor", "sit")
    for other in ("amet", "elit") * 10
)
_PLAIN = (
    "begin of the thing\n" + _FILLER + "written to /var/lib/shop/export_2024.bin\n" + _FILLER + "end of it\n"
)

_PYTHON = "import os\n\n\ndef main():\n    for name in os.listdir('.'):\n        print(name)\n\n\nmain()\n"

COMPRESSOR_ROWS: tuple[Row, ...] = (
    Row(
        "search",
        (
            Sample(
                _matches(),
                (
                    "src/shop/cart.py:3:",
                    "src/shop/invoice.py:3:",
                    "src/shop/stock.py:3:",
                    "src/shop/my notes/old.py:3:",
                ),
            ),
            Sample(_headed_matches(), ("web/list.ts\n9:", "web/admin.ts\n9:")),
            Sample(_context_matches(), ("lib\\walk.go:6:", "lib\\parse.go:6:")),
            Sample("C:\\src\\a b.c:4:int x;\nC:\\src\\a b.c:9:int y;\nC:\\src\\d.c:2:int z;\n"),
            Sample("a/b.py:3\na/c.py:0\na/d.py:12\n"),
            Sample("a/b.py\na/c.py\nd.md\n", hints=Hints("Bash", "grep -rl foo .")),
        ),
        (
            _service_log(),
            _info_log(),
            "2024/01/01 12:30:01 listening\n" * 9,
            "src/a.c:4:12: error: no semicolon\nsrc/a.c:9:1: warning: unused\nsrc/b.c:1:1: error: no\n",
            _PYTHON,
        ),
    ),
    Row(
        "logs",
        (
            Sample(
                _pytest(),
                (
                    "assert order.refund() == 30",
                    "E       assert 27 == 30",
                    "test_shop.py:88: Ass",
                    "1 failed, 90",
                ),
            ),
            Sample(
                _service_log(),
                ("ERROR worker-2 request 1521", "KeyError: '/v2/refund'", 'routes.py", line 77', ",239 INFO"),
                0.15,
            ),
            Sample(_info_log(), ("service started on port 8080", "service stopped"), 0.2),
            Sample(
                _go_test(), ("merge_test.go:52: got 3 conflicts", "--- FAIL: TestMerge", "FAIL\texample.org")
            ),
        ),
        (_PYTHON, _NOTES, _matches(), diff_text()),
    ),
    Row(
        "diffs",
        (
            Sample(diff_text(), ("+++ b/app/main.py", "@@ -1,7 +1,7 @@\n line 1 of app/store.py"), 0.5),
            Sample(
                "commit 0123456789abcdef\nAuthor: A\n\n    Subject here\n\n" + diff_text(2), ("Subject here",)
            ),
        ),
        ("A hunk header looks like @@ -1,2 +3,4 @@ and is explained here.\n" * 9, _PYTHON),
    ),
    Row(
        "prose",
        (Sample(_NOTES, ("# Why the import fails", "does not close the handle", "more than 3 times"), 0.6),),
        (_PYTHON, _service_log(), _FILLER),
    ),
    Row(
        "lines",
        (Sample(_PLAIN, ("begin of the thing", "/var/lib/shop/export_2024.bin", "end of it"), 0.3),),
        (diff_text(), _service_log()),
    ),
)
