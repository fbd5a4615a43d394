from __future__ import annotations

import re

import pytest
from one_component import SALES, Render, body, messages, text_of


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
    assert "● unchanged 0.0 points" in text_of(
        body(render, "<Delta value=0.04 fmt=num1 text=points />")
    )


def test_sparkline(render: Render) -> None:
    html = body(
        render, "Course: <Sparkline data={sales} dateCol=month valueCol=orders type=area />"
    )
    assert "<p>Course: <svg" in html


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
