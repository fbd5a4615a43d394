from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from reports.builder.charts.text import width

SALES = """
```sql sales
SELECT * FROM (VALUES
  (DATE '2025-01-01', 'Berlin', 1200.5, 0.25, 3, NULL),
  (DATE '2025-02-01', 'Paris', 800.0, 0.5, 1, 0.1),
  (DATE '2025-03-01', 'Rome', 4000.25, 0.1, 6, -0.2)
) AS t(month, city, revenue_amount, open_share, orders, change_pct)
```

```sql nothing
SELECT 1 AS orders, DATE '2025-01-01' AS month WHERE FALSE
```

```sql one
SELECT 1234.5 AS total, 0.12 AS growth, -0.03 AS yearly, 0 AS flat, 70 AS goal, NULL AS none
```
"""
Render = Callable[..., Any]


def body(render: Render, text: str) -> str:
    built = render(SALES + text)
    assert built.messages == []
    return str(built.body)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def messages(render: Render, text: str) -> list[str]:
    return list(render(SALES + text).messages)


def test_big_value_with_everything(render: Render) -> None:
    html = body(
        render,
        '<BigValue data={one} value=total fmt=eur0 title="Sales" link="/"'
        ' comparison={["growth", "yearly", "flat", "none"]} comparisonFmt=pct1'
        ' comparisonTitle={["on last month", "on last year", "on plan", "on nothing"]}'
        ' target=goal description="All of it." owner="Finance" />',
    )
    shown = text_of(html)
    assert "Sales €1,235 above target €70 ▲ up 12.0% on last month" in shown
    assert "▼ down 3.0% on last year" in shown
    assert "● unchanged 0.0% on plan" in shown
    assert "– on nothing" in shown
    assert "All of it. Owner: Finance." in shown
    assert 'href="index.html"' in html
    assert 'href="#sql-one"' in html
    assert html.count('class="delta good"') == 1
    assert html.count('class="delta bad"') == 1


def test_big_value_may_want_less(render: Render) -> None:
    html = body(
        render,
        "<BigValue data={one} value=total comparison=growth comparisonFmt=pct0 downIsGood"
        " target=500 />",
    )
    assert 'class="delta bad"' in html
    assert 'class="target bad"' in html
    assert "above target 500" in text_of(html)


def test_big_value_compares_with_plain_values(render: Render) -> None:
    html = body(
        render,
        "<BigValue data={one} value=growth fmt=pct0 comparison=total comparisonDelta=false />",
    )
    assert "<b>1,235</b> <span>Total</span>" in html


def test_big_value_has_a_course(render: Render) -> None:
    html = body(render, "<BigValue data={sales} value=orders sparkline=month sparklineType=bar />")
    assert 'aria-label="Orders: course over 3 periods"' in html
    assert html.count("<rect") == 3


def test_tiles_in_a_row_share_a_grid(render: Render) -> None:
    html = body(
        render, "<BigValue data={one} value=total />\n<BigValue data={one} value=growth />\n\ntext"
    )
    assert html.count('class="kpis"') == 1
    assert html.count('class="kpi card"') == 2


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("<Value data={sales} />", "Jan 2025"),
        ("<Value data={sales} column=city row=2 />", "Rome"),
        ("<Value data={sales} column=revenue_amount fmt=usd0 agg=sum />", "$6,001"),
        ("<Value data={sales} column=orders agg=median />", "3"),
        ("<Value data={sales} column=orders row=9 placeholder='none yet' />", "none yet"),
        ("<Value data={nothing} column=orders />", "–"),
    ],
)
def test_value(render: Render, tag: str, shown: str) -> None:
    assert f"It is {shown} now." in text_of(body(render, f"It is {tag} now."))


def test_value_may_be_red(render: Render) -> None:
    html = body(render, "<Value data={sales} column=change_pct row=2 redNegatives />")
    assert '<span style="color:var(--bad)">-20.0%</span>' in html


def test_delta(render: Render) -> None:
    html = body(render, "<Delta data={one} column=growth fmt=pct0 text='on last month' chip />")
    assert "▲ up 12% on last month" in text_of(html)
    assert "delta good chip" in html
    assert 'class="delta neutral"' in body(
        render, "<Delta data={one} column=yearly fmt=pct0 neutralMin=-0.05 neutralMax=0.05 />"
    )
    assert 'class="delta bad"' in body(
        render, "<Delta value={one[0].growth} downIsGood fmt=pct0 />"
    )


def test_sparkline(render: Render) -> None:
    html = body(
        render, "Course: <Sparkline data={sales} dateCol=month valueCol=orders type=area />"
    )
    assert "<p>Course: <svg" in html


def test_data_table_by_itself(render: Render) -> None:
    html = body(render, "<DataTable data={sales} />")
    shown = text_of(html)
    assert "Month City Revenue Open share Orders Change" in shown
    assert "Jan 2025 Berlin €1,200.50 25.0% 3 –" in shown
    assert 'data-v="2025-01-01"' in html
    assert 'data-v="1200.5"' in html
    assert 'data-rows="10"' in html


def test_data_table_with_columns(render: Render) -> None:
    html = body(
        render,
        "<DataTable data={sales} rows=all sort='revenue_amount desc' title=Cities search totalRow"
        " rowNumbers rowShading compact>\n"
        "  <Column id=city title='Where' align=center />\n"
        "  <Column id=revenue_amount title=Revenue fmt=eur0 contentType=bar />\n"
        "  <Column id=open_share weightCol=orders />\n"
        "  <Column id=change_pct contentType=delta colGroup=Movement />\n"
        "  <Column id=orders contentType=colorscale colorScale=positive totalAgg=max"
        " colGroup=Movement />\n"
        "</DataTable>",
    )
    rows = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    assert [text_of(row).split()[1] for row in rows[1:4]] == ["Rome", "Berlin", "Paris"]
    assert text_of(rows[4]).split() == ["Total", "€6,001", "18.5%", "6"]
    assert "width:100.0%" in html
    assert "color-mix(in srgb,var(--good) 56%,var(--card))" in html
    assert 'colspan="2">Movement' in html
    assert 'type="search"' in html
    assert "shaded compact" in html


def test_headings_over_columns_are_merged_and_empty_ones_are_none(render: Render) -> None:
    groups = ("", "Sold", "Sold", " ", "Sold")
    columns = ("city", "orders", "revenue_amount", "open_share", "change_pct")
    inner = "\n".join(
        f'<Column id={name} colGroup="{group}"/>'
        for name, group in zip(columns, groups, strict=True)
    )
    html = body(render, f"<DataTable data={{sales}} rowNumbers>\n{inner}\n</DataTable>")
    (row,) = re.findall(r'<tr class="groups">(.*?)</tr>', html)
    assert re.findall(r"<(t[dh])([^>]*)>([^<]*)</", row) == [
        ("td", "", ""),
        ("td", ' colspan="1"', ""),
        ("th", ' scope="colgroup" colspan="2"', "Sold"),
        ("td", ' colspan="1"', ""),
        ("th", ' scope="colgroup" colspan="1"', "Sold"),
    ]


def test_texts_beside_bars_have_room_so_that_the_bars_are_aligned(render: Render) -> None:
    html = body(
        render,
        "```sql rows\nSELECT * FROM (VALUES (1.0), (0.05), (-0.2)) AS t(part_pct)\n```\n"
        "<DataTable data={rows}>\n<Column id=part_pct contentType=bar fmt='+0%;-0%'/>\n"
        "</DataTable>",
    )
    found = re.findall(r'<span style="min-width:(\d+)ch">([^<]*)</span>', html)
    assert [text for _, text in found] == ["+100%", "+5%", "-20%"]
    (room,) = {int(digits) * width("0") for digits, _ in found}
    assert all(width(text) <= room for _, text in found)
    assert room < width("+100%") + 2 * width("0")


def test_total_rows_never_sum_ratios(render: Render) -> None:
    built = render(
        SALES
        + "<DataTable data={sales} totalRow>\n<Column id=city/>\n<Column id=orders/>\n"
        + "<Column id=open_share totalAgg=sum/>\n<Column id=change_pct/>\n</DataTable>"
    )
    total = re.search(r"<tfoot>.*?</tfoot>", built.body, re.DOTALL)
    assert total
    assert text_of(total.group()).split() == ["Total", "10"]
    assert "'open_share' is not summed" in built.messages[0]


def test_table_links_lead_to_pages_or_nowhere(render: Render) -> None:
    built = render(
        "```sql rows\nSELECT * FROM (VALUES ('a', '/other'), ('b', 'javascript:alert(1)'))"
        " AS t(name, path)\n```\n"
        "<DataTable data={rows} link=path />\n\n"
        "<DataTable data={rows}>\n<Column id=path contentType=link linkLabel=name/>\n</DataTable>",
        other="Other",
    )
    assert built.body.count('href="other.html"') == 2
    assert built.body.count('href="#"') == 2
    assert 'href="javascript' not in built.body


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (
            "<BarChart data={sales} x=city y=orders title=Cities />",
            "Cities. Bar chart, Rome to Paris",
        ),
        ("<BarChart data={sales} x=city y=orders swapXY sort=false />", "Berlin to Rome"),
        ("<BarChart data={sales} x=month y={['orders', 'open_share']} type=grouped />", "Jan 2025"),
        (
            "<BarChart data={sales} x=month y=orders series=city type=stacked100 />",
            "0.0% and 100.0%",
        ),
        (
            "<LineChart data={sales} x=month y=revenue_amount yFmt=usd0 />",
            "between $800 and $4,000",
        ),
        ("<LineChart data={sales} y=orders series=city markers step legend />", "Line chart"),
        ("<AreaChart data={sales} x=month y=orders />", "Area chart"),
        ("<BarChart data={sales} x=city y=orders swapXY labelFmt=usd2 />", ">$6.00</text>"),
        ("<LineChart data={sales} y=orders xAxisTitle=Time yAxisTitle=true />", ">Time</text>"),
        (
            (
                "<LineChart data={sales} y=orders>\n"
                "<ReferenceLine y=5 label=Goal color=negative />\n"
                "<ReferenceLine x='2025-02-01' label=Launch />\n</LineChart>"
            ),
            "Goal (5)",
        ),
    ],
)
def test_charts(render: Render, tag: str, expected: str) -> None:
    html = body(render, tag)
    assert expected in html
    assert html.count("<svg") == 3
    assert "<summary>Data" in html
    assert "nan" not in html.lower().replace("tenant", "")


def test_charts_in_a_grid_are_drawn_smaller(render: Render) -> None:
    tag = "<BarChart data={sales} x=city y=orders />"
    assert 'viewBox="0 0 484' in body(render, f"<Grid cols=2>\n{tag}\n{tag}\n</Grid>")
    html = body(render, f"<Grid cols=3>\n<Group>\n{tag}\n</Group>\n</Grid>")
    assert html.count("<svg") == 1


def test_charts_offer_their_data(render: Render) -> None:
    html = body(render, "<LineChart data={sales} x=month y=orders title=Orders />")
    table = html.partition('<details class="data">')[2]
    assert "Month Orders Jan 2025 3 Feb 2025 1 Mar 2025 6" in text_of(table)


def test_layout(render: Render) -> None:
    html = body(
        render,
        "<Grid cols=2 gapSize=lg>\n<Group>\n\n## One\n\n</Group>\n"
        "<Group>\n\n- two\n\n</Group>\n</Grid>\n"
        "<Details title='More' open>\n\n**inside**\n\n</Details>\n"
        "<Tabs>\n<Tab label=First>\na\n</Tab>\n"
        "<Tab label=Second description=why>\nb\n</Tab>\n</Tabs>\n"
        "<Alert status=warning description='Watch'>\nout\n</Alert>\n<Note>small</Note>\n"
        "An <Info description='a \"tip\"' /> here.<LineBreak lines=2 />\n<PageBreak />\n",
    )
    assert 'class="grid cols-2 gap-lg"' in html
    assert '<h2 id="one">One</h2>' in html
    assert (
        '<details class="fold" open><summary>More</summary><div><p><strong>inside</strong></p>'
        in html
    )
    assert html.count('role="tabpanel"') == 2
    assert 'class="alert warning"' in html
    assert '<div class="note"><p>small</p>' in html
    assert 'data-tip="a &#34;tip&#34;"' in html
    assert "<br><br>" in html
    assert 'class="page-break"' in html


def test_links_and_images(render: Render, content) -> None:  # type: ignore[no-untyped-def]
    (content / "static").mkdir()
    (content / "static" / "a.png").write_bytes(b"png")
    built = render(
        "<Link url='/other' label=Go />\n\n<BigLink href='/other'>All of it</BigLink>\n\n"
        "<LinkButton url='javascript:x'>No</LinkButton>\n\n"
        "<Image url='a.png' description='An image' width=20 />\n\n![b](a.png)\n",
        other="Other",
    )
    assert '<a class="link" href="other.html">Go</a>' in built.body
    assert '<a class="big-link" href="other.html">All of it</a>' in built.body
    assert '<a class="button" href="#">No</a>' in built.body
    assert built.body.count("data:image/png;base64,") == 2
    assert built.messages == []


def test_last_refreshed_is_data(render: Render) -> None:
    html = body(render, "<LastRefreshed prefix='As of' />")
    assert "As of 15 Sep 2025 02:35 UTC" in html


@pytest.mark.parametrize(
    "tag",
    [
        "<BigValue data={nothing} value=orders />",
        "<DataTable data={nothing} />",
        "<BarChart data={nothing} x=month y=orders />",
        "<LineChart data={nothing} title=Empty />",
    ],
)
def test_no_rows_are_no_error(render: Render, tag: str) -> None:
    assert "No data" in text_of(body(render, tag))
    assert "Nothing yet" in body(render, tag.replace("/>", "emptyMessage='Nothing yet' />"))


def test_no_rows_may_be_an_error(render: Render) -> None:
    found = messages(render, "<DataTable data={nothing} emptySet=error />")
    assert "the query has no rows" in found[0]


@pytest.mark.parametrize(
    ("chart", "line", "label"),
    [
        ("LineChart x=month y=revenue_amount yFmt=usd0", "y=5 label=Goal", "Goal ($5)"),
        ("LineChart x=month y=revenue_amount yFmt=usd0", "y=5 fmt=num1", "5.0"),
        ("LineChart x=month y=open_share", "y=0.255 label=Goal", "Goal (25.5%)"),
        ("LineChart x=month y=orders", "y=2.5", "2.50"),
        ("LineChart x=month y=orders", "y=2.5 label=Goal hideValue", "Goal"),
        ("LineChart x=month y=orders xFmt='mmm yy'", "x='2025-02-01'", "Feb 25"),
        ("LineChart x=month y=orders", "x='2025-02-01'", "Feb 2025"),
        ("LineChart x=month y=orders", "x='2025-02-01' label=Launch", "Launch"),
        ("LineChart x=month y=orders", "x='2025-02-01' label=Then fmt=yyyy", "Then (2025)"),
        ("BarChart x=city y={['orders', 'change_pct']} type=stacked100", "y=0.5", "50.0%"),
        ("BarChart x=city y=orders swapXY yFmt=num2", "y=4", "4.00"),
        ("ScatterPlot x=orders y=revenue_amount xFmt=num1 yFmt=usd0", "y=900", "$900"),
        ("ScatterPlot x=orders y=revenue_amount xFmt=num1 yFmt=usd0", "x=2", "2.0"),
        ("Histogram x=revenue_amount xFmt=usd0", "x=2000", "$2,000"),
        ("BoxPlot name=city midpoint=open_share", "y=0.2 label=Aim", "Aim (20.0%)"),
    ],
)
def test_reference_lines_are_written_as_their_axis_is(
    render: Render, chart: str, line: str, label: str
) -> None:
    tag = chart.partition(" ")[0]
    opened = chart.replace(tag, f"<{tag} data={{sales}}", 1)
    html = body(render, f"{opened}>\n<ReferenceLine {line} />\n</{tag}>")
    found = re.findall(r'<text [^>]*paint-order="stroke"[^>]*>([^<]*)</text>', html)
    assert set(found) == {label}


@pytest.mark.parametrize("turned", ["", " swapXY"])
def test_box_plots_have_a_line_at_0(render: Render, turned: str) -> None:
    html = body(
        render,
        "```sql boxes\nSELECT 'a' AS name, 0.02 AS middle, -0.05 AS least, 0.09 AS most\n```\n"
        f"<BoxPlot data={{boxes}} name=name midpoint=middle min=least max=most{turned} />",
    )
    drawings = re.findall("<svg.*?</svg>", html, re.DOTALL)
    assert drawings
    assert all(each.count('class="zero"') == 1 for each in drawings)


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("<BarChrt data={sales} />", "no component <BarChrt>; did you mean 'BarChart'?"),
        ("<Grid columns=2>\nx\n</Grid>", "<Grid> has no prop 'columns'; did you mean 'cols'?"),
        ("<DataTable data={sales} rowshading />", "'rowshading' should be written 'rowShading'"),
        ("<BigValue data={one} value=total fmt=usd7 />", "fmt='usd7' is not a format"),
        ("<Alert status=warnin>\nx\n</Alert>", "status='warnin' is not one of"),
        ("<BarChart data={sales} x=city y=orders fillColor='url(x)' />", "is not a colour"),
        ("<Column id=x />", "<Column> stands outside its component"),
        ("<DataTable data={sales} sort=citty />", "cannot sort by 'citty'"),
        (
            "<DataTable data={sales}>\n<Column id=city contentType=html/>\n</DataTable>",
            "taken as HTML",
        ),
    ],
)
def test_oddities_are_warnings_with_a_line(render: Render, tag: str, message: str) -> None:
    built = render(SALES + tag)
    line = SALES.count("\n") + 1
    found = [each for each in built.messages if message in each]
    assert found
    assert re.match(rf"warning: pages/index\.md:{line}(?:|\d): |warning: .*:{line + 1}: ", found[0])
    assert built.result.ok


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("<BigValue value=total />", "<BigValue> needs data="),
        ("<BigValue data={one} />", "<BigValue> needs value="),
        ("<BigValue data={one} value=totl />", "no column 'totl'; did you mean 'total'? (columns:"),
        ("<BarChart data={sales} x=city y=ordrs />", "did you mean 'orders'?"),
        ("<DataTable data={sales}>\n<Column id=citi/>\n</DataTable>", "did you mean 'city'?"),
        ("<DataTable data={slaes} />", "there is no 'slaes' in this page; did you mean 'sales'?"),
        ("<DataTable data=7 />", "there is no '7'"),
        ("<BarChart data={sales} x=city y=month />", "finds no numbers in month"),
        ("<Grid cols=two>x</Grid>", "cols='two' is not a number"),
        ("<LineChart data={sales} y=orders>\n<ReferenceLine />\n</LineChart>", "needs x= or y="),
        ("{nope.x}", "there is no 'nope' in this page"),
        ("{#if nope}x{/if}", "there is no 'nope'"),
        ("{#each nope as x}x{/each}", "there is no 'nope'"),
        ("{@const a = nope}", "there is no 'nope'"),
        ("{@partial 'none.md'}", "there is no partial 'none.md'"),
        ("{{ nope }}", "there is no 'nope'"),
        ("{{ 1 | nofilter }}", "nofilter"),
    ],
)
def test_mistakes_are_errors_in_place(render: Render, tag: str, message: str) -> None:
    built = render(SALES + tag + "\n\nStill here.")
    assert built.result.errors
    assert message in str(built.result.errors[0])
    assert f"pages/index.md:{SALES.count(chr(10)) + 1}" in str(built.result.errors[0])
    assert "Still here." in built.body
