/* The map on which a place is set: a point or an outline, corner by corner, beside its neighbours.
   What somebody draws goes to the page when it is whole; a rerun never takes it from their hands. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const DECIMALS = 1e6; // as the register keeps coordinates
  const MOST_HANDLES = 250; // more in view would hide the outline and stall a phone
  const NEAR = 6; // pixels within which two clicks are one

  const toLngLat = ({ lng, lat }) =>
    [Math.round(lng * DECIMALS) / DECIMALS, Math.round(lat * DECIMALS) / DECIMALS];
  const toLatLng = ([lng, lat]) => L.latLng(lat, lng);
  const opened = (ring) => ring.slice(0, -1); // without the first corner repeated
  const closed = (ring) => [...ring, ring[0]];

  /** Parts of a geometry, each a list of rings: the outline, then its holes. */
  function partsOf(geometry) {
    if (!geometry || geometry.type === "Point") return [];
    const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return parts.map((rings) => rings.map(opened));
  }

  function geometryOf(parts) {
    const polygons = parts.map((rings) => rings.map(closed));
    if (!polygons.length) return null;
    return polygons.length === 1
      ? { type: "Polygon", coordinates: polygons[0] }
      : { type: "MultiPolygon", coordinates: polygons };
  }

  class Board {
    constructor(map, { lang, root, texts, tiles }) {
      Object.assign(this, { map, root, texts });
      this.view = this.units = this.zones = null;
      this.loaded = new Map();
      this.shown = { districts: true, zones: true, labels: true };
      this.parts = []; // finished outlines
      this.open = null; // corners of the outline that is being drawn
      this.point = null;
      this.past = []; // states to go back to
      this.chosen = null; // the corner to be deleted: [part, ring, corner]
      this.reported = null; // the geometry that the page knows
      this.state = { ready: false, paints: 0 };

      const box = map.getContainer();
      box.classList.add("khucum", "drawing");
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", texts.draw_label);
      box.lang = lang;
      map.doubleClickZoom.disable();
      for (const [name, level] of [["units", 350], ["marks", 380], ["shape", 450]]) {
        map.createPane(name).style.zIndex = level;
        if (name !== "shape") map.getPane(name).style.pointerEvents = "none";
      }
      if (tiles.url) {
        this.shown.tiles = false;
        this.tileLayer = L.tileLayer(tiles.url, { maxZoom: 19, attribution: tiles.credit });
      }
      this.unitSheet = new khucum.Sheet((...a) => this.#paintUnits(...a), { pane: "units" });
      this.markSheet = new khucum.Sheet((...a) => this.#paintMarks(...a), { pane: "marks" });
      map.addLayer(this.unitSheet).addLayer(this.markSheet);
      const pen = L.svg({ pane: "shape" });
      const drawn = (name) => ({ renderer: pen, pane: "shape", className: name, interactive: false });
      this.savedLine = L.polygon([], drawn("saved")).addTo(map);
      this.savedCircle = L.layerGroup().addTo(map);
      this.area = L.polygon([], drawn("area")).addTo(map);
      this.line = L.polyline([], drawn("line")).addTo(map);
      this.band = L.polyline([], drawn("band")).addTo(map);
      this.circles = L.layerGroup().addTo(map);
      this.handles = L.layerGroup().addTo(map);
      this.drawn = drawn;
      this.styled = khucum.styleSheets().then(() => this.retheme());

      khucum.buttons(map, texts, () => this.fit());
      this.#tools();
      khucum.layerPanel(map, texts, this.shown, (name, on) => {
        if (name === "tiles") map[on ? "addLayer" : "removeLayer"](this.tileLayer);
        this.#repaint();
      });
      const credit = L.control.attribution({ position: "bottomright" }).addTo(map);
      credit.setPrefix('<a href="https://leafletjs.com">Leaflet</a>').addAttribution(texts.credit);
      L.control.scale({ imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
      this.notice = khucum.notice(map, texts);
      this.wheelHint = khucum.wheelHint(map, texts);
      this.#listen(box);
    }

    // ---- what the page asks for ------------------------------------------------------------

    async show(view) {
      const before = this.view;
      const another = view.serial !== before?.serial;
      this.view = view;
      this.state.ready = false;
      if (another) this.#load(view.shape);
      this.#showSaved(view);
      // else the handles stay as they are: somebody may just be pressing one
      if (another || view.mode !== before.mode || view.radius_km !== before.radius_km) this.#draw();
      if (another) this.fit();
      await this.#layers(view);
      if (view !== this.view) return; // a newer view has come meanwhile
      this.#repaint();
      Object.assign(this.state, { ready: true, mode: view.mode, serial: view.serial });
    }

    #load(shape) {
      this.parts = partsOf(shape);
      this.point = shape?.type === "Point" ? shape.coordinates : null;
      this.reported = JSON.stringify(shape);
      this.past = [];
      this.chosen = null;
      this.open = this.view.mode === "outline" && !this.parts.length ? [] : null;
    }

    #showSaved({ saved, saved_radius_km: radius }) {
      this.savedLine.setLatLngs(partsOf(saved).map((rings) => rings.map((r) => r.map(toLatLng))));
      this.savedCircle.clearLayers();
      if (saved?.type !== "Point") return;
      const at = toLatLng(saved.coordinates);
      this.savedCircle.addLayer(L.circleMarker(at, { ...this.drawn("saved"), radius: 6 }));
      if (radius) {
        this.savedCircle.addLayer(L.circle(at, { ...this.drawn("saved"), radius: radius * 1000 }));
      }
    }

    fit() {
      const { map, view } = this;
      if (!view || map.getSize().x < 50) return;
      const [west, south, east, north] = view.bounds;
      const bounds = L.latLngBounds([south, west], [north, east]);
      this.parts.flat(2).forEach((corner) => bounds.extend(toLatLng(corner)));
      map.fitBounds(bounds, { animate: false, maxZoom: 16, padding: [34, 34] });
    }

    async #layers(view) {
      const found = await Promise.allSettled([
        this.#layer("districts-2016", khucum.Units), this.#layer("zones", khucum.Zones),
      ]);
      await this.styled;
      [this.units, this.zones] = found.map((one) => one.value ?? null);
      if (this.zones) {
        const { all } = this.zones;
        const bits = new Uint8Array(all.reduce((most, { n }) => Math.max(most, n), 0) / 8 + 1);
        for (const { id, n } of all) if (id !== view.self) bits[n >> 3] |= 1 << (n & 7);
        this.zones.mask = bits;
      }
      const failed = ["districts", "zones"].filter((_, i) => found[i].status === "rejected");
      this.state.failed = failed;
      if (!failed.length) return this.notice.clear();
      const names = failed.map((name) => this.texts[`layer_${name}`]).join(", ");
      this.notice.say(khucum.fillIn(this.texts.layer_failed, { layer: names }),
        () => this.show(this.view));
    }

    #layer(name, Kind) {
      const revision = this.view.layers[name];
      const address = `${name} ${revision}`;
      if (!this.loaded.has(address)) {
        const loading = this.#fetch(name, revision).then((collection) => new Kind(collection));
        loading.catch(() => this.loaded.delete(address)); // so that it can be tried again
        this.loaded.set(address, loading);
      }
      return this.loaded.get(address);
    }

    async #fetch(name, revision, again = true) {
      const url = `${this.root}layers/${revision}/${name}.geojson`;
      const answer = await fetch(url, { credentials: "same-origin" });
      if (answer.ok) return answer.json();
      const reason = await answer.json().catch(() => ({}));
      if (answer.status === 410 && again && name === "zones") { // the register has changed
        return this.#fetch(name, reason.revision, false);
      }
      throw new Error(`${url}: ${answer.status}`);
    }

    // ---- drawing ---------------------------------------------------------------------------

    /** Remember the state before a change. */
    #before() {
      this.past.push(JSON.stringify([this.parts, this.open, this.point]));
      if (this.past.length > 200) this.past.shift();
    }

    #changed() {
      this.chosen = null;
      this.#draw();
      this.#report();
    }

    #report() {
      const point = this.point && { type: "Point", coordinates: this.point };
      const geometry = this.view.mode === "point" ? point : geometryOf(this.parts);
      const text = JSON.stringify(geometry);
      if (text === this.reported) return;
      this.reported = text;
      khucum.host.report({
        serial: this.view.serial, number: Date.now(), geometry,
      });
    }

    #click({ latlng, containerPoint }) {
      const { mode } = this.view ?? {};
      if (mode === "point") {
        this.#before();
        this.point = toLngLat(latlng);
        this.#changed();
      } else if (mode === "outline" && this.open) {
        const last = this.open.at(-1);
        const gap = last && this.map.latLngToContainerPoint(toLatLng(last)).distanceTo(containerPoint);
        if (last && gap < NEAR) return;
        this.#before();
        this.open.push(toLngLat(latlng));
        this.#draw();
      } else if (this.chosen) {
        this.chosen = null;
        this.#draw();
      }
    }

    #finish() {
      if (!this.open || this.open.length < 3) return;
      this.#before();
      this.parts.push([this.open]);
      this.open = null;
      this.#changed();
    }

    #addPart() {
      this.#before();
      this.open = [];
      this.chosen = null;
      this.#draw();
    }

    #undo() {
      if (!this.past.length) return;
      [this.parts, this.open, this.point] = JSON.parse(this.past.pop());
      this.#changed();
    }

    #clear() {
      this.#before();
      this.parts = [];
      this.open = this.view.mode === "outline" ? [] : null;
      this.point = null;
      this.#changed();
    }

    #delete(place) {
      if (!place) return;
      this.#before();
      const [part, ring, corner] = place;
      const rings = this.parts[part];
      rings[ring].splice(corner, 1);
      if (rings[ring].length < 3) { // no area is left in it
        if (ring) rings.splice(ring, 1);
        else this.parts.splice(part, 1);
      }
      if (!this.parts.length) this.open = [];
      this.#changed();
    }

    #draw() {
      const { mode, radius_km: radius } = this.view;
      this.#lines();
      this.circles.clearLayers();
      this.handles.clearLayers();
      if (this.point && mode !== "outline") this.#drawPoint(mode, radius);
      if (mode === "outline") this.#drawHandles();
      this.#drawTools(mode);
    }

    #lines() {
      const rings = this.parts.map((part) => part.map((ring) => ring.map(toLatLng)));
      this.area.setLatLngs(rings);
      this.line.setLatLngs((this.open ?? []).map(toLatLng));
      this.band.setLatLngs([]);
    }

    #drawPoint(mode, radius) {
      const at = toLatLng(this.point);
      if (radius && mode === "view") {
        this.circles.addLayer(L.circle(at, { ...this.drawn("doubt"), radius: radius * 1000 }));
      }
      const marker = this.#handle(at, "place", mode === "point");
      marker.on("dragend", () => {
        this.#before();
        this.point = toLngLat(marker.getLatLng());
        this.#changed();
      });
    }

    #drawHandles() {
      const view = this.map.getBounds().pad(0.1);
      const corners = this.parts.flatMap((rings, part) => rings.flatMap((points, ring) =>
        points.map((point, i) => ({ part, ring, i, points, at: toLatLng(point) }))))
        .filter(({ at }) => view.contains(at));
      const open = this.open ?? [];
      this.crowded = corners.length > MOST_HANDLES;
      if (!this.crowded) {
        for (const corner of corners) this.#cornerHandles(corner);
      }
      open.forEach((point, i) => {
        const first = i === 0 && open.length > 2;
        const handle = this.#handle(toLatLng(point), first ? "corner first" : "corner", false);
        if (first) handle.on("click", () => this.#finish());
      });
    }

    /** A corner that can be dragged and chosen, and the middle of the side that follows it. */
    #cornerHandles({ part, ring, i, points, at }) {
      const chosen = this.chosen?.join() === [part, ring, i].join();
      const corner = this.#handle(at, chosen ? "corner chosen" : "corner", true);
      this.#draggable(corner, points, () => i);
      corner.on("click", () => {
        this.chosen = chosen ? null : [part, ring, i];
        this.#draw();
      });
      corner.on("contextmenu", () => this.#delete([part, ring, i]));
      if (this.open) return;
      const next = toLatLng(points[(i + 1) % points.length]);
      const here = this.map.latLngToContainerPoint(at);
      const there = this.map.latLngToContainerPoint(next);
      if (here.distanceTo(there) < 44) return;
      const middle = this.map.containerPointToLatLng(here.add(there).divideBy(2));
      const between = this.#handle(middle, "middle", true);
      this.#draggable(between, points, () => {
        points.splice(i + 1, 0, toLngLat(middle));
        return i + 1;
      });
    }

    #draggable(marker, points, begin) {
      let at = null;
      marker.on("dragstart", () => {
        this.dragging = true; // panning at the edge must not take the handle away
        this.#before();
        at = begin();
      });
      marker.on("drag", () => {
        points[at] = toLngLat(marker.getLatLng());
        this.#lines();
      });
      marker.on("dragend", () => {
        this.dragging = false;
        this.#changed();
      });
    }

    #handle(at, name, draggable) {
      const icon = L.divIcon({ className: `handle ${name}`, iconSize: [28, 28] });
      const options = { icon, draggable, keyboard: false, interactive: this.view.mode !== "view" };
      const marker = L.marker(at, { ...options, bubblingMouseEvents: false, autoPan: draggable });
      this.handles.addLayer(marker);
      return marker;
    }

    // ---- the tools -------------------------------------------------------------------------

    #tools() {
      const { texts, map } = this;
      const press = (name, act) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = texts[name];
        button.dataset.tool = name;
        button.addEventListener("click", act);
        return button;
      };
      this.tools = {
        finish: press("finish", () => this.#finish()),
        undo: press("undo", () => this.#undo()),
        remove: press("remove", () => this.#delete(this.chosen)),
        part: press("part", () => this.#addPart()),
        clear: press("clear", () => this.#clear()),
      };
      const row = document.createElement("div");
      row.className = "tools";
      row.append(...Object.values(this.tools));
      this.hint = document.createElement("p");
      this.hint.setAttribute("role", "status");
      this.desk = document.createElement("div");
      this.desk.className = "panel desk";
      this.desk.append(this.hint, row);
      khucum.control(this.desk, "bottomleft").addTo(map);
    }

    #drawTools(mode) {
      const { tools, open, parts, texts } = this;
      this.desk.hidden = mode === "view";
      this.map.getContainer().classList.toggle("placing", mode === "point" || Boolean(open));
      const use = (tool, shown, able = true) => {
        tools[tool].hidden = !shown;
        tools[tool].disabled = !able;
      };
      const outline = mode === "outline";
      use("finish", outline && Boolean(open), open?.length > 2);
      use("undo", true, this.past.length > 0);
      use("remove", outline && !open, Boolean(this.chosen));
      use("part", outline && !open);
      use("clear", outline, parts.length > 0 || open?.length > 0);
      let hint = "hint_point";
      if (outline && open) hint = open.length < 3 ? "hint_start" : "hint_close";
      else if (outline) hint = this.crowded ? "hint_crowded" : "hint_edit";
      this.hint.textContent = texts[hint];
    }

    // ---- painting --------------------------------------------------------------------------

    #repaint() {
      this.unitSheet.refresh();
      this.markSheet.refresh();
    }

    #paintUnits(ctx, frame) {
      if (!this.view || !this.style || !this.units) return;
      const { style, shown, view } = this;
      const declared = new Set(view.declared);
      if (!shown.tiles) this.units.fill(ctx, frame, () => style.land);
      ctx.globalAlpha = shown.tiles ? 0.18 : 0.5;
      this.units.fill(ctx, frame, ({ code }) => (declared.has(code) ? style.classes[0] : null));
      ctx.globalAlpha = 1;
      if (shown.districts) this.units.stroke(ctx, frame, style.province, 0.9);
    }

    #paintMarks(ctx, frame) {
      if (!this.view || !this.style) return;
      const { style, shown, zones, units } = this;
      const drawn = zones && shown.zones ? zones.paint(ctx, frame, style, []) : [];
      if (shown.labels) {
        const { scale, dx, dy } = frame;
        const taken = drawn.map(({ spot: { x, y, r } }) => [x - r, y - r, x + r, y + r]);
        const districts = (units?.all ?? []).map(({ name, label }) => ({
          x: label.x * scale + dx, y: label.y * scale + dy, lines: [name], size: 12,
          colour: style.soft, room: label.width * scale * 1.25,
        }));
        const names = drawn.map((zone) => khucum.zoneName(zone, style));
        khucum.paintLabels(ctx, frame, frame.zoom >= 9.5 ? [...names, ...districts] : districts,
          taken, style);
      }
      this.state.neighbours = drawn.length;
      this.state.paints += 1;
    }

    retheme() {
      const theme = khucum.isDark() ? "dark" : "light";
      if (this.style?.land && document.documentElement.dataset.theme === theme) return;
      document.documentElement.dataset.theme = theme;
      this.style = khucum.readStyle();
      this.#repaint();
    }

    // ---- pointing and reading --------------------------------------------------------------

    #listen(box) {
      const { map } = this;
      map.on("click", (event) => this.#click(event));
      map.on("dblclick", () => this.#finish());
      map.on("mousemove", ({ latlng }) => {
        const last = this.open?.at(-1);
        this.band.setLatLngs(last ? [toLatLng(last), latlng] : []);
      });
      map.on("mouseout", () => this.band.setLatLngs([]));
      map.on("moveend", () => this.view && !this.dragging && this.#draw());
      box.addEventListener("keydown", (event) => {
        if (event.target.closest("button, input")) return;
        if (event.key === "Enter") this.#finish();
        else if (event.key === "Delete" || event.key === "Backspace") this.#delete(this.chosen);
        else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) this.#undo();
        else return;
        event.preventDefault();
      });
      box.addEventListener("wheel", (event) => {
        if (event.ctrlKey || event.metaKey || document.fullscreenElement) return; // Leaflet zooms
        event.stopImmediatePropagation(); // the page scrolls
        if (!event.target.closest(".leaflet-control")) this.wheelHint();
      }, { capture: true, passive: true });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.retheme());
      khucum.host.themed.addEventListener("theme", () => this.retheme());
      new ResizeObserver(() => {
        const hidden = map.getSize().x < 50; // it was made in a hidden tab
        map.invalidateSize({ animate: false });
        if (hidden) this.fit();
      }).observe(box);
    }
  }

  khucum.startDrawing = (map, config) => {
    khucum.calm(map);
    khucum.board = new Board(map, config);
    khucum.state = khucum.board.state;
    khucum.host.begin();
  };
  khucum.draw = (view) => khucum.board.show(view);
})();
