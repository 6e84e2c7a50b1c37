/* A small map of a few shapes on the borders around them. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});

  function painted(style) {
    const css = getComputedStyle(document.documentElement);
    return Object.fromEntries(Object.entries(style).map(([name, value]) =>
      [name, String(value).startsWith("--") ? css.getPropertyValue(value).trim() : value]));
  }

  function label(text) {
    const made = document.createElement("span");
    made.textContent = text; // a name is never markup
    return made;
  }

  class Sketch {
    constructor(map, { texts }) {
      Object.assign(this, { map, texts });
      this.drawn = L.layerGroup().addTo(map);
      map.getContainer().classList.add("khucum");
      map.scrollWheelZoom.disable();
      L.control.zoom({ zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(map);
      L.control.attribution({ prefix: false }).addAttribution(texts.credit).addTo(map);
      // a map in a closed tab has no size until the tab is opened
      new ResizeObserver(() => {
        map.invalidateSize();
        if (this.message) map.fitBounds(this.message.bounds);
      }).observe(map.getContainer());
      khucum.host.themed.addEventListener("theme", () => this.message && this.show(this.message));
    }

    async show(message) {
      this.message = message;
      await khucum.styleSheets();
      document.documentElement.dataset.theme = khucum.isDark() ? "dark" : "light";
      this.drawn.clearLayers();
      for (const features of [message.borders, message.shapes]) this.#draw(features);
      for (const [text, ...at] of message.islands) {
        L.tooltip({ permanent: true, direction: "center" })
          .setLatLng(at).setContent(label(text)).addTo(this.drawn);
      }
      this.map.invalidateSize();
      this.map.fitBounds(message.bounds);
      this.ready = true;
    }

    #draw(features) {
      L.geoJSON(features, {
        renderer: L.canvas({ padding: 0.5 }),
        interactive: features.some((one) => one.properties.text),
        style: (one) => painted(one.properties.style),
        pointToLayer: (one, at) => L.circleMarker(at),
        onEachFeature: (one, layer) => {
          if (one.properties.text) layer.bindTooltip(label(one.properties.text), { sticky: true });
        },
      }).addTo(this.drawn);
    }
  }

  khucum.startSketch = (map, config) => {
    khucum.calm(map);
    khucum.board = new Sketch(map, config);
    khucum.host.begin();
  };
  khucum.sketch = (message) => khucum.board.show(message);
})();
