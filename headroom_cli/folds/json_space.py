"""JSON's insignificant white space: a document in a standard layout is written without any.

The layouts are those of `json.dumps(value, indent=n)` (also JSON.stringify and jq), with spaces or tabs,
and of plain `json.dumps(value)` with its ", " and ": ". The parameter names the layout: the indentation in
spaces, `tab`, or 0 for one line; ` eol` after it if the text ends with a line feed. Numbers, strings, the
order of keys and duplicate keys keep their spelling: only the space between tokens goes.
"""

import re

from headroom_cli.errors import InputError

NAME = "json"

# A string that is never closed is one token too, lest every quote in it be tried as a beginning.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],:]|[^\s"{}\[\],:]++')
_ATOM = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null", re.ASCII)
_LAYOUT = re.compile(r"(?P<indent>\d|tab)(?P<eol> eol)?")
_INDENT = re.compile(r"[{\[]\n(?: {1,8}|\t)(?=\S)")
_LEVELS = 64  # deeper documents are left alone: their indentation grows with the square of the depth


def fold(text: str) -> tuple[str, str] | None:
    """The document without white space and its layout; None if it is in no known layout."""
    body = text.removesuffix("\n")
    if body[:1] not in ("{", "[") or body[-1:] not in ("}", "]"):
        return None
    indented = _INDENT.match(body)
    if indented is None and ", " not in body and ": " not in body:
        return None
    width = len(indented[0]) - 2 if indented is not None else 0
    indent = "tab" if indented is not None and indented[0].endswith("\t") else str(width)
    tokens: list[str] = _TOKEN.findall(body)
    if not _is_document(tokens):
        return None
    return "".join(tokens), indent + (" eol" if len(body) < len(text) else "")


def unfold(text: str, parameter: str) -> str:
    """The document in the layout that `parameter` names. InputError if there is no such layout."""
    layout = _LAYOUT.fullmatch(parameter)
    if layout is None:
        raise InputError(f"a folded JSON text names no known layout: {parameter!r}")
    indent = "\t" if layout["indent"] == "tab" else " " * int(layout["indent"])
    tokens: list[str] = _TOKEN.findall(text)
    body = _lay_out(tokens, indent) if indent else _one_line(tokens)
    return body + ("\n" if layout["eol"] else "")


def _is_document(tokens: list[str]) -> bool:
    """Whether tokens are those of JSON: atoms are numbers or words of JSON, brackets pair up."""
    open_brackets: list[str] = []
    for token in tokens:
        if token in ("{", "["):
            open_brackets.append("}" if token == "{" else "]")
            if len(open_brackets) > _LEVELS:
                return False
        elif token in ("}", "]"):
            if not open_brackets or open_brackets.pop() != token:
                return False
        elif token not in (",", ":") and token[0] != '"' and _ATOM.fullmatch(token) is None:
            return False
    return not open_brackets


def _one_line(tokens: list[str]) -> str:
    return "".join([token + " " if token in (",", ":") else token for token in tokens])


def _lay_out(tokens: list[str], indent: str) -> str:
    """Tokens with a new line after every bracket and comma; empty brackets stay together."""
    breaks = ["\n"]
    level = 0
    out: list[str] = []
    before = ""
    for token in tokens:
        if token in ("}", "]"):
            level = max(0, level - 1)
            if before not in ("{", "["):
                out.append(breaks[level])
        elif before in ("{", "["):
            out.append(breaks[level])
        out.append(token)
        if token in ("{", "["):
            level += 1
            if level > _LEVELS:
                raise InputError("a folded JSON text is nested too deeply")
            if level == len(breaks):
                breaks.append("\n" + indent * level)
        elif token == ",":
            out.append(breaks[level])
        elif token == ":":
            out.append(" ")
        before = token
    return "".join(out)
