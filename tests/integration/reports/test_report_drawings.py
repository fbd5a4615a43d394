from __future__ import annotations

import re

import pytest
from one_component import Render, body, text_of


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
