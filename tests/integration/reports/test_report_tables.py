from __future__ import annotations

import re

from one_component import SALES, Render, body, text_of

from reports.builder.charts.text import width


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
