"""Reading a page: front matter, queries, components, blocks and the Markdown between them."""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from reports.builder.expressions.parser import closing_brace
from reports.builder.notices import Notices, PageSyntaxError
from reports.builder.page.blocks import Mark, MarkKind, read_brace, read_jinja
from reports.builder.page.nodes import (
    Branch,
    Code,
    Component,
    Each,
    HtmlTag,
    If,
    Node,
    Output,
    PageSource,
    QuerySource,
    Text,
)
from reports.builder.page.props import read_tag

# Words after a fence that name a language and not a query.
LANGUAGES = frozenset(
    [
        "bash",
        "c",
        "cpp",
        "css",
        "csv",
        "diff",
        "go",
        "html",
        "ini",
        "java",
        "javascript",
        "js",
        "json",
        "jsx",
        "markdown",
        "md",
        "mermaid",
        "powershell",
        "python",
        "py",
        "r",
        "ruby",
        "rust",
        "scala",
        "sh",
        "shell",
        "svelte",
        "text",
        "toml",
        "ts",
        "typescript",
        "txt",
        "xml",
        "yaml",
        "yml",
    ]
)
# These would break a page's own placeholders; nobody has them on a keyboard.
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_SPECIAL = re.compile(
    r"""^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)\n
      | (?P<code>`+)
      | (?P<comment><!--)
      | (?P<escape>\\[{}<])
      | (?P<jinja>\{(?:[{%]|\#(?=[\s-])))
      | (?P<brace>\{)
      | </(?P<close>[A-Z]\w*)\s*>
      | <(?P<component>[A-Z]\w*)
      | <(?P<dropped>script)\b
      | <(?P<raw>style)\b
      | <(?P<tag>[a-z][\w-]*)(?=\s[^<>]*\{)
    """,
    re.VERBOSE | re.MULTILINE,
)


def parse_page(text: str, file: str, notices: Notices) -> PageSource:
    """The tree of a page's text.

    Args:
        text: The whole file.
        file: Its name relative to the reports folder.
        notices: Takes the warnings.

    Raises:
        PageSyntaxError: If it cannot be read.
    """
    source = _PRIVATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    meta, start = _front_matter(source)
    parser = _Parser(source, start, file, notices)
    nodes = parser.page()
    return PageSource(file, meta, tuple(parser.queries), nodes)


def _front_matter(source: str) -> tuple[dict[str, object], int]:
    match = _FRONT_MATTER.match(source)
    if match is None:
        return {}, 0
    try:
        meta = yaml.safe_load(match[1]) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 + mark.line if mark else 1
        problem = getattr(error, "problem", None) or "not YAML"
        raise PageSyntaxError(f"the front matter cannot be read: {problem}", line) from error
    if not isinstance(meta, dict):
        raise PageSyntaxError("the front matter is not a list of 'name: value' lines", 1)
    return {str(key): value for key, value in meta.items()}, match.end()


class _Parser:
    def __init__(self, source: str, start: int, file: str, notices: Notices) -> None:
        self.queries: list[QuerySource] = []
        self._source = source
        self._position = start
        self._file = file
        self._notices = notices
        self._handlers: dict[str, Callable[[re.Match[str]], Node | Mark | None]] = {
            "info": self._fence,
            "code": self._code_span,
            "comment": self._comment,
            "escape": self._escape,
            "jinja": self._jinja,
            "brace": self._brace,
            "close": self._close,
            "component": self._component,
            "dropped": self._script,
            "raw": self._style,
            "tag": self._html_tag,
        }

    def page(self) -> tuple[Node, ...]:
        nodes, mark = self._nodes()
        if mark:
            raise PageSyntaxError(f"{mark} without its beginning", mark.line)
        return nodes

    def _nodes(self, *ends: MarkKind) -> tuple[tuple[Node, ...], Mark | None]:
        """Nodes up to a mark of one of the kinds, or to the end of the page."""
        nodes: list[Node] = []
        while match := _SPECIAL.search(self._source, self._position):
            self._text(nodes, match.start())
            self._position = match.end()
            found = self._handlers[match.lastgroup or ""](match)
            if isinstance(found, Mark) and found.kind in ("if", "each"):
                found = self._condition(found) if found.kind == "if" else self._loop(found)
            if isinstance(found, Mark):
                if found.kind not in ends:
                    raise PageSyntaxError(f"{found} without its beginning", found.line)
                return tuple(nodes), found
            if found is not None:
                nodes.append(found)
        self._text(nodes, len(self._source))
        self._position = len(self._source)
        return tuple(nodes), None

    def _text(self, nodes: list[Node], end: int) -> None:
        if end > self._position:
            line = self._line(self._position)
            nodes.append(Text(self._source[self._position : end], line))

    def _line(self, position: int) -> int:
        return self._source.count("\n", 0, position) + 1

    def _condition(self, mark: Mark) -> If:
        branches: list[Branch] = []
        condition, line = mark.code, mark.line
        while True:
            children, end = self._nodes("else", "endif")
            branches.append(Branch(condition, children))
            if end is None:
                raise PageSyntaxError("{#if} is not closed by {/if}", line)
            if end.kind == "endif":
                return If(tuple(branches))
            condition = end.code

    def _loop(self, mark: Mark) -> Each:
        children, end = self._nodes("else", "endeach")
        otherwise: tuple[Node, ...] = ()
        if end and end.kind == "else":
            otherwise, end = self._nodes("endeach")
        if end is None or mark.code is None:
            raise PageSyntaxError("{#each} is not closed by {/each}", mark.line)
        return Each(mark.code, mark.item, mark.index, children, otherwise)

    def _fence(self, match: re.Match[str]) -> Node | None:
        mark, info = match["fence"], match["info"].strip()
        closing = re.compile(rf"^[ \t]*{mark[0]}{{{len(mark)},}}[ \t]*$", re.MULTILINE)
        end = closing.search(self._source, match.end())
        line = self._line(match.start("fence"))
        if end is None:
            raise PageSyntaxError(f"the block {mark}{info} is not closed", line)
        self._position = end.end()
        name = _query_name(info)
        if name is None:
            return Text(self._source[match.start() : end.end()], line)
        if any(query.name == name for query in self.queries):
            raise PageSyntaxError(f"there are two queries named '{name}'", line)
        sql = self._source[match.end() : end.start()]
        self.queries.append(QuerySource(name, sql, self._file, line + 1))
        return Text("\n", line)

    def _code_span(self, match: re.Match[str]) -> Node:
        closing = re.compile(rf"(?<!`){match['code']}(?!`)").search(self._source, match.end())
        if closing:
            self._position = closing.end()
        return Text(self._source[match.start() : self._position], self._line(match.start()))

    def _comment(self, match: re.Match[str]) -> None:
        end = self._source.find("-->", match.end())
        self._position = end + 3 if end >= 0 else len(self._source)

    def _escape(self, match: re.Match[str]) -> Node:
        entity = f"&#{ord(match['escape'][1])};"
        return Text(entity, self._line(match.start()))

    def _brace(self, match: re.Match[str]) -> Node | Mark | None:
        line = self._line(match.start())
        closing = closing_brace(self._source, match.end())
        if closing < 0:
            raise PageSyntaxError("'{' without '}' (write \\{ for a brace)", line)
        self._position = closing + 1
        return read_brace(self._source[match.end() : closing], line)

    def _jinja(self, match: re.Match[str]) -> Node | Mark | None:
        line = self._line(match.start())
        sign = match["jinja"][1:]
        closing = self._source.find({"{": "}}", "%": "%}", "#": "#}"}[sign], match.end())
        if closing < 0:
            raise PageSyntaxError(f"'{match['jinja']}' is not closed", line)
        inner = self._source[match.end() : closing]
        self._position = closing + 2
        if sign == "{":
            return Output(Code(inner.strip(), "jinja", line))
        return read_jinja(inner, line) if sign == "%" else None

    def _close(self, match: re.Match[str]) -> Mark:
        return Mark("close", None, match["close"], None, self._line(match.start()))

    def _component(self, match: re.Match[str]) -> Node:
        name, line = match["component"], self._line(match.start())
        tag = read_tag(self._source, match.end(), line, name)
        self._position = tag.end
        if tag.closed:
            return Component(name, tag.props, (), line)
        children, end = self._nodes("close")
        if end is None:
            raise PageSyntaxError(f"<{name}> is not closed by </{name}>", line)
        if end.item != name:
            raise PageSyntaxError(f"</{end.item}> closes <{name}> of line {line}", end.line)
        return Component(name, tag.props, children, line)

    def _script(self, match: re.Match[str]) -> None:
        self._notices.warn(self._line(match.start()), "<script> is left out of the page")
        self._position = self._end_of("script", match)

    def _style(self, match: re.Match[str]) -> Node:
        self._position = self._end_of("style", match)
        return Text(self._source[match.start() : self._position], self._line(match.start()))

    def _end_of(self, name: str, match: re.Match[str]) -> int:
        closing = f"</{name}>"
        end = self._source.find(closing, match.end())
        if end < 0:
            raise PageSyntaxError(f"<{name}> is not closed", self._line(match.start()))
        return end + len(closing)

    def _html_tag(self, match: re.Match[str]) -> Node:
        name, line = match["tag"], self._line(match.start())
        tag = read_tag(self._source, match.end(), line, name)
        self._position = tag.end
        return HtmlTag(name, tag.props, tag.closed, line)


def _query_name(info: str) -> str | None:
    """The query that a fence names: ```` ```sql name ````, or the old ```` ```name ````."""
    words = info.split()
    if len(words) >= 2 and words[0] == "sql":
        return words[1]
    if len(words) == 1 and words[0] != "sql" and words[0].isidentifier():
        return None if words[0].lower() in LANGUAGES else words[0]
    return None
