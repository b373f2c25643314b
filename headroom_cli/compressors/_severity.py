"""What the lines of logs and test output say, as data: severities, results, frames, noise.

A line is judged by how it starts and by the words in it; words are looked up once each, so that judging a
text is linear and quick. The vocabulary is that of pytest, unittest, jest, vitest, go test, cargo, make,
compilers, npm, pip, docker, systemd, access logs and JSON lines.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """What a line is worth, lowest first."""

    NOISE = 0  # passes, downloads, progress
    PLAIN = 1
    FRAME = 2  # a line of a stack trace
    WARNING = 3
    SUMMARY = 4  # totals of a run
    ERROR = 5


_LONGEST = 2000  # characters of a line that are looked at

_SUMMARY = (
    r"=+ [^\n]*\b\d+ (?:passed|failed|errors?|skipped|deselected|warnings?)\b"
    r"|\d+ (?:passed|failed|passing|failing)\b|Ran \d+ tests? in |OK(?: \(|\s*$)"
    r"|FAILED \((?:failures|errors|unexpected)|test result: "
    r"|\s*(?:Tests|Test Suites|Test Files|Snapshots|Suites):?\s+\d+ |ok\s+\S+\s+(?:[\d.]+m?s|\(cached\))"
    r"|BUILD SUCCESS|(?:\[INFO\] )?Tests run: \d+|Found \d+ (?:errors?|problems?|issues?)"
    r"|Success: |Successfully (?:installed|built|tagged)|\s*Finished |(?:added|changed|removed) \d+ packages"
    r"|\d+ vulnerabilities|TOTAL\s+\d+|<returncode>|[Ee]xit (?:code|status)\b|PASS$|FAIL$"
)
_FRAME = (
    r"\s*File \"[^\"\n]*\", line \d+|\s+at (?:async )?[\w$.<\[/(]|goroutine \d+ \["
    r"|\t(?:[A-Z]:)?[^\s:]++:\d+(?: \+0x[0-9a-f]+)?\s*$"
    r"|\s*\.\.\. \d+ more\s*$|\s+\d+: (?:0x[0-9a-f]+ - )?[\w<][\w<>]*::"
)
_ERROR = (
    r"E {2,}|>\s{2,}\S|\s*[✕✗✘×●❯] \S|\s*not ok \d+|Caused by:|\s*(?:Expected|Received|Actual|left|right):"
    r"|---* ?FAIL|_{3,} .* _{3,}\s*$|make(?:\[\d+\])?: \*\*\*"
)
_NOISE = (
    r"(?:plugins|rootdir|cachedir|platform|configfile|testpaths|collecting)(?:: | \S)"
    r"|\s*[✓✔√] |ok \d+|=== (?:RUN|PAUSE|CONT|NAME)\b|\s*--- (?:PASS|SKIP)|\s*PASS "
    r"|\s*(?:Collecting|Downloading|Requirement already|Using cached|Unpacking|Selecting|Preparing to)\b"
    r"|(?:Get|Hit|Ign):\d|Reading (?:package|state)|Setting up |\s+(?:Compiling|Downloaded|Checking|Fresh) "
    r"|(?:remote: )?(?:Counting|Compressing|Receiving|Resolving|Writing) (?:objects|deltas)"
    r"|(?:copying|creating|adding|byte-compiling) |\s*(?:inflating|extracting): "
)
_START = re.compile(f"(?P<SUMMARY>{_SUMMARY})|(?P<FRAME>{_FRAME})|(?P<ERROR>{_ERROR})|(?P<NOISE>{_NOISE})")
_WORD = re.compile(r"[A-Za-z_]\w*|[\"'] [45]\d\d ")
_WRONG = re.compile(
    r"(?i:errors?|err|fatal|critical|panic(?:ked)?|emerg|alert|severe|fail(?:ed|ures?|s)?|assert(?:ion)?|traceback"
    r"|exceptions?|aborted|killed|oom|segfault|segmentation|refused|denied|cannot|unable|undefined|unresolved"
    r"|unreachable|rejected|conflict|invalid|mismatch|timeout|overflow|unhandled|uncaught|sig(?:segv|kill|abrt|term))"
    r"|\w*(?:Error|Exception|Failure)|[\"'] 5\d\d "
)
_WARNING = re.compile(r"(?i:warn(?:ings?)?|deprecat(?:ed|ion)|retry(?:ing)?|\w*warning|slow)|[\"'] 4\d\d ")
_PASSED = frozenset(("PASSED", "SKIPPED", "XFAIL", "XPASS", "passed", "skipped"))
_PHRASES = ("o such file", "ot found", "imed out", "core dumped", "does not exist", "not permitted")
_FALSE_ALARM = re.compile(
    r"\b(?:0|no) (?:errors?|failures?|failed|fail|warnings?|issues|problems|exceptions?)\b"
    r"|\b(?:errors?|failed|failures?|fail)[\"']?\s*[:=]\s*(?:0\b|null\b|none\b|false\b|\"\"|\[\])",
    re.IGNORECASE,
)

LOGGED = re.compile(
    r"[\[(]?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|[\[(]?\d\d:\d\d:\d\d|[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d"
    r"|\[?(?:DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|TRACE|CRITICAL|debug|info|warn|error)\]?[ :\]]"
    r"|(?:\d{1,3}\.){3}\d{1,3} - "
    r"|\{.{0,200}\"(?:level|severity|lvl|msg|message|ts|time|timestamp|@timestamp)\":"
    r"|npm (?:ERR!|WARN|error|warn|notice)|make(?:\[\d+\])?: |#\d+ (?:\[|DONE|CACHED|ERROR|\d)|Step \d+/\d+ "
    r"| ---> |(?:gcc|g\+\+|cc|clang|clang\+\+|ld|x86_64-\S+) -|\S+:\d+:\d+: (?:fatal )?(?:error|warning|note)"
    r"|In file included from|Traceback \(most recent|(?:error|warning)(?:\[\w+\])?: | +--> \S+:\d+"
    r"|[.FEsxX]{5,}+(?: +\[ {0,2}\d{1,3}%\])?\s*$|[=_-]{3,} .*[=_-]{3}$"
    r"|[^\s:]++::.*(?:PASSED|FAILED|ERROR|SKIPPED)|\S+\.py [.FEsx]+ |E {3,}"
    r"|test \S+ \.\.\. |\S+ \(\S+\)(?:\s.*)? \.\.\. "
    r"|\S+\(\d+,\d+\): (?:error|warning)|panic: |\w+(?:Error|Exception): "
)
"""How a line of a log or of test output starts (to be matched at the start of a line)."""


def levels(lines: Sequence[str]) -> list[Level]:
    """The level of every line. Only the first 2,000 characters of a line count."""
    known = _Words()
    return [_level(line if len(line) <= _LONGEST else line[:_LONGEST], known) for line in lines]


def is_noted(line: str) -> bool:
    """Whether a line looks like one of a log or of test output."""
    line = line[:_LONGEST]
    if LOGGED.match(line) is not None:
        return True
    start = _START.match(line)
    return start is not None and start.lastgroup in ("FRAME", "NOISE", "SUMMARY")


@dataclass(slots=True)
class _Words:
    """The words of a text that were judged: those that say nothing (most of them), and the others' levels."""

    mute: set[str] = field(default_factory=set)
    telling: dict[str, Level] = field(default_factory=dict)

    def find_telling(self, line: str) -> list[Level]:
        """The levels of the telling words of a line."""
        levels = []
        for word in set(_WORD.findall(line)) - self.mute:
            level = self.telling.get(word)
            if level is None:
                level = _word_level(word)
                if level is Level.PLAIN:
                    self.mute.add(word)
                    continue
                self.telling[word] = level
            levels.append(level)
        return levels


def _level(line: str, known: _Words) -> Level:
    if not line:
        return Level.PLAIN
    start = _START.match(line)
    if start is not None:
        level = Level[start.lastgroup or "PLAIN"]
        if level is not Level.FRAME:
            return level
    told = known.find_telling(line)
    best = max((Level.PLAIN, *told))
    passed = Level.NOISE in told or line.rstrip().endswith("... ok")
    if best is Level.ERROR and passed:
        return Level.ERROR if "FAIL" in line else Level.NOISE
    if best is not Level.ERROR and any(phrase in line for phrase in _PHRASES):
        return Level.ERROR
    if best is Level.ERROR and _FALSE_ALARM.search(line) is not None:
        return _level(_FALSE_ALARM.sub(";", line), known)
    if start is not None and best is not Level.ERROR:
        return Level.FRAME
    return Level.NOISE if passed else best


def _word_level(word: str) -> Level:
    if word in _PASSED:
        return Level.NOISE
    if _WRONG.fullmatch(word):
        return Level.ERROR
    return Level.WARNING if _WARNING.fullmatch(word) else Level.PLAIN
