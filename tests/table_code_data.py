"""The rows of source code and JSON: what they must claim, keep at a tight target, and leave to others."""

import json

from headroom_cli.contracts import Hints
from tests.table_compressors import Row, Sample, diff_text

_READ_PY = Hints(tool="Read", argument="/src/shop/cart.py")


def python_source() -> str:
    """A module with every kind of block."""
    methods = "".join(
        f"    def price_{n}(self, amount):\n"
        f'        """Price of plan {n}."""\n'
        f"        total = amount * {n + 3}\n"
        f"        for step in range({n + 2}):\n"
        f"            total += step * {n}\n"
        f"            total -= self.discount\n"
        f"        if total < 0:\n"
        f"            raise ValueError('negative total in plan {n}')\n"
        f"        else:\n"
        f"            self.seen.append(total)\n"
        f"        return total\n\n"
        for n in range(12)
    )
    return (
        "# Copyright The Shop. Licensed under nothing.\n"
        "# More words of the licence.\n"
        "import os\nfrom shop import prices\n\nRATE = 0.19\n\n\n"
        "class Cart:\n    def __init__(self):\n        self.seen = []\n        self.discount = 1\n\n"
        + methods
        + "\ntry:\n    load()\n    start()\nexcept OSError:\n    stop()\nfinally:\n    done()\n"
    )


def go_source() -> str:
    """A file of functions, comments and a type."""
    functions = "".join(
        f"// Visit{n} walks the list.\nfunc Visit{n}(items []int) error {{\n"
        f"\tfor i := range items {{\n\t\titems[i] += {n}\n\t\tcount(items[i])\n\t}}\n"
        f"\tif len(items) == {n} {{\n\t\treturn errBad{n}\n\t}} else {{\n\t\tlog(items)\n\t}}\n"
        "\treturn nil\n}\n\n"
        for n in range(10)
    )
    return f'package walk\n\nimport (\n\t"errors"\n)\n\ntype Walker struct {{\n\tdepth int\n}}\n\n{functions}'


def number(text: str, sign: str = "\t", start: int = 1) -> str:
    """The text as `cat -n` shows it."""
    return "".join(
        f"{line:6}{sign}{row}\n" for line, row in enumerate(text.removesuffix("\n").split("\n"), start)
    )


def rows() -> list[dict[str, object]]:
    """Like records, two of which stand out."""
    made: list[dict[str, object]] = [
        {"id": n, "name": f"part-{n}", "status": "ok", "weight": 100 + n % 7, "note": "lorem ipsum " * 6}
        for n in range(60)
    ]
    made[31]["status"] = "broken"
    made[44]["weight"] = 98765
    return made


_ISSUE = json.dumps(
    {
        "url": "https://api.example.org/" + "x" * 80,
        "labels_url": "https://api.example.org/" + "y" * 80,
        "node_id": "MDU6" + "SXNzdWU" * 12,
        "number": 4711,
        "title": "Import fails on empty files",
        "body": "It is long. " * 40,
        "error": {"code": "E_EMPTY", "message": "no rows in file"},
    },
    indent=2,
)

CODE_DATA_ROWS: tuple[Row, ...] = (
    Row(
        "code",
        (
            Sample(
                python_source(), ("import os", "class Cart:", "def price_0", "def price_11"), 0.5, _READ_PY
            ),
            Sample(
                number(python_source()), ("     3\timport os", "\tclass Cart:", "def price_11"), 0.5, _READ_PY
            ),
            Sample(number(python_source(), "→", 200), ("def price_11",), 0.5),
            Sample(go_source(), ("package walk", "type Walker struct {", "func Visit9("), 0.5),
            Sample(go_source(), ("func Visit0(", "func Visit9("), 0.5, Hints("Bash", "cat walk/walk.go")),
        ),
        (
            "def is a word, and class is another. We import nothing here.\n" * 12,
            diff_text(),
            json.dumps(rows(), indent=2),
            'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    x = load()\n' * 9,
            "src/a.py:3:def load():\nsrc/a.py:9:def save():\nsrc/b.py:1:import os\n" * 6,
            "10:00:00 INFO class loaded\n" * 20,
        ),
    ),
    Row(
        "json",
        (
            Sample(json.dumps(rows()), ('"id": 0,', '"broken"', "98765", '"id": 59,'), 0.3),
            Sample(json.dumps(rows(), indent=2), ('"broken"', "98765"), 0.3),
            Sample(_ISSUE, ("4711", "Import fails on empty files", "E_EMPTY", "no rows in file"), 0.35),
            Sample(
                json.dumps({"output": "line of text\n" * 90 + "Error: no disk\n" + "more\n" * 90, "exit": 1}),
                ("Error: no disk",),
                0.3,
            ),
        ),
        (
            '{"a": 1}\n{"a": 2}\n' * 20,
            "{" + "not json " * 40 + "}",
            '["a", "b"] and then some words about it. ' * 9,
        ),
    ),
)
