"""A page with nothing but the editor of a place, for the tests beside it."""

import json
from pathlib import Path

import streamlit as st

from geo import web
from geo.changes import raw_of
from pages.ui.resources import get_planner, get_settings

KEY = "place"


def main() -> None:
    from pages.ui import place  # registers the map's component, which needs the running server

    st.set_page_config(layout="wide")
    st.html(Path(__file__).parents[2] / "static" / "pages.css")
    asked = st.query_params
    base = None
    if "zone" in asked:
        base = raw_of(get_planner().state.by_id[asked["zone"]])
    raw = base or {
        "province": {"code": "60", "vintage": "2016", "name": "Bình Thuận"},
        "districts": [{"code": "598", "vintage": "2016", "name": "huyện Hàm Thuận Nam"}],
        "area_planned_ha": 100,
    }
    names = ["Khác", "Vị trí"]
    first, second = st.tabs(names, default=names["behind" not in asked])
    with second:
        taken = place.editor(raw, base, KEY, asked.get("lang", "vi"))
    with first:
        st.write("–")
    st.code(json.dumps(taken, ensure_ascii=False), language=None)
    st.button("Reset", on_click=place.reset, args=(KEY,))


if __name__ == "__main__":
    main()
else:
    app = st.App(Path(__file__), routes=web.routes(get_planner, get_settings()))
