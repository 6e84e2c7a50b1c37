"""The page that ours is measured against: Streamlit, folium, st_folium as an analyst writes them.

It draws the same districts and the same zones from the same data folder, with the same filter. It
is written with care: files are read once (``st.cache_data``), markers are light circles on a canvas
(``prefer_canvas``), Leaflet comes from the same server, without the other libraries that folium
loads, and ``returned_objects=[]`` keeps a pan from rerunning the page. What it cannot avoid is what
st_folium is: Python makes a script of the whole map, which is sent whole whenever it differs.
"""

from __future__ import annotations

import os
from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

ROOT = Path(__file__).resolve().parent.parent
DOLLAR = """window.$ = (html) => {
  const made = document.createElement("div");
  made.innerHTML = html;
  return [made.firstElementChild];
};"""
"""All that folium's popups use of jQuery."""

DATA = Path(os.environ["KHUCUM_DATA"])
COLOURS = {"KCN": "#7a1fa2", "CCN": "#b3541e"}
STAGES = ("planned", "detailed_plan", "established", "building", "operating")
SHADES = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")
LIMITS = (50, 150, 400, 1000)


@st.cache_data
def read_zones() -> gpd.GeoDataFrame:
    """Zones with their district, which they declare."""
    zones = gpd.read_file(DATA / "zones.geojson")
    zones["district"] = [units[0]["code"] for units in zones["districts"]]
    return zones


@st.cache_data
def read_districts() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "boundaries" / "districts-2016.geojson")[
        ["code", "full_name", "geometry"]
    ]


def shade(ha: float) -> str:
    return SHADES[sum(ha >= limit for limit in LIMITS)] if ha else "#ffffff"


def draw(zones: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> folium.Map:
    """A choropleth of planned hectares and a marker a zone."""
    made = folium.Map(location=(16.2, 107.6), zoom_start=5, tiles=None, prefer_canvas=True)
    made.default_js = [("leaflet", "/vendor/leaflet.js"), ("dollar", "/dollar.js")]
    made.default_css = [("leaflet", "/vendor/leaflet.css")]
    totals = zones.groupby("district")["area_planned_ha"].sum()
    coloured = districts.assign(ha=districts["code"].map(totals).fillna(0))
    folium.GeoJson(
        coloured,
        style_function=lambda feature: {
            "fillColor": shade(feature["properties"]["ha"]),
            "fillOpacity": 0.7,
            "color": "#888888",
            "weight": 0.5,
        },
        tooltip=folium.GeoJsonTooltip(["full_name", "ha"]),
    ).add_to(made)
    for zone in zones.itertuples():
        if zone.geometry is None:
            continue
        area = "chưa rõ" if pd.isna(zone.area_planned_ha) else f"{zone.area_planned_ha} ha"
        folium.CircleMarker(
            (zone.geometry.y, zone.geometry.x),
            radius=5,
            color=COLOURS[zone.kind],
            fill=True,
            popup=f"{zone.name}<br>{area}",
        ).add_to(made)
    return made


def main() -> None:
    from streamlit_folium import st_folium  # not before the server runs, where it registers itself

    st.set_page_config(layout="wide")
    zones, districts = read_zones(), read_districts()
    kinds = st.sidebar.pills("Loại", list(COLOURS), key="kind", selection_mode="multi")
    stages = st.sidebar.pills("Giai đoạn", STAGES, key="stage", selection_mode="multi")
    shown = zones[zones["kind"].isin(kinds)] if kinds else zones
    shown = shown[shown["stage"].isin(stages)] if stages else shown
    st.title("Khu và cụm công nghiệp")
    st.metric("Diện tích quy hoạch, ha", round(shown["area_planned_ha"].sum(), 2))
    st_folium(draw(shown, districts), key="map", returned_objects=[], height=600, width=1000)
    st.dataframe(pd.DataFrame(shown[["name", "kind", "area_planned_ha", "stage"]]))


def dollar(_: Request) -> Response:
    return Response(DOLLAR, media_type="text/javascript")


if __name__ == "__main__":
    main()
else:
    app = st.App(
        Path(__file__),
        routes=[
            Mount("/vendor", StaticFiles(directory=ROOT / "node_modules" / "leaflet" / "dist")),
            Route("/dollar.js", dollar),
        ],
    )
