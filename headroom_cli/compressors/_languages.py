"""Programming languages as data: file endings, comment sign, what opens and closes, what declares.

Patterns are matched at the start of a line without its indentation.
"""

import re
from dataclasses import dataclass

_MODIFIERS = (
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|override|virtual"
    r"|sealed|partial|readonly|declare|open|suspend|data|inline|extern|unsafe|pub(?:\([a-z]+\))?|const)\s+)*"
)


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    `declares` and `imports` are matched against a line without its indentation. `strong` matches lines
    that hardly stand in any other kind of text. `regions`: what opens and what closes stretches that no
    mark may stand in. `closes`: how a line begins that ends a block.
    """

    name: str
    endings: tuple[str, ...]
    comment: str
    declares: re.Pattern[str]
    imports: re.Pattern[str]
    strong: re.Pattern[str]
    regions: tuple[tuple[str, str], ...] = (("/*", "*/"),)
    closes: re.Pattern[str] = re.compile(r"[})\]]")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_WORD_ENDS = re.compile(r"(?:end|fi|done|esac|else|elif|elsif|rescue|ensure|when|until)\b|[})\]]|;;")

PYTHON = Language(
    "python",
    ("py", "pyi", "pyw"),
    "# ",
    _any(r"(?:async\s+)?def\s+\w+", r"class\s+\w+", r"@\w"),
    _any(r"import\s+\w", r"from\s+[\w.]+\s+import\b"),
    _any(
        r"(?:async\s+)?def\s+\w+\(",
        r"class\s+\w[\w.,()\s\[\]=]*:",
        r"from\s+[\w.]+\s+import\s",
        r"import\s+[\w.]+(?:\s+as\s+\w+)?\s*$",
        r"(?:el)?if\s[^{}]*:\s*$",
        r"self\.\w+",
        r"@\w[\w.]*(?:\(|\s*$)",
    ),
    (('"""', '"""'), ("'''", "'''")),
    re.compile(r"(?:else|elif|except|finally)\b|[})\]]"),
)

LANGUAGES: tuple[Language, ...] = (
    PYTHON,
    Language(
        "go",
        ("go",),
        "// ",
        _any(r"func\b", r"type\s+\w+", r"(?:var|const)\s+[\w(]"),
        _any(r"import\b", r"package\s+\w+"),
        _any(
            r"func\s+(?:\([^)]*\)\s*)?\w*\(",
            r"package\s+\w+\s*$",
            r"type\s+\w+\s+(?:struct|interface|func)\b",
            r"if\s+err\s+!=\s+nil",
            r"[\w, ]+\s:=\s",
        ),
        (("/*", "*/"), ("`", "`")),
    ),
    Language(
        "rust",
        ("rs",),
        "// ",
        _any(_MODIFIERS + r"(?:fn|struct|enum|trait|impl|mod|type|macro_rules!|static)\b"),
        _any(r"(?:pub\s+)?use\s", r"extern\s+crate\b"),
        _any(
            _MODIFIERS + r"fn\s+\w+[<(]",
            r"impl\b[^;]*\{",
            r"(?:pub\s+)?use\s+[\w:]+::",
            r"let\s+(?:mut\s+)?\w+",
            r"#!?\[\w+",
        ),
    ),
    Language(
        "typescript",
        ("ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"),
        "// ",
        _any(
            _MODIFIERS + r"(?:function|class|interface|type|enum|namespace)\b",
            _MODIFIERS
            + r"(?:const|let|var)\s+\w+\s*(?::[^=]*)?=\s*(?:async\s*)?(?:function|\([^)]*\)\s*(?::[^=]*)?=>)",
            r"(?:describe|it|test)\(",
            r"(?:module\.)?exports\b",
        ),
        _any(r"import\s*[\w{*'\"]", r"(?:const|var|let)\s.*=\s*require\("),
        _any(
            r"import\s.*\sfrom\s+['\"]",
            r"export\s+(?:default|const|function|class|interface|type|async)\b",
            r"(?:async\s+)?function\s*\w*\(",
            r"(?:const|let)\s+[\w{\[][^=]*=",
            r"interface\s+\w+[^;]*\{",
            r"\}\)?;\s*$",
            r"(?:describe|it)\(['\"]",
        ),
        (("/*", "*/"), ("`", "`")),
    ),
    Language(
        "java",
        ("java", "kt", "kts", "scala", "swift", "cs", "groovy", "dart"),
        "// ",
        _any(
            _MODIFIERS
            + r"(?:class|interface|enum|record|object|struct|namespace|fun|func|def|protocol|extension)\s",
            r"(?:(?:public|private|protected|internal|static|final|override)\s+)+[\w<>\[\],.? ]+\(",
            r"@\w",
        ),
        _any(r"import\s", r"package\s", r"using\s[\w.= ]+;"),
        _any(
            r"(?:(?:public|private|protected|internal)\s+)+(?:static\s+)?[\w<>\[\], ]+[({]",
            r"import\s+[\w.]+;?\s*$",
            r"package\s+[\w.]+;?\s*$",
            r"using\s+[\w.]+;",
            r"namespace\s+[\w.]+",
            r"@Override\b",
        ),
    ),
    Language(
        "c",
        ("c", "h", "cc", "cpp", "cxx", "hpp", "hh", "hxx", "m", "mm", "cu", "ino"),
        "// ",
        _any(
            r"(?:typedef|struct|class|enum|union|namespace|template)\b",
            r"#\s*define\s",
            r"(?!return\b|else\b|if\b|for\b|while\b|switch\b)[A-Za-z_][\w:<>*&,]*(?:\s+[\w:<>*&,~]+)+\([^;]*$",
        ),
        _any(r"#\s*include\b", r"using\s"),
        _any(
            r"#\s*include\s*[<\"]",
            r"#\s*(?:define|ifdef|ifndef|endif)\b",
            r"(?:typedef|static|struct)\s+\w+",
            r"template\s*<",
            r"namespace\s+\w+",
            r"(?:int|void|char|bool|size_t|auto)\s+\*?\w+\s*[(=;]",
        ),
    ),
    Language(
        "php",
        ("php",),
        "// ",
        _any(_MODIFIERS + r"(?:function|class|interface|trait|enum|namespace)\b"),
        _any(r"use\s", r"require(?:_once)?\b", r"include(?:_once)?\b"),
        _any(r"<\?php", r"\$\w+\s*=", r"\$this->", _MODIFIERS + r"function\s+\w*\("),
    ),
    Language(
        "ruby",
        ("rb", "rake", "gemspec"),
        "# ",
        _any(r"(?:def|class|module)\s", r"(?:describe|context|it)\s", r"attr_\w+\s"),
        _any(r"require(?:_relative)?\b", r"include\s"),
        _any(
            r"def\s+[\w.?!=]+(?:\(|\s*$)",
            r"end\s*$",
            r"require(?:_relative)?\s+['\"]",
            r".*\bdo(?:\s*\|[^|]*\|)?\s*$",
            r"module\s+[A-Z]",
            r"attr_\w+\s+:",
        ),
        (("=begin", "=end"),),
        _WORD_ENDS,
    ),
    Language(
        "shell",
        ("sh", "bash", "zsh", "ksh"),
        "# ",
        _any(r"(?:function\s+)?[\w-]+\s*\(\)", r"function\s+\w", r"(?:export|readonly|declare)\s"),
        _any(r"(?:source|\.)\s+\S"),
        _any(
            r"#!.*\b(?:ba|z|k)?sh\b",
            r"if\s+\[",
            r"(?:then|fi|done|esac)\s*$",
            r"[\w-]+\(\)\s*\{",
            r"set\s+-[euxo]",
            r"export\s+\w+=",
        ),
        (),
        _WORD_ENDS,
    ),
    Language(
        "lua",
        ("lua",),
        "-- ",
        _any(r"(?:local\s+)?function\b"),
        _any(r"(?:local\s+)?\w+\s*=\s*require\b"),
        _any(r"local\s+\w+\s*=", r"(?:local\s+)?function\s+[\w.:]*\(", r"end\s*$"),
        (("[[", "]]"),),
        _WORD_ENDS,
    ),
)

BY_ENDING: dict[str, Language] = {ending: language for language in LANGUAGES for ending in language.endings}

_READS = re.compile(
    r"(?:^|&&|;|\n)\s*(?:sudo\s+)?(?:cat|nl|sed|head|tail|bat|batcat|less|more)\b[^|;&\n]*[\s'\"]([^\s'\"|;&]+)['\"]?\s*(?:\|\s*(?:head|tail|sed|nl|cat)\b[^|;&]*)?$"
)
_SAMPLED = 80  # lines that tell a language
_PROSE = re.compile(r"(?:[A-Z][a-z']*|I)(?:,? [A-Za-z'-]+){4,}[.:!?]?\s*$")


def language_of_path(argument: str) -> Language | None:
    """The language of the file a call reads: its argument is a path, or a command that shows one file."""
    path = argument.strip()
    if any(blank in path for blank in " \t\n"):
        match = _READS.search(path[:2000])
        if match is None:
            return None
        path = match[1]
    _, dot, ending = path.rpartition(".")
    return BY_ENDING.get(ending.lower()) if dot else None


def language_of_lines(lines: list[str], *, sure: bool) -> Language | None:
    """The language that lines without their numbers are written in, or None. Where it is not `sure` that
    they are code, more of them must be telling."""
    stripped = _sample(lines)
    if len(stripped) < 8 or any(line.startswith("```") for line in stripped):
        return None
    prose = len(list(filter(_PROSE.match, stripped)))
    if prose * 5 > len(stripped) * 2:
        return None
    best, most = None, 0
    for language in LANGUAGES:
        hits = len(list(filter(language.strong.match, stripped)))
        if hits > most:
            best, most = language, hits
    few, share = (2, 14) if sure else (4, 7)
    return best if most >= few and most * share >= len(stripped) else None


def _sample(lines: list[str]) -> list[str]:
    """The first lines that are not blank, without indentation and at most 300 characters each."""
    return [line for line in (line[:300].strip() for line in lines[:400]) if line][:_SAMPLED]


def looks_written_in(language: Language, lines: list[str]) -> bool:
    """Whether lines from a file of this language look like source.

    A good part of them ends or begins as code does; the text of docstrings does not.
    """
    stripped = _sample(lines)
    signs = sum(
        1
        for line in stripped
        if line[-1] in "{}();:,[]\\"
        or line.startswith(language.comment.strip())
        or "=" in line
        or language.strong.match(line)
        or language.imports.match(line)
        or language.declares.match(line)
    )
    return bool(stripped) and signs * 4 >= len(stripped)
