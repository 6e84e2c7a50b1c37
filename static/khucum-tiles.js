/* An online basemap that a reader may switch on. Nothing waits for it. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const KEY = "khucum.basemap"; // where the browser remembers the choice
  const PATIENCE_MS = 8000;
  const MOST_ZOOM = 19;
  const HALF = 20037508.342789244; // of the plane of EPSG:3857, in metres

  const remember = (on) => {
    try {
      if (on) localStorage.setItem(KEY, "on");
      else localStorage.removeItem(KEY);
    } catch {
      // a browser that keeps nothing: the choice holds until the page closes
    }
  };
  const remembered = () => {
    try {
      return localStorage.getItem(KEY) === "on";
    } catch {
      return false;
    }
  };

  /** The layer, which tells when its host has sent nothing for a while. */
  function layerOf({ url, credit_html: attribution, layers }, onSilent) {
    const options = { maxZoom: MOST_ZOOM, attribution };
    const layer = layers
      ? L.tileLayer.wms(url, { ...options, layers, format: "image/png" })
      : L.tileLayer(url, options);
    let due = null;
    const expect = () => {
      clearTimeout(due);
      due = setTimeout(onSilent, PATIENCE_MS);
    };
    let failed = 0;
    layer.on("add", () => {
      failed = 0;
      expect();
    });
    layer.on("tileload", () => {
      clearTimeout(due);
      failed = -Infinity; // single tiles may be missing at a host that answers
    });
    layer.on("tileerror", () => (failed += 1) === 3 && onSilent());
    layer.on("remove", () => clearTimeout(due));
    return layer;
  }

  /** The basemap of a scene; null where the installation has none. */
  khucum.basemap = (scene, tiles) => {
    if (!tiles?.url) return null;
    const { map, texts } = scene;
    const layer = layerOf(tiles, () => {
      switchTo(false);
      scene.notice.say(texts.tiles_silent, () => {
        scene.notice.clear();
        switchTo(true);
      });
    });
    function switchTo(on) {
      scene.shown.tiles = on;
      document.querySelector('[data-layer="tiles"]').checked = on;
      map[on ? "addLayer" : "removeLayer"](layer);
      scene.unitSheet.refresh(); // land lets the basemap through
      remember(on);
    }
    scene.shown.tiles = false;
    scene.on("view", (first) => first && remembered() && switchTo(true)); // the zones come before
    return { switchTo };
  };

  /** The pictures that make up the basemap of a frame: address and place in CSS pixels. */
  khucum.tilesIn = ({ url, layers }, frame) =>
    (layers ? [wholeOf(url, layers, frame)] : tilesOf(url, frame));

  function tilesOf(url, { scale, dx, dy, width, height, zoom }) {
    const z = Math.min(MOST_ZOOM, Math.max(0, Math.round(zoom)));
    const size = (256 * scale) / 2 ** z;
    const [left, top] = [dx - khucum.ORIGIN.x * scale, dy - khucum.ORIGIN.y * scale]; // of tile 0, 0
    const found = [];
    const last = 2 ** z - 1;
    for (let y = Math.max(0, Math.floor(-top / size)); y <= last && top + y * size < height; y += 1) {
      for (let x = Math.max(0, Math.floor(-left / size)); x <= last && left + x * size < width; x += 1) {
        const address = L.Util.template(url, { x, y, z, "-y": last - y, s: "a", r: "" });
        found.push({ address, x: left + x * size, y: top + y * size, width: size, height: size });
      }
    }
    return found;
  }

  /** A WMS draws the whole frame at once. */
  function wholeOf(url, layers, { scale, dx, dy, width, height, ratio }) {
    const metres = (2 * HALF) / (256 * scale);
    const east = (x) => (x - dx + khucum.ORIGIN.x * scale) * metres - HALF;
    const north = (y) => HALF - (y - dy + khucum.ORIGIN.y * scale) * metres;
    const asked = {
      service: "WMS", version: "1.1.1", request: "GetMap", layers, styles: "", format: "image/png",
      srs: "EPSG:3857", bbox: [east(0), north(height), east(width), north(0)].join(","),
      width: Math.round(width * ratio), height: Math.round(height * ratio),
    };
    const address = url + L.Util.getParamString(asked, url);
    return { address, x: 0, y: 0, width, height };
  }
})();
