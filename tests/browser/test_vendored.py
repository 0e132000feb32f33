"""What is vendored works under our policy as it is: the map with WebGL and its refusal without, plots, htmx."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Page, expect

from hub.web import assets
from hub.web.page import POLICY
from tests.browser.chromium import LONGEST_MS, person
from tests.browser.guard import Guard
from tests.e2e.served import serving

MAP: Final = f"""
import {{Map}} from "{assets.url_of("vendor/maplibre-gl/maplibre-gl.mjs")}";
const square = [[[120.1, 30.1], [120.9, 30.1], [120.9, 30.9], [120.1, 30.9], [120.1, 30.1]]];
const grids = {{type: "geojson", data: {{type: "Feature", properties: {{}}, geometry: {{type: "Polygon", coordinates: square}}}}}};
try {{
  const map = new Map({{container: "map", center: [120.5, 30.5], zoom: 7, style: {{version: 8, sources: {{grids}}, layers: [
    {{id: "fill", type: "fill", source: "grids", paint: {{"fill-color": "#d00000"}}}},
    {{id: "name", type: "symbol", source: "grids", layout: {{"text-field": "望河街道"}}}}]}}}});
  map.on("idle", () => document.title = `drawn ${{map.queryRenderedFeatures({{layers: ["fill"]}}).length}}`);
}} catch (error) {{
  document.title = `refused: ${{error.message}}`;
}}
"""
_PLOT: Final = """
const plot = new uPlot({width: 400, height: 200, series: [{}, {label: "事项", stroke: "red"}]}, [[1, 2, 3], [4, 6, 5]], document.body);
document.title = `drawn ${plot.root.querySelectorAll("canvas").length}`;
"""
_HTMX: Final = """<body hx-headers:inherited='{"x-csrf": "token"}'><button hx-get="/part" hx-target="#out">x</button><p id="out">"""


@contextmanager
def opened(browser: Browser, body: str, script: str, *shared: str) -> Iterator[tuple[Page, Guard]]:
    """A page of ours with that script, under our policy."""
    app = FastAPI()
    app.include_router(assets.router)
    links = "".join(
        f"<link rel=stylesheet href={assets.url_of(one)}>"
        if one.endswith(".css")
        else f"<script src={assets.url_of(one)}></script>"
        for one in shared
    )
    page = f"<!doctype html><meta charset=utf-8><link rel=icon href='data:,'>{links}<title>x</title>{body}<script type=module src=/own.js></script>"
    app.get("/")(lambda: HTMLResponse(page, headers={"content-security-policy": POLICY}))
    app.get("/own.js")(lambda: Response(script, media_type="text/javascript"))
    app.get("/part")(_part)
    with serving(app) as url:
        context = browser.new_context(**person())
        context.set_default_timeout(LONGEST_MS)
        guard, drawn = Guard(context, url), context.new_page()
        drawn.goto(url)
        yield drawn, guard
        guard.check()
        context.close()


def _part(request: Request) -> HTMLResponse:
    return HTMLResponse(f"<b>{request.headers.get('x-csrf')}</b>")


def test_the_map_is_drawn_by_its_worker(browser: Browser) -> None:
    css = "vendor/maplibre-gl/maplibre-gl.css"
    with opened(browser, "<div id=map></div>", MAP, css) as (page, _guard):
        expect(page).to_have_title("drawn 1")


def test_plots_are_drawn(browser: Browser) -> None:
    with opened(browser, "", _PLOT, "vendor/uplot/uPlot.min.css", "vendor/uplot/uPlot.iife.min.js") as (
        page,
        _guard,
    ):
        expect(page).to_have_title("drawn 1")


def test_htmx_fetches_with_the_inherited_header_and_keeps_nothing(browser: Browser) -> None:
    with opened(browser, _HTMX, "", "vendor/htmx/htmx.min.js") as (page, _guard):
        page.get_by_role("button").click()
        assert "token" == page.locator("#out b").inner_text()
        assert 0 == page.evaluate("sessionStorage.length + localStorage.length")
