/* The map itself: fetches the layers once, keeps them over reruns, and shows what a view says.

   Other scripts add to it by `khucum.parts.push((scene) => …)` and use only:
     scene.map, texts, lang, format, source, view, zones, units, provinces, style, selected
     scene.on("asked" | "view" | "select" | "settled" | "theme", heard)
     scene.select({kind: "zone" | "unit", id} | null, {fly}), scene.fly({bounds} | {point, zoom})
     scene.side.open(title, content, {className, of, left}), scene.side.close()
     scene.slots.find, .tools, .take, .below   where controls and tables go
     scene.overlays.push(paint)     paint(ctx, frame, style) over everything else
     scene.outlined(points, tool)   a button under what was drawn, or ""; made by one part at most
     scene.hold(name) / scene.release(name)   while held, a click on the map selects nothing
     scene.paint(ctx, frame, style) the whole map on any canvas */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const NATIONAL = [[6.9, 102.1], [23.4, 117.4]];
  const ARCHIPELAGOS = [["hoang_sa", [112.0, 16.5]], ["truong_sa", [114.2, 10.2]]];

  class Scene {
    constructor(map, config) {
      const { lang, texts, tiles } = config;
      Object.assign(this, { map, lang, texts, config });
      this.source = khucum.sourceOf(config);
      const locale = lang === "vi" ? "vi-VN" : "en-US";
      const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 4 });
      this.format = (value) => numbers.format(value);
      this.layers = new Map(); // address -> promise of a prepared layer
      this.shown = { zones: true, fill: true, districts: true, provinces: true, labels: true };
      this.view = this.zones = this.units = this.provinces = null;
      this.fitted = null; // what the map was last moved to
      this.hovered = this.selected = null;
      this.moved = false; // whether the reader has moved the map
      this.overlays = [];
      this.heard = new Map();
      this.held = new Set();
      this.state = { ready: false, lang, drawn: { KCN: 0, CCN: 0 }, paints: 0, selected: null };

      const box = map.getContainer();
      box.classList.add("khucum");
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", texts.label);
      box.setAttribute("aria-describedby", "map-about");
      box.before(khucum.make("p", { id: "map-about", hidden: true }, texts.about));
      map.createPane("units").style.zIndex = 350;
      map.createPane("marks").style.zIndex = 450;
      for (const pane of ["units", "marks"]) map.getPane(pane).style.pointerEvents = "none";
      this.basemap = khucum.basemap(this, tiles);
      this.styled = khucum.styleSheets().then(() => this.retheme());
      this.unitSheet = new khucum.Sheet((...a) => this.#paintUnits(...a, this.style), { pane: "units" });
      this.markSheet = new khucum.Sheet((ctx, frame) => {
        this.frame = frame;
        this.#paintMarks(ctx, frame, this.style);
        this.state.paints += 1;
      }, { pane: "marks" });
      map.addLayer(this.unitSheet).addLayer(this.markSheet);

      const strip = document.getElementById("strip");
      this.slots = { below: document.getElementById("below") };
      for (const name of ["find", "tools", "take"]) {
        strip.append((this.slots[name] = khucum.make("div", { class: name })));
      }
      this.side = khucum.sidePanel(document.getElementById("side"), texts, () => this.select(null));
      khucum.buttons(map, texts, () => this.fit());
      khucum.layerPanel(map, texts, this.shown, (name, on) => this.#toggle(name, on));
      this.legend = khucum.legendPanel(map, texts, this.format);
      const credit = L.control.attribution({ position: "bottomright" }).addTo(map);
      credit.setPrefix('<a href="https://leafletjs.com">Leaflet</a>').addAttribution(texts.credit);
      L.control.scale({ imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
      this.tip = khucum.tooltip(map);
      this.trouble = khucum.notice(map, texts, "alarm"); // stays until what failed has come
      this.notice = khucum.notice(map, texts);
      this.wheelHint = khucum.wheelHint(map, texts);
      khucum.twoFingers(map, khucum.passingHint(map, "touch", texts.touch));
      this.#listen(box);
      for (const part of khucum.parts) part(this);
    }

    on(name, heard) {
      this.heard.set(name, [...(this.heard.get(name) ?? []), heard]);
    }

    #emit(name, ...detail) {
      for (const heard of this.heard.get(name) ?? []) {
        try {
          heard(...detail);
        } catch (error) {
          reportError(error); // what one part cannot do keeps no other from its work
        }
      }
    }

    // ---- what the page asks for ------------------------------------------------------------

    async show(view) {
      this.view = view;
      this.state.ready = false;
      this.#emit("asked"); // for what does not wait for the layers
      if (!this.zones) this.notice.say(this.texts.loading);
      const unit = view.theme.layer;
      const asked = [unit, unit === "provinces-2025" ? unit : "provinces-2016"];
      const found = await Promise.allSettled([
        this.#layer("zones", khucum.Zones),
        ...asked.map((name) => this.#layer(name, khucum.Units)),
      ]);
      await this.styled;
      if (view !== this.view) return; // a newer view has come meanwhile
      const layer = this.units?.layer;
      const before = this.zones;
      [this.zones, this.units, this.provinces] = found.map((one) => one.value ?? null);
      if (this.units) this.units.layer = unit;
      this.#report(view, asked, found);
      if (this.zones) {
        const bits = atob(view.visible);
        this.zones.mask = Uint8Array.from(bits, (letter) => letter.charCodeAt(0));
      }
      if (this.selected?.kind === "zone") this.#renew(before);
      if (this.selected?.kind === "unit" && layer !== unit) this.select(null);
      this.#drawLegend(); // before fitting, which leaves room for it
      const { paints } = this.state;
      if (view.visible !== this.fitted) {
        this.fitted = view.visible;
        this.fit();
      }
      if (this.state.paints === paints) { // a map that has moved is painted already
        this.unitSheet.paint();
        this.markSheet.paint();
      }
      if (this.zones && view.selected && view.selected !== this.asked) {
        this.asked = view.selected;
        this.select({ kind: "zone", id: view.selected }, { fly: true });
      }
      this.#emit("view", !this.seen);
      this.seen = true;
      this.#settled(!found.some((one) => one.status === "rejected"));
    }

    /** Open a zone or a unit beside the map; what is not there closes what was open. */
    select(target, { fly = false } = {}) {
      const known = target && (target.kind === "zone" ? this.zone(target) : this.unit(target.id));
      const same = known && this.selected?.kind === target.kind && this.selected.id === target.id;
      this.selected = known ? { kind: target.kind, id: target.id } : null;
      this.state.selected = this.selected?.id ?? null;
      this.tip.hide();
      this.#marked();
      if (!known) this.side.close();
      if (!same) this.#emit("select", this.selected, known || null);
      if (known && fly) this.#flyTo(target.kind, known);
      this.unitSheet.refresh();
      this.markSheet.refresh();
      this.#tell();
    }

    /** The selected zone in another revision of the register: its profile again, or its end. */
    #renew(before) {
      this.#marked();
      if (!before || !this.zones || before === this.zones) return;
      const known = this.zone(this.selected);
      if (known) this.#emit("select", this.selected, known);
      else {
        this.select(null);
        this.notice.say(this.texts.record_missing);
      }
    }

    #marked() {
      const { selected, zones } = this;
      this.selectedZone = selected?.kind === "zone" ? zones?.byId.get(selected.id) ?? null : null;
    }

    /** A zone, also one without a place; without the layer it is known by the name that came along. */
    zone({ id, name, of }) {
      return this.zones?.byId.get(id) ?? this.zones?.placeless.get(id)
        ?? (name ? { id, name, kind: of } : null);
    }

    /** A unit of the layer that is coloured, by code. */
    unit(code) {
      return this.units?.byCode.get(code) ?? null;
    }

    #flyTo(kind, known) {
      if (kind === "unit") return this.fly({ bounds: known.bounds });
      if (known.x === undefined) return;
      this.fly({ point: khucum.toLatLng(known.x, known.y), zoom: Math.max(this.map.getZoom(), 11) });
    }

    /** Move the map at once; the reader has asked for it. */
    fly({ bounds, point, zoom }) {
      const { map } = this;
      this.fitted = this.view?.visible ?? null;
      map.invalidateSize({ animate: false }); // a panel may just have opened
      if (bounds) map.fitBounds(bounds, { animate: false, maxZoom: 13, padding: [24, 24] });
      else map.setView(point, zoom ?? Math.max(map.getZoom(), 11), { animate: false });
      this.moved = true;
    }

    fit() {
      const { map } = this;
      const legend = map.getSize().x >= 720 ? this.legend.width() : 0;
      const bounds = this.zones?.bounds;
      if (!bounds) return;
      for (const unit of this.#wholeProvinces()) bounds.extend(unit.bounds);
      const wide = bounds.getNorth() - bounds.getSouth() > 6; // the country: show all of it
      const target = wide ? NATIONAL : bounds;
      const options = {
        animate: false,
        maxZoom: 11,
        paddingTopLeft: [Math.max(56, legend + (wide ? 4 : 28)), wide ? 4 : 48], // beside the panels
        paddingBottomRight: wide ? [4, 24] : [48, 56],
      };
      const { center, zoom } = map._getBoundsCenterZoom(target, options);
      const apart = map.project(center).distanceTo(map.project(map.getCenter()));
      const there = map.getZoom() === zoom && apart < 1;
      if (!there) map.setView(center, zoom, { animate: false }); // else it would be painted twice
      this.moved = false;
    }

    /** Provinces all of whose zones are shown: a reader has asked for them, not for a name. */
    #wholeProvinces() {
      const whole = new Set(this.provinces?.byCode.keys());
      const key = this.view.theme.layer === "provinces-2025" ? "province_2025" : "province";
      const shown = new Set(this.zones.visible.map((zone) => zone[key]));
      for (const zone of this.zones.all) if (!this.zones.shown(zone)) whole.delete(zone[key]);
      return [...shown].filter((code) => whole.has(code)).map((code) => this.provinces.byCode.get(code));
    }

    /** Bring what has just been opened out from under the panels. */
    #reveal() {
      const { selected, selectedZone, map } = this;
      const place = selected?.kind === "unit" ? this.unit(selected.id)?.label : selectedZone;
      if (place?.x === undefined) return;
      const left = map.getSize().x >= 480 ? this.legend.width() : 0;
      map.panInside(khucum.toLatLng(place.x, place.y), {
        animate: false, paddingTopLeft: [left + 40, 64], paddingBottomRight: [48, 40],
      });
    }

    /** The map has got another size: what it showed stays in its middle, or all of it is shown again. */
    #resized(before) {
      const { map } = this;
      map.invalidateSize({ animate: false });
      const hidden = before.x < 50; // it was opened in a hidden tab
      const wider = before.x !== map.getSize().x && !this.moved;
      if ((hidden || wider || this.refit) && this.zones) this.fit();
      this.refit = false;
      const open = !this.side.element.hidden;
      if (open && !this.beside) this.#reveal();
      this.beside = open;
    }

    // ---- layers ----------------------------------------------------------------------------

    #layer(name, Kind) {
      const revision = this.view.layers[name];
      const address = `${name} ${revision}`;
      if (!this.layers.has(address)) {
        const loading = this.source.layer(name, revision).then((found) => new Kind(found));
        loading.catch((error) => {
          this.layers.delete(address); // so that it can be tried again
          this.#stale(error);
        });
        for (const other of this.layers.keys()) { // what an older revision has left
          if (other.startsWith(`${name} `)) this.layers.delete(other);
        }
        this.layers.set(address, loading);
      }
      return this.layers.get(address);
    }

    /** The page holds an older revision: ask it for a rerun, once. */
    #stale({ status, reason }) {
      if (status !== 410 || reason?.revision === this.staleFor) return;
      this.staleFor = reason.revision;
      khucum.host.report({ revision: reason.revision });
    }

    #report(view, asked, found) {
      const failed = ["zones", ...asked].filter((_, i) => found[i].status === "rejected");
      this.trouble.clear();
      if (failed.length) {
        const named = failed.map((name) => this.texts[`layer_${name.split("-")[0]}`]);
        const names = [...new Set(named)];
        const text = khucum.fillIn(this.texts.layer_failed, { layer: names.join(", ") });
        this.trouble.say(text, () => this.show(view));
        this.notice.clear();
      } else {
        this.notice.clear();
      }
      this.state.failed = failed;
    }

    #toggle(name, on) {
      if (name === "tiles") this.basemap.switchTo(on);
      this.unitSheet.refresh();
      this.markSheet.refresh();
    }

    // ---- painting --------------------------------------------------------------------------

    /** Do something in the light palette, for prints; the screen never shows it. */
    inLight(act) {
      const { style } = this;
      const root = document.documentElement.dataset;
      const { theme } = root;
      root.theme = "light";
      this.style = khucum.readStyle();
      this.#drawLegend();
      try {
        return act(this.style);
      } finally {
        root.theme = theme;
        this.style = style;
        this.#drawLegend();
      }
    }

    /** The whole map, for prints; `frame` as of Sheet.paint, `basemap` whether one lies under it. */
    paint(ctx, frame, style) {
      this.#paintUnits(ctx, frame, style);
      this.#paintMarks(ctx, frame, style);
    }

    #paintUnits(ctx, frame, style) {
      if (!this.view || !style) return;
      const { shown, selected, view: { theme } } = this;
      const basemap = frame.basemap ?? shown.tiles;
      const hatch = style.hatch(ctx, frame.scale);
      const fills = style.classFills(ctx, theme, frame.scale);
      const colourOf = ({ at }) => {
        const level = shown.fill ? theme.classes[at] : "-";
        if (level === "-") return basemap ? null : style.land; // let the basemap through
        if (level === "?") return hatch;
        return fills[level];
      };
      ctx.globalAlpha = basemap ? 0.6 : 1;
      this.units?.fill(ctx, frame, colourOf);
      ctx.globalAlpha = 1;
      const near = Math.min(1, Math.max(0.35, (frame.zoom - 4) / 5));
      if (shown.districts && theme.layer.startsWith("districts")) {
        this.units?.stroke(ctx, frame, style.district, near);
      }
      if (shown.provinces) this.provinces?.stroke(ctx, frame, style.province, 0.4 + near * 1.2);
      if (selected?.kind === "unit") {
        this.units?.stroke(ctx, frame, style.ink, 2.5, this.unit(selected.id));
      }
    }

    #paintMarks(ctx, frame, style) {
      if (!this.view || !style) return;
      const marked = [this.selectedZone, this.hovered].filter(Boolean);
      const drawn = this.zones && this.shown.zones
        ? this.zones.paint(ctx, frame, style, [...new Set(marked)]) : [];
      if (this.shown.labels) this.#paintLabels(ctx, frame, drawn, style);
      for (const overlay of this.overlays) overlay(ctx, frame, style);
    }

    #paintLabels(ctx, frame, drawn, style) {
      const { texts, view } = this;
      const { scale, dx, dy, zoom } = frame;
      const at = ({ x, y }) => ({ x: x * scale + dx, y: y * scale + dy });
      const taken = drawn.map(({ spot: { x, y, r } }) => [x - r, y - r, x + r, y + r]);
      const wanted = ARCHIPELAGOS.map(([key, place]) => ({
        ...at(khucum.toPlane(place)), lines: [texts[key], texts.country], size: 12.5, weight: 600,
        colour: style.ink,
      }));
      const unitName = (unit, more) => ({
        ...at(unit.label), lines: [unit.name], room: unit.label.width * scale * 1.25, ...more,
      });
      if (zoom >= 9.5) wanted.push(...drawn.map((zone) => khucum.zoneName(zone, style)));
      if (zoom < 8.5 || !view.theme.layer.startsWith("districts")) {
        const planned = this.#provincesWithZones();
        const all = (this.provinces?.all ?? []).map((unit) => {
          const name = unitName(unit, { size: 11, weight: 600, colour: style.soft, spacing: 0.4 });
          return planned.has(unit.code) ? khucum.besideMarks(name, style) : name;
        });
        wanted.push(...all.filter(({ places }) => places), ...all.filter(({ places }) => !places));
      } else {
        const more = { size: 12, colour: style.ink };
        wanted.push(...(this.units?.all ?? []).map((unit) => unitName(unit, more)));
      }
      khucum.paintLabels(ctx, frame, wanted, taken, style);
    }

    #provincesWithZones() {
      const { zones } = this.view.theme;
      const withZones = (this.units?.all ?? []).filter(({ at }) => zones[at]);
      return new Set(withZones.map((unit) => unit.province_code ?? unit.code));
    }

    #drawLegend() {
      const { units, view: { theme }, zones } = this;
      const drawn = { KCN: 0, CCN: 0 };
      const held = { KCN: 0, CCN: 0, hollow: 0, unplaced: zones?.unplaced ?? 0, stages: {} };
      const visible = zones?.visible ?? [];
      for (const zone of visible) {
        drawn[zone.kind] += 1;
        held[zone.kind] += zone.clusters; // a row may hold several clusters
        if (zone.area === null) held.hollow += 1;
        const stage = zone.stage ?? "unknown";
        held.stages[stage] = (held.stages[stage] ?? 0) + 1;
      }
      const counts = { classes: {}, unknown: 0, none: 0, provinces: theme.layer.startsWith("prov") };
      for (const { at } of units?.all ?? []) {
        const level = theme.classes[at];
        if (level === "-") counts.none += 1;
        else if (level === "?") counts.unknown += 1;
        else counts.classes[level] = (counts.classes[level] ?? 0) + 1;
      }
      const unsurveyed = visible.filter(khucum.isUnsurveyed).length;
      const place = {
        unsurveyed: !unsurveyed ? "none" : unsurveyed === visible.length ? "all" : "some",
        circles: visible.some(khucum.isDoubtful),
        extents: visible.some(({ shape, area }) => !shape && area !== null),
        lines: visible.some(({ spread }) => spread),
      };
      counts.filtered = this.filtered;
      this.legend.draw(theme, counts, held, this.style, place);
      this.state.drawn = drawn;
      this.state.counts = counts;
    }

    /** Whether a filter hides some zones. */
    get filtered() {
      const { all, placeless, visible, unplaced } = this.zones ?? {};
      return Boolean(all) && visible.length + unplaced < all.length + placeless.size;
    }

    retheme() {
      const theme = khucum.isDark() ? "dark" : "light";
      if (this.style?.land && document.documentElement.dataset.theme === theme) return;
      document.documentElement.dataset.theme = theme;
      this.style = khucum.readStyle();
      this.state.theme = theme;
      this.#emit("theme", theme);
      if (!this.view || !this.units) return;
      this.#drawLegend();
      this.unitSheet.refresh();
      this.markSheet.refresh();
    }

    // ---- pointing and reading --------------------------------------------------------------

    hold(name) {
      this.held.add(name);
      this.#point(null);
    }

    release(name) {
      this.held.delete(name);
    }

    #listen(box) {
      const { map } = this;
      let due = null;
      box.addEventListener("pointermove", (event) => {
        const over = event.target.closest(".leaflet-control, .notice, .alarm") || this.held.size;
        const point = map.mouseEventToContainerPoint(event);
        cancelAnimationFrame(due);
        due = requestAnimationFrame(() => this.#point(over ? null : point));
      });
      box.addEventListener("pointerleave", () => {
        cancelAnimationFrame(due);
        this.#point(null);
      });
      map.on("movestart", () => this.#point(null));
      map.on("dragend zoomstart", () => (this.moved = true)); // fitting says afterwards that it did it
      map.on("click", ({ containerPoint, latlng }) => {
        if (this.held.size) return;
        const zone = this.#zoneAt(containerPoint, matchMedia("(pointer: coarse)").matches ? 14 : 4);
        const place = khucum.toPlane([latlng.lng, latlng.lat]);
        const unit = zone ? null : this.units?.at(place.x, place.y);
        if (zone) this.select({ kind: "zone", id: zone.id });
        else if (unit) this.select({ kind: "unit", id: unit.code });
        else this.select(null);
      });
      box.addEventListener("wheel", (event) => {
        if (event.ctrlKey || event.metaKey || document.fullscreenElement) { // Leaflet zooms
          this.moved = true;
          return;
        }
        event.stopImmediatePropagation(); // the page scrolls
        if (!event.target.closest(".leaflet-control")) this.wheelHint();
      }, { capture: true, passive: true });
      document.addEventListener("keydown", ({ key, defaultPrevented }) => {
        if (key === "Escape" && !defaultPrevented && this.selected) this.select(null);
      });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.retheme());
      khucum.host.themed.addEventListener("theme", () => this.retheme());
      document.addEventListener("fullscreenchange", () => (this.refit = true));
      new ResizeObserver(() => this.#resized(map.getSize())).observe(box);
    }

    #zoneAt(containerPoint, slack) {
      if (!this.zones || !this.frame || !this.shown.zones) return null;
      const { x, y } = this.map.containerPointToLayerPoint(containerPoint)
        .subtract(this.markSheet._bounds.min);
      return this.zones.at(x, y, this.frame, slack);
    }

    #point(point) {
      const zone = point && !this.held.size && this.#zoneAt(point, 4);
      this.map.getContainer().classList.toggle("on-zone", Boolean(zone));
      this.hover(zone || null);
      if (zone) this.#tipZone(zone, point);
      else if (point && !this.held.size) this.#tipUnit(point);
      else this.tip.hide();
    }

    /** Mark a zone as the pointer would. */
    hover(zone) {
      if (zone === this.hovered) return;
      this.hovered = zone;
      this.markSheet.refresh();
    }

    #tipZone(zone, point) {
      const { texts, format } = this;
      const kind = zone.kind === "KCN" ? texts.kcn : texts.ccn;
      const area = zone.area === null ? texts.unknown_area : `${format(zone.area)} ha`;
      const stage = texts[`stage_${zone.stage ?? "unknown"}`];
      let doubt = null;
      if (khucum.isUnsurveyed(zone)) {
        doubt = khucum.fillIn(texts.not_surveyed, { km: format(zone.radius_km) });
      } else if (zone.precision !== "surveyed") {
        doubt = zone.precision === "drawn" ? texts.drawn_place : texts.not_surveyed_plain;
      }
      this.tip.show(point, zone.name, [kind, area, stage], doubt);
    }

    #tipUnit(point) {
      const { lat, lng } = this.map.containerPointToLatLng(point);
      const place = khucum.toPlane([lng, lat]);
      const unit = this.units?.at(place.x, place.y);
      if (!unit) this.tip.hide();
      else this.tip.show(point, unit.full_name ?? unit.name, this.unitLines(unit));
    }

    /** What a unit holds, in lines of text. */
    unitLines({ at }) {
      const { texts, format, view: { theme } } = this;
      const zones = theme.zones[at] ?? 0;
      const unknown = theme.unknown?.[at] ?? 0;
      const value = theme.values?.[at] ?? null;
      const count = format(theme.clusters?.[at] ?? zones); // a row may hold several clusters
      const none = this.filtered ? texts.no_match : texts.no_zones;
      const lines = [zones ? khucum.fillIn(texts.unit_zones, { count }) : none];
      if (zones && theme.ha[at] !== null) lines.push(`${format(theme.ha[at])} ha`);
      if (unknown) lines.push(khucum.fillIn(texts.unit_partly, { count: format(unknown) }));
      const shared = theme.shared?.[at] ?? 0;
      if (shared) lines.push(khucum.fillIn(texts.tip_shared, { count: format(shared) }));
      if (zones && theme.measure === "verdicts") {
        lines.push(`${theme.title}: ${theme.labels[theme.classes[at]] ?? theme.unclassed}`);
      } else if (theme.values && zones) {
        const shown = value === null ? texts.not_known : `${format(value)} ${theme.unit}`;
        lines.push(`${theme.title}: ${shown}`);
      }
      return lines;
    }

    /** For tests and for other scripts: something a reader can see has changed. */
    #tell() {
      document.dispatchEvent(new CustomEvent("khucum", { detail: this.state, bubbles: true }));
    }

    #settled(ready) {
      const { revision, theme, visible } = this.view;
      const { layer: unit, measure } = theme;
      Object.assign(this.state, { ready, revision, unit, measure, visible });
      this.state.shownAt = performance.timeOrigin + performance.now();
      this.#emit("settled", ready);
      this.#tell();
    }
  }

  /** The room of the map in the window around, and the frame as high as what is in it. */
  function layOut() {
    const space = document.querySelector(".workspace");
    let around = 860;
    try {
      around = window.parent.innerHeight;
    } catch {
      // a page of another host: the usual height of a window
    }
    const room = document.fullscreenElement ? window.innerHeight : around;
    space.style.setProperty("--stage", `${Math.round(Math.min(780, Math.max(380, room - 260)))}px`);
    new ResizeObserver(() => {
      if (!document.fullscreenElement) khucum.host.height(space.offsetHeight);
    }).observe(space);
  }

  khucum.start = (map, config) => {
    layOut();
    khucum.calm(map);
    khucum.scene = new Scene(map, config);
    khucum.state = khucum.scene.state;
    if (config.carried) khucum.show(config.carried.view);
    else khucum.host.begin();
  };
  khucum.show = (view) => khucum.scene.show(view);

  /** Where a zone's symbol is in the frame, for tests and for focus: CSS pixels or null. */
  khucum.pointOf = (id) => {
    const { zones, frame, map, markSheet } = khucum.scene;
    const zone = zones?.byId.get(id);
    if (!zone || !zones.shown(zone)) return null;
    const { x, y, r } = zones.spot(zone, frame);
    const point = map.layerPointToContainerPoint(L.point(x, y).add(markSheet._bounds.min));
    const box = map.getContainer().getBoundingClientRect();
    return { x: point.x + box.x, y: point.y + box.y, r };
  };
})();
