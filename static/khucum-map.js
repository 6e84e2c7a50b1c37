/* The map itself: fetches the layers once, keeps them over reruns, and shows what a view says. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const NATIONAL = [[6.9, 102.1], [23.4, 117.4]];
  const ARCHIPELAGOS = [["hoang_sa", [112.0, 16.5]], ["truong_sa", [114.2, 10.2]]];

  class Scene {
    constructor(map, { lang, root, texts, tiles }) {
      Object.assign(this, { map, lang, root, texts });
      const locale = lang === "vi" ? "vi-VN" : "en-US";
      const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
      this.format = (value) => numbers.format(value);
      this.layers = new Map(); // address -> promise of a prepared layer
      this.shown = { zones: true, fill: true, districts: true, provinces: true, labels: true };
      this.view = this.zones = this.units = this.provinces = null;
      this.fitted = null; // what the map was last moved to
      this.hovered = this.opened = null;
      this.state = { ready: false, lang, drawn: { KCN: 0, CCN: 0 }, paints: 0, popup: null };

      const box = map.getContainer();
      box.classList.add("khucum");
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", texts.label);
      map.createPane("units").style.zIndex = 350;
      map.createPane("marks").style.zIndex = 450;
      for (const pane of ["units", "marks"]) map.getPane(pane).style.pointerEvents = "none";
      this.#tiles(tiles);
      this.styled = khucum.styleSheets().then(() => this.retheme());
      this.unitSheet = new khucum.Sheet((...a) => this.#paintUnits(...a), { pane: "units" });
      this.markSheet = new khucum.Sheet((...a) => this.#paintMarks(...a), { pane: "marks" });
      map.addLayer(this.unitSheet).addLayer(this.markSheet);

      khucum.buttons(map, texts, () => this.fit());
      khucum.layerPanel(map, texts, this.shown, (name, on) => this.#toggle(name, on));
      this.legend = khucum.legendPanel(map, texts, this.format);
      const credit = L.control.attribution({ position: "bottomright" }).addTo(map);
      credit.setPrefix('<a href="https://leafletjs.com">Leaflet</a>').addAttribution(texts.credit);
      L.control.scale({ imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
      this.tip = khucum.tooltip(map);
      this.notice = khucum.notice(map, texts);
      this.wheelHint = khucum.wheelHint(map, texts);
      this.#listen(box);
    }

    // ---- what the page asks for ------------------------------------------------------------

    async show(view) {
      this.view = view;
      this.state.ready = false;
      if (!this.zones) this.notice.say(this.texts.loading);
      const asked = [view.unit, view.unit === "provinces-2025" ? view.unit : "provinces-2016"];
      const found = await Promise.allSettled([
        this.#layer("zones", khucum.Zones),
        ...asked.map((name) => this.#layer(name, khucum.Units)),
      ]);
      await this.styled;
      if (view !== this.view) return; // a newer view has come meanwhile
      [this.zones, this.units, this.provinces] = found.map((one) => one.value ?? null);
      this.#report(view, asked, found);
      if (this.zones) {
        const bits = atob(view.visible);
        this.zones.mask = Uint8Array.from(bits, (letter) => letter.charCodeAt(0));
      }
      const before = this.selected?.id;
      this.selected = this.zones?.byId.get(view.selected) ?? null;
      if (this.opened && !this.zones?.shown(this.opened)) this.map.closePopup();
      this.#drawLegend(); // before fitting, which leaves room for it
      const target = JSON.stringify([view.visible, view.bounds]);
      if (view.fit && target !== this.fitted) {
        this.fitted = target;
        this.fit();
      }
      this.unitSheet.paint();
      this.markSheet.paint();
      if (this.selected && this.selected.id !== before) this.#goTo(this.selected);
      this.#settled(!found.some((one) => one.status === "rejected"));
    }

    fit() {
      const { view, map } = this;
      const legend = map.getSize().x >= 720 ? this.legend.width() : 0;
      if (view?.bounds) {
        const [west, south, east, north] = view.bounds;
        const paddingTopLeft = [legend, 0];
        map.fitBounds([[south, west], [north, east]], { animate: false, paddingTopLeft });
        return;
      }
      const places = (this.zones?.visible ?? []).map(({ x, y }) => khucum.toLatLng(x, y));
      if (!places.length) return;
      const bounds = L.latLngBounds(places);
      const wide = bounds.getNorth() - bounds.getSouth() > 6; // the country: show all of it
      map.fitBounds(wide ? NATIONAL : bounds, {
        animate: false,
        maxZoom: 11,
        paddingTopLeft: [Math.max(56, legend + (wide ? 4 : 28)), wide ? 4 : 48], // beside the panels
        paddingBottomRight: wide ? [4, 24] : [48, 56],
      });
    }

    #goTo(zone) {
      const zoom = Math.max(this.map.getZoom(), 10);
      this.map.setView(khucum.toLatLng(zone.x, zone.y), zoom, { animate: false });
      if (this.zones.shown(zone)) this.open(zone);
    }

    // ---- layers ----------------------------------------------------------------------------

    #layer(name, Kind) {
      const revision = this.view.layers[name];
      const address = `${name} ${revision}`;
      if (!this.layers.has(address)) {
        const url = `${this.root}layers/${revision}/${name}.geojson`;
        const loading = this.#json(url).then((collection) => new Kind(collection));
        loading.catch(() => this.layers.delete(address)); // so that it can be tried again
        this.layers.set(address, loading);
      }
      return this.layers.get(address);
    }

    async #json(url) {
      const answer = await fetch(url, { credentials: "same-origin" });
      if (answer.ok) return answer.json();
      const reason = await answer.json().catch(() => ({}));
      if (answer.status === 410 && reason.revision !== this.staleFor) {
        this.staleFor = reason.revision;
        window.Streamlit?.setComponentValue({ revision: reason.revision }); // ask for a rerun
      }
      throw Object.assign(new Error(`${url}: ${answer.status}`), { status: answer.status });
    }

    #report(view, asked, found) {
      const failed = ["zones", ...asked].filter((_, i) => found[i].status === "rejected");
      if (failed.length) {
        const named = failed.map((name) => this.texts[`layer_${name.split("-")[0]}`]);
        const names = [...new Set(named)];
        const text = khucum.fillIn(this.texts.layer_failed, { layer: names.join(", ") });
        this.notice.say(text, () => this.show(view));
      } else if (this.zones && !/[^A=]/.test(view.visible)) {
        this.notice.say(this.texts.nothing);
      } else {
        this.notice.clear();
      }
      this.state.failed = failed;
    }

    #tiles({ url, credit }) {
      if (!url) return;
      this.shown.tiles = false;
      this.tileLayer = L.tileLayer(url, { maxZoom: 19, attribution: credit });
    }

    #toggle(name, on) {
      if (name === "tiles") this.map[on ? "addLayer" : "removeLayer"](this.tileLayer);
      this.unitSheet.refresh();
      this.markSheet.refresh();
    }

    // ---- painting --------------------------------------------------------------------------

    #paintUnits(ctx, frame) {
      if (!this.view || !this.style) return;
      const { style, shown, view } = this;
      const hatch = style.hatch(ctx, frame.scale);
      const colourOf = ({ code }) => {
        const level = shown.fill ? view.figures[code]?.[0] : undefined;
        if (level === undefined) return shown.tiles ? null : style.land; // let the basemap through
        return level < 0 ? hatch : style.classes[level];
      };
      ctx.globalAlpha = shown.tiles ? 0.6 : 1;
      this.units?.fill(ctx, frame, colourOf);
      ctx.globalAlpha = 1;
      const near = Math.min(1, Math.max(0.35, (frame.zoom - 4) / 5));
      if (shown.districts && view.unit.startsWith("districts")) {
        this.units?.stroke(ctx, frame, style.district, near);
      }
      if (shown.provinces) this.provinces?.stroke(ctx, frame, style.province, 0.4 + near * 1.2);
    }

    #paintMarks(ctx, frame) {
      this.frame = frame;
      if (!this.view || !this.style) return;
      const marked = [this.selected, this.opened, this.hovered].filter(Boolean);
      const drawn = this.zones && this.shown.zones
        ? this.zones.paint(ctx, frame, this.style, [...new Set(marked)]) : [];
      if (this.shown.labels) this.#paintLabels(ctx, frame, drawn);
      this.state.paints += 1;
    }

    #paintLabels(ctx, frame, drawn) {
      const { style, texts, view } = this;
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
      if (zoom < 8.5 || !view.unit.startsWith("districts")) {
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
      const { figures } = this.view;
      const withZones = (this.units?.all ?? []).filter(({ code }) => figures[code]);
      return new Set(withZones.map((unit) => unit.province_code ?? unit.code));
    }

    #drawLegend() {
      const { units, view, zones } = this;
      const drawn = { KCN: 0, CCN: 0, unplaced: zones?.unplaced ?? 0 };
      const held = { KCN: 0, CCN: 0, unplaced: drawn.unplaced }; // a row may hold several clusters
      for (const zone of zones?.visible ?? []) {
        drawn[zone.kind] += 1;
        held[zone.kind] += zone.clusters;
      }
      const counts = { classes: [], unknown: 0, none: 0, provinces: view.unit.startsWith("prov") };
      for (const { code } of units?.all ?? []) {
        const level = view.figures[code]?.[0];
        if (level === undefined) counts.none += 1;
        else if (level < 0) counts.unknown += 1;
        else counts.classes[level] = (counts.classes[level] ?? 0) + 1;
      }
      const visible = zones?.visible ?? [];
      const unsurveyed = visible.filter(khucum.isUnsurveyed).length;
      const place = {
        unsurveyed: !unsurveyed ? "none" : unsurveyed === visible.length ? "all" : "some",
        circles: visible.some(khucum.isDoubtful),
        lines: visible.some(({ spread }) => spread),
      };
      this.legend.draw(view.legend, counts, held, this.style, place);
      this.state.drawn = { KCN: drawn.KCN, CCN: drawn.CCN };
      this.state.counts = counts;
    }

    retheme() {
      const theme = khucum.isDark() ? "dark" : "light";
      if (this.style?.land && document.documentElement.dataset.theme === theme) return;
      document.documentElement.dataset.theme = theme;
      this.style = khucum.readStyle();
      this.state.theme = theme;
      if (!this.view || !this.units) return;
      this.#drawLegend();
      this.unitSheet.refresh();
      this.markSheet.refresh();
    }

    // ---- pointing and reading --------------------------------------------------------------

    #listen(box) {
      const { map } = this;
      let due = null;
      box.addEventListener("pointermove", (event) => {
        const over = event.target.closest(".leaflet-control, .leaflet-popup, .notice");
        const point = map.mouseEventToContainerPoint(event);
        cancelAnimationFrame(due);
        due = requestAnimationFrame(() => this.#point(over ? null : point));
      });
      box.addEventListener("pointerleave", () => {
        cancelAnimationFrame(due);
        this.#point(null);
      });
      map.on("movestart", () => this.#point(null));
      map.on("click", ({ containerPoint }) => {
        const zone = this.#zoneAt(containerPoint, matchMedia("(pointer: coarse)").matches ? 14 : 4);
        if (zone) this.open(zone);
      });
      box.addEventListener("wheel", (event) => {
        if (event.ctrlKey || event.metaKey || document.fullscreenElement) return; // Leaflet zooms
        event.stopImmediatePropagation(); // the page scrolls
        if (!event.target.closest(".leaflet-control, .leaflet-popup")) this.wheelHint();
      }, { capture: true, passive: true });
      map.on("move", () => this.#makeRoom());
      map.on("zoomend", () => this.popup?.setLatLng(this.#latLng(this.opened)));
      document.addEventListener("keydown", ({ key }) => {
        if (key === "Escape") map.closePopup();
      });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.retheme());
      window.Streamlit?.events.addEventListener("streamlit:render", () => this.retheme());
      document.addEventListener("fullscreenchange", () => (this.refit = true));
      new ResizeObserver(() => {
        const before = map.getSize();
        map.invalidateSize({ animate: false });
        const hidden = before.x < 50; // it was opened in a hidden tab
        if ((hidden || this.refit) && this.zones) this.fit();
        this.refit = false;
      }).observe(box);
    }

    #zoneAt(containerPoint, slack) {
      if (!this.zones || !this.frame || !this.shown.zones) return null;
      const { x, y } = this.map.containerPointToLayerPoint(containerPoint)
        .subtract(this.markSheet._bounds.min);
      return this.zones.at(x, y, this.frame, slack);
    }

    #point(point) {
      const zone = point && this.#zoneAt(point, 4);
      this.map.getContainer().classList.toggle("on-zone", Boolean(zone));
      if (zone !== this.hovered) {
        this.hovered = zone;
        this.markSheet.refresh();
      }
      if (zone && zone !== this.opened) this.#tipZone(zone, point);
      else if (point && !zone) this.#tipUnit(point);
      else this.tip.hide();
    }

    #tipZone(zone, point) {
      const { texts, format } = this;
      const kind = zone.kind === "KCN" ? texts.kcn : texts.ccn;
      const area = zone.area === null ? texts.unknown_area : `${format(zone.area)} ha`;
      let doubt = null;
      if (khucum.isDoubtful(zone)) {
        doubt = khucum.fillIn(texts.not_surveyed, { km: format(zone.radius_km) });
      } else if (zone.precision !== "surveyed") {
        doubt = zone.precision === "drawn" ? texts.drawn_place : texts.not_surveyed_plain;
      }
      this.tip.show(point, zone.name, [kind, area], doubt);
    }

    #tipUnit(point) {
      const { map, texts, format, view } = this;
      const { lat, lng } = map.containerPointToLatLng(point);
      const place = khucum.toPlane([lng, lat]);
      const unit = this.units?.at(place.x, place.y);
      if (!unit) {
        this.tip.hide();
        return;
      }
      const [, ha, zones, unknown] = view.figures[unit.code] ?? [0, 0, 0, 0];
      const count = khucum.fillIn(texts.unit_zones, { count: format(zones) });
      const lines = [zones ? count : texts.no_zones];
      if (zones > unknown) lines.push(`${format(ha)} ha`);
      if (unknown) lines.push(khucum.fillIn(texts.unit_partly, { count: format(unknown) }));
      this.tip.show(point, unit.full_name ?? unit.name, lines);
    }

    #latLng(zone) {
      const { x, y } = this.zones.spot(zone, this.frame);
      return this.map.layerPointToLatLng(L.point(x, y).add(this.markSheet._bounds.min));
    }

    async open(zone) {
      const { map, texts } = this;
      this.tip.hide();
      const size = map.getSize();
      const popup = L.popup({
        maxWidth: Math.min(360, size.x - 48), minWidth: Math.min(280, size.x - 48),
        maxHeight: Math.max(160, Math.min(400, size.y - 110)),
        autoPanPaddingTopLeft: [size.x > 520 ? 60 : 10, 14], autoPanPaddingBottomRight: [10, 30],
      });
      popup.on("remove", () => this.#closed(popup));
      popup.setLatLng(this.#latLng(zone)).setContent(khucum.cardMessage(zone.name, texts.loading));
      popup.openOn(map); // closes the one before
      popup.getElement().querySelector(".leaflet-popup-close-button")
        ?.setAttribute("aria-label", texts.close);
      Object.assign(this, { popup, opened: zone });
      this.markSheet.refresh();
      this.#popupState("loading");
      const fill = (content, state) => {
        if (this.popup !== popup) return;
        popup.setContent(content);
        this.#popupState(state);
      };
      try {
        const id = encodeURIComponent(zone.id);
        const url = `${this.root}records/${this.view.revision}/${this.lang}/${id}.json`;
        fill(khucum.recordCard(await this.#json(url), zone.kind, texts), "open");
      } catch (error) {
        const again = error.status === 404 ? null
          : khucum.retryButton(texts, () => this.open(zone));
        const text = error.status === 404 ? texts.record_missing : texts.record_failed;
        fill(khucum.cardMessage(zone.name, text, again), "failed");
      }
    }

    /** Panels that the popup would lie under step aside while it is open. */
    #makeRoom() {
      const card = this.popup?.getElement()?.getBoundingClientRect();
      for (const panel of this.map.getContainer().querySelectorAll(".leaflet-control")) {
        if (panel.matches(".leaflet-control-attribution")) continue;
        const { left, right, top, bottom } = panel.getBoundingClientRect();
        const under = card && left < card.right && right > card.left && top < card.bottom
          && bottom > card.top;
        panel.classList.toggle("under", Boolean(under));
      }
    }

    #closed(popup) {
      if (this.popup !== popup) return;
      this.popup = this.opened = null;
      this.markSheet.refresh();
      this.#popupState(null);
    }

    #popupState(popup) {
      this.map.getContainer().classList.toggle("reading", Boolean(popup));
      this.state.popup = popup;
      this.state.opened = this.opened?.id ?? null;
      this.#makeRoom();
      this.#tell();
    }

    /** For tests and for other scripts: something a reader can see has changed. */
    #tell() {
      document.dispatchEvent(new CustomEvent("khucum", { detail: this.state, bubbles: true }));
    }

    #settled(ready) {
      const { revision, unit, visible } = this.view;
      Object.assign(this.state, { ready, revision, unit, visible });
      this.#tell();
    }
  }

  khucum.start = (map, config) => {
    khucum.scene = new Scene(map, config);
    khucum.state = khucum.scene.state;
  };
  khucum.show = (view) => khucum.scene.show(view);

  /** Where a zone's symbol is in the frame, for tests and for focus: CSS pixels or null. */
  khucum.pointOf = (id) => {
    const { zones, frame, map, markSheet } = khucum.scene;
    const zone = zones?.byId.get(id);
    if (!zone || !zones.shown(zone)) return null;
    const { x, y, r } = zones.spot(zone, frame);
    const point = map.layerPointToContainerPoint(L.point(x, y).add(markSheet._bounds.min));
    return { x: point.x, y: point.y, r };
  };
})();
