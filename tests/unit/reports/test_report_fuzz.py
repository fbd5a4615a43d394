"""Arbitrary data and arbitrary pages: no crash, nothing unescaped, always valid HTML."""

# ruff: noqa: E501  pages are written in long lines
from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import html5lib
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reports.builder.data.runner import Limits, QueryRunner
from reports.builder.page.nodes import QuerySource
from reports.builder.render.alone import Alone, Surroundings, render_alone

THEME = Path(__file__).parents[3] / "reports" / "theme"
STATIC = Path(__file__).parent / "conformance" / "static"
QUERY = QuerySource("d", "SELECT * FROM marts.d", "queries/d.sql", 1)
NASTY = [
    '"><canary-x onx=1>',
    "'><canary-x onx=1>",
    "</script></style></title></svg><canary-x>",
    "]]><canary-x> --><canary-x>",
    "&lt;canary-x&gt; & &amp;",
    "{{ canary }} {% for x in y %} {canary} {#if canary} {/each} ${canary}",
    "javascript:canary()",
    "  javaScript\t:canary()",
    "data:text/html,<canary-x>",
    '=HYPERLINK("https://example.com")',
    "\u202eright to left\u202c \u0645\u0631\u062d\u0628\u0627",
    "\x00\x01\x07\x1b[31m\x7f\x85\ufffe",
    "\ue0000\ue001 \ue0001\ue001",
    "\n# heading\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "![x](y) [z](javascript:canary()) `code` **bold** <https://example.com>",
    "x" * 10_000,
    "\U0001f9d1\u200d\U0001f680 \u0301\u0301",
    "",
    " ",
]
texts = st.none() | st.sampled_from(NASTY) | st.text(max_size=30)
numbers = st.none() | st.sampled_from([
    *(0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, -1e-300, 1.7e308, -1.7e308),
    *(1.0, -1.0, 0.1, 1e15, 123456789.123),
]) | st.floats(width=32)  # fmt: skip
whole = st.none() | st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 1, -1])
days = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.just(date(2025, 1, 1))
rows = st.lists(st.tuples(texts, texts, days, numbers, numbers, whole), max_size=5)

SMALL = """
# {d[0].label} and {d.length}

Text {d[0].label} {fmt(d[0].x, 'usd0')} {d[0].x.toFixed(2)} {d[0].n.toLocaleString()} {d[0].day}
`{d[0].label}` **{d[0].label}** [{d[0].label}]({d[0].label}) <span title="{d[0].label}">x</span>

{#each d as row, i}
- {i}: {row.label}, {row.x > row.y ? 'more' : 'less'}, {row.label?.toUpperCase() ?? 'none'}
{/each}

| Name | Value |
|---|---|
| {d[0].label} | {d[0].x} |

<Value data={d} column=label /> <Value data={d} column=x fmt=usd2 redNegatives agg=median />
<Delta data={d} column=x fmt=pct1 chip text="{d[0].label}" /> <Info description="{d[0].label}" />

<BigValue data={d} value=x comparison=y sparkline=day title="{d[0].label}" target=y link="{d[0].label}" description="{d[0].label}" />

<DataTable data={d} title="{d[0].label}" totalRow rowNumbers search link=label>
  <Column id=label title="{d[0].label}" description="{d[0].label}" />
  <Column id=series contentType=link linkLabel=label />
  <Column id=x contentType=bar /><Column id=y contentType=colorscale colorScale={['red', 'green']} colorMid=0 />
  <Column id=n contentType=delta fmt=num1k totalAgg=mean /><Column id=day />
  <Column id=label contentType=image alt=label />
</DataTable>
<DataTable data={d} groupBy=series subtotals />
<DataTable data={d} groupBy=label groupType=section />

<Heatmap data={d} x=label y=series value=x />
<CalendarHeatmap data={d} date=day value=x />
<FunnelChart data={d} nameCol=label valueCol=x showPercent />
<SankeyDiagram data={d} sourceCol=label targetCol=series valueCol=x />
<ScatterPlot data={d} x=x y=y series=series tooltipTitle=label>
  <ReferenceLine data={d} x=x label=label /><ReferenceArea yMin={d[0].y} label="{d[0].label}" />
</ScatterPlot>
<ScatterPlot data={d} x=label y=y />
<BubbleChart data={d} x=day y=y size=x />
<Histogram data={d} x=x />
<BoxPlot data={d} name=label midpoint=x min=y max=n confidenceInterval=y />
<USMap data={d} state=label value=x />
<PointMap data={d} lat=x long=y pointName=label value=n />
<BubbleMap data={d} lat=x long=y size=n pointName=label />
<AreaMap data={d} geoJsonUrl="/squares.geojson" areaCol=label geoId=name value=x />

<Dropdown data={d} name=pick value=label title="{d[0].label}" />
<ButtonGroup data={d} name=push value=series />
<DateRange data={d} dates=day name=span />
Chosen {inputs.pick.label} {inputs.span.start}

<Tabs><Tab label="{d[0].label}" description="{d[0].label}">x</Tab></Tabs>
<Details title="{d[0].label}">{d[0].label}</Details>
<Accordion><AccordionItem title="{d[0].label}">{d[0].label}</AccordionItem></Accordion>
<Alert description="{d[0].label}">{d[0].label}</Alert>
<LinkButton url="{d[0].label}">{d[0].label}</LinkButton> <BigLink url="{d[0].label}" label="{d[0].label}" />
"""
LARGE = """
<Chart data={d} x=x><Hist /><Line y=y /><Bubble y=y size=x /></Chart>
<Chart data={d} x=label><Bar y=x /><Bubble y=x size=y /></Chart>
<Chart data={d} x=day y=y series=series><Bubble size=x /></Chart>
<BarChart data={d} x=label y={['x', 'y']} title="{d[0].label}" labels />
<BarChart data={d} x=day y=x series=series y2=n y2SeriesType=line />
<LineChart data={d} x=x y=y series=label markers labels yLog />
<AreaChart data={d} x=day y=x series=series type=stacked100 />
"""


def surroundings(
    connection: duckdb.DuckDBPyConnection, data: list[tuple[Any, ...]]
) -> Surroundings:
    connection.execute("CREATE SCHEMA marts")
    connection.execute(
        "CREATE TABLE marts.d(label TEXT, series TEXT, day DATE, x DOUBLE, y DOUBLE, n BIGINT)"
    )
    for row in data:
        connection.execute("INSERT INTO marts.d VALUES (?, ?, ?, ?, ?, ?)", row)
    runner = QueryRunner(connection, Limits())
    return Surroundings(runner=runner, theme=THEME, static=STATIC, queries={"d": QUERY})


def render(page: str, data: list[tuple[Any, ...]]) -> Alone:
    with duckdb.connect() as connection:
        return render_alone(page, surroundings(connection, data))


def check(rendered: Alone) -> None:
    """The body is valid, and holds no element, handler or link that a value has brought in."""
    page = f'<!doctype html><html lang="en"><title>x</title><body><main>{rendered.html}</main>'
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(page + "</body></html>")
    assert [(at, kind, extra) for at, kind, extra in parser.errors] == []
    for element in tree.iter():
        assert "canary" not in str(element.tag)
        for name, value in element.attrib.items():
            assert not str(name).startswith("on"), (name, value)
            if name in ("href", "src"):
                safe = str(value).strip().lower()
                assert not safe.startswith(("javascript", "data:text", "vbscript"))
    assert "\ue000" not in rendered.html
    assert "\ue001" not in rendered.html


SLOW = settings(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))


@SLOW
@given(rows)
@example([(each, each, date(2025, 1, 1), 1.0, 2.0, 3) for each in NASTY])
@example([(None, None, None, None, None, None)])
@example([])
def test_any_data_make_a_valid_page(data: list[tuple[Any, ...]]) -> None:
    check(render(SMALL, data))


@settings(SLOW, max_examples=2)
@given(rows)
@example([(each, each, date(2025, 1, 1), 1.0, 2.0, 3) for each in NASTY])
@example(
    [
        ("a", "b", date(1, 1, 1), 1.7e308, 5e-324, 2**62),
        ("b", "a", date(9999, 12, 31), -1.7e308, 0.0, -1),
    ]
)
def test_any_data_make_valid_charts(data: list[tuple[Any, ...]]) -> None:
    check(render(LARGE, data))


PIECES = [
    *("<BarChart", "<DataTable", "<Value", "<Grid cols=3>", "</Grid>", "<Tabs>", "<Tab label=a>"),
    *("</Tab>", "</Tabs>", " data={d}", " x=label", " y=x", " rows=all", " title='{d[0].label}'"),
    *("/>", ">", "</BarChart>", "<Details>", "</Details>", "<Unknown a=1>", "</Unknown>"),
    *(
        "{#if d.length}",
        "{:else if 1}",
        "{:else}",
        "{/if}",
        "{#each d as r, i}",
        "{/each}",
        "{r.x}",
    ),
    *("{@const a = 1}", "{@html d[0].label}", "{@partial 'x.md'}", "{a}", "{d.map(x => x.n)}", "{"),
    *(
        "}",
        "{{ d }}",
        "{{",
        "}}",
        "{% if d %}",
        "{% endif %}",
        "{%",
        "```sql q\nSELECT 1 AS a\n```\n",
    ),
    *(
        "```\n",
        "~~~",
        "`",
        "``",
        "\n",
        "\n\n",
        "# ",
        "- ",
        "1. ",
        "> ",
        "| a | b |\n|--|--|\n",
        "**",
    ),
    *(
        "[x](/y)",
        "![x](y)",
        "\\{",
        "\\<",
        "<!--",
        "-->",
        "&amp;",
        "&#123;",
        "---\n",
        "$",
        "${x}",
        "'",
    ),
    *('"', "(", "=>", "...", "a ? b : c", "\ue0005\ue001", "<", "\t", "\r\n", "0x", "1e999", "??"),
]
pages = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=25).map("".join)
RAW = ["<div>", "</div>", "<b onclick={1}>", "<script>", "</script>", "<style>", "</p>", "<table>"]
wild = st.lists(st.sampled_from([*PIECES, *RAW]) | st.text(max_size=8), max_size=25).map("".join)
ROW = [("<canary-x>", "b", date(2025, 1, 1), 1.0, 2.0, 3)]


@pytest.fixture(scope="module")
def around() -> Any:
    with duckdb.connect() as connection:
        yield surroundings(connection, ROW)


@settings(SLOW, max_examples=60)
@given(pages)
def test_any_page_without_html_of_its_own_is_valid(around: Surroundings, page: str) -> None:
    if not any(f"<{letter}" in page for letter in "abcdefghijklmnopqrstuvwxyz!?/"):
        check(render_alone(page, around))


@settings(SLOW, max_examples=60)
@given(wild)
def test_no_page_makes_the_build_crash(around: Surroundings, page: str) -> None:
    html = render_alone(page, around).html
    assert "\ue000" not in html
    assert "<canary-x>" not in html
