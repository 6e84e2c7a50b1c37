/* Measuring on the map: the length of a line between places or zones, and the area of a rectangle
   or a polygon with what lies inside. A tool is on until its result is cleared; while points are
   set, a click selects nothing. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const { fillIn, make } = khucum;
  const PATHS = {
    distance: "M3 15.5 15.5 3 21 8.5 8.5 21ZM7 11.5l2 2M10 8.5l3 3M13 5.5l2 2",
    rectangle: "M4 6h16v12H4ZM2.5 6h3M4 4.5v3M18.5 18h3M20 16.5v3",
    area: "M12 3.5 20.5 10 17 20H6L3.5 9.5Z",
  };
  const NBSP = "\u00a0";
  const LEAST = { distance: 2, rectangle: 2, area: 3 }; // points that make a result
  const NEAR = 8; // pixels within which two clicks are one place
  const NEAR_TOUCH = 20;
  const MOST_ROWS = 200; // buttons in the panel; the copied figures have every zone
  const FORMULA = /^[=+\-@]/;
  const isCoarse = () => matchMedia("(pointer: coarse)").matches;

  function icon(name) {
    const svg = khucum.icon("fit");
    svg.firstChild.setAttribute("d", PATHS[name]);
    return svg;
  }

  /** Text to the clipboard, also on pages without the right to the newer way. */
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const box = make("textarea", { "aria-hidden": "true", class: "copied" });
      box.value = text;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
  }

  /** A name that no spreadsheet takes for a formula or for two cells. */
  function cell(name) {
    const text = name.replace(/\s+/g, " ");
    return FORMULA.test(text) ? `'${text}` : text;
  }
  const table = (rows) => rows.map((row) => row.join("\t")).join("\r\n");

  /** Kilometres by which a zone may be elsewhere, null if unknown; a point was set where it is. */
  const offBy = (zone) => (!zone || zone.precision === "surveyed" ? 0 : zone.radius_km ?? null);

  const toMm = (value) => Math.round(value * 1000) / 1000;

  /** Kilometres by which a line between zones may be longer or shorter; null if unknown. */
  function doubtKm(ends) {
    const radii = ends.map(offBy);
    if (radii.includes(null)) return null;
    const twice = radii.slice(1, -1); // the zone of two sides
    return toMm([...radii, ...twice].reduce((all, one) => all + one, 0));
  }

  /** Figures in the reader's language; `plain` for spreadsheets, without marks for thousands. */
  function figures(scene) {
    const locale = scene.lang === "vi" ? "vi-VN" : "en-US";
    const formatter = (options) => {
      const made = new Intl.NumberFormat(locale, options);
      return (value) => made.format(value);
    };
    const fixed = (digits) =>
      formatter({ minimumFractionDigits: digits, maximumFractionDigits: digits });
    const [one, two, three, four] = [1, 2, 3, 4].map(fixed);
    return {
      roughly: (m) => `${one(m / 1000)}${NBSP}km`,
      length: (m) => (m < 1000 ? `${one(m)}${NBSP}m` : `${three(m / 1000)}${NBSP}km`),
      hectares: (m2) => `${two(m2 / 10_000)}${NBSP}ha`,
      squareKm: (m2) => `${four(m2 / 1e6)}${NBSP}km²`,
      plain: formatter({ useGrouping: false, maximumFractionDigits: 6 }),
    };
  }

  class Measuring {
    constructor(scene) {
      Object.assign(this, { scene, texts: scene.texts, figures: figures(scene) });
      this.tool = null; // which tool is on
      this.points = []; // [longitude, latitude]
      this.ends = []; // for each point of a line the zone that it stands for, or null
      this.done = this.open = false; // whether all points are set, whether the panel is ours
      this.flat = []; // the line as it is painted
      this.#buttons();
      this.band = L.polyline([], {
        renderer: L.svg({ pane: "marks" }), interactive: false, className: "measure-band",
      });
      scene.overlays.push((...a) => this.#paint(...a));
      this.#listen(scene.map);
    }

    // ---- the tools and their points ----------------------------------------------------------

    #buttons() {
      const { scene, texts } = this;
      this.buttons = new Map(Object.keys(PATHS).map((name) => [name, make("button", {
        type: "button", class: "tool", title: texts[`measure_${name}_about`],
        "aria-pressed": "false",
        onclick: () => (this.tool === name ? this.clear() : this.start(name)),
      }, icon(name), make("span", null, texts[`measure_${name}`]))]));
      scene.slots.tools.append(...this.buttons.values());
    }

    start(name) {
      const { scene } = this;
      this.clear();
      if (scene.selected) scene.select(null);
      this.tool = name;
      this.buttons.get(name).setAttribute("aria-pressed", "true");
      scene.map.doubleClickZoom.disable();
      scene.map.addLayer(this.band);
      this.#draw(true);
      this.#askForPoints();
      this.#changed();
    }

    /** Whether points are being set; a rectangle is dragged instead of the map. */
    #draw(on) {
      const { scene, scene: { map }, tool } = this;
      const classes = map.getContainer().classList;
      classes.toggle("measuring", on);
      classes.toggle("framing", on && tool === "rectangle");
      if (on) {
        scene.hold("measure");
        this.pans = tool === "rectangle" && map.dragging.enabled();
        if (this.pans) map.dragging.disable();
      } else {
        scene.release("measure");
        if (this.pans) map.dragging.enable();
        this.pans = false;
        cancelAnimationFrame(this.due);
        scene.tip.hide();
        this.band.setLatLngs([]);
      }
    }

    add({ lat, lng }, zone = null) {
      this.points.push([lng, lat]);
      this.ends.push(zone);
      if (this.tool === "rectangle" && this.points.length === 2) this.finish();
      else this.#changed();
    }

    undo() {
      this.points.pop();
      this.ends.pop();
      this.#changed();
    }

    finish() {
      if (this.points.length < LEAST[this.tool]) return;
      this.done = true;
      this.#draw(false);
      this.#changed();
    }

    clear() {
      const { scene } = this;
      if (!this.tool) return;
      if (this.open) scene.side.close();
      this.buttons.get(this.tool).setAttribute("aria-pressed", "false");
      Object.assign(this, { tool: null, points: [], ends: [], done: false });
      this.#draw(false);
      scene.map.doubleClickZoom.enable();
      scene.map.removeLayer(this.band);
      this.#changed();
    }

    #changed() {
      const closed = this.tool !== "distance" && this.points.length >= LEAST[this.tool];
      this.ring = !closed ? null
        : this.tool === "rectangle" ? khucum.rectangle(...this.points) : this.points;
      const line = this.done && closed ? [...this.ring, this.ring[0]] : this.points;
      this.flat = line.length ? khucum.track(line) : [];
      this.#measure();
      this.scene.markSheet.refresh();
      if (this.done) this.#showResult();
      else if (this.open) this.#showPoints();
    }

    #measure() {
      const { points, ring, scene, tool } = this;
      if (!ring) {
        this.result = { ...khucum.measureLine(points), doubt: doubtKm(this.ends) };
      } else {
        const crossed = tool === "area" && khucum.crossesItself(points);
        this.result = crossed ? { area: null, perimeter: null } : khucum.measureRing(ring);
        if (this.done) this.result.zones = khucum.within(scene.zones?.visible ?? [], ring);
      }
      scene.state.measured = tool && { tool, done: this.done, points, ring, ...this.result };
    }

    /** The zone under the pointer, for a line that can begin or end in it. */
    #zoneAt(containerPoint) {
      const { scene: { frame, map, markSheet, shown, zones }, tool } = this;
      if (tool !== "distance" || !frame || !shown.zones) return null;
      const { x, y } = map.containerPointToLayerPoint(containerPoint)
        .subtract(markSheet._bounds.min);
      return zones?.at(x, y, frame, isCoarse() ? 14 : 4) ?? null;
    }

    #listen(map) {
      const { scene } = this;
      const near = isCoarse() ? NEAR_TOUCH : NEAR;
      const pixels = ([lng, lat]) => map.latLngToContainerPoint([lat, lng]);
      const isAt = (point, position) => position && pixels(position).distanceTo(point) <= near;
      map.on("click", ({ containerPoint, latlng }) => {
        const { points } = this;
        if (!this.tool || this.done) return;
        const zone = this.#zoneAt(containerPoint);
        const again = zone ? zone === this.ends.at(-1) // also the second click of a double one
          : isAt(containerPoint, points.at(-1));
        if (again || (this.ring && isAt(containerPoint, points[0]))) this.finish();
        else this.add(zone ? khucum.toLatLng(zone.x, zone.y) : latlng, zone);
      });
      this.#listenToDrags(map);
      document.addEventListener("keydown", (event) => this.#key(event), { capture: true });
      scene.side.element.addEventListener("click", ({ target }) => { // before the panel is shut
        if (this.open && target.closest(".shut")) this.clear();
      }, { capture: true });
      scene.on("view", () => this.done && this.#changed());
      scene.on("select", (target) => { // a profile was opened from the list and closed again
        if (!target && this.done) this.#showResult();
      });
    }

    /** A rectangle can be dragged by any pointer; what is no drag comes as a click. */
    #listenToDrags(map) {
      const box = map.getContainer();
      const place = (event) => map.mouseEventToContainerPoint(event);
      let from = null; // where the pointer went down that may drag
      let dragged = false;
      const end = (event) => {
        const far = event && from && place(event).distanceTo(from) > NEAR;
        from = null;
        if (!dragged || !this.points.length || this.done) return;
        if (far) this.add(map.mouseEventToLatLng(event));
        else this.undo();
      };
      box.addEventListener("pointerdown", (event) => {
        end(null); // a second finger
        dragged = false;
        const { button, isPrimary, shiftKey, target } = event;
        const free = isPrimary && !button && !shiftKey
          && !target.closest(".leaflet-control, .notice");
        if (free && this.tool === "rectangle" && !this.points.length) from = place(event);
      });
      box.addEventListener("pointermove", (event) => {
        const point = place(event);
        if (from && !dragged && this.tool && point.distanceTo(from) > NEAR) {
          dragged = true;
          box.setPointerCapture(event.pointerId);
          this.add(map.containerPointToLatLng(from));
        }
        if (event.pointerType === "touch" && !from) return; // what a tap is followed by
        cancelAnimationFrame(this.due);
        this.due = requestAnimationFrame(() => this.#stretch(point));
      });
      box.addEventListener("pointerup", end);
      box.addEventListener("pointercancel", () => end(null));
      box.addEventListener("touchmove", (event) => { // here one finger does something
        if (from) event.stopImmediatePropagation();
      }, { capture: true, passive: true });
      box.addEventListener("click", (event) => {
        if (dragged) event.stopImmediatePropagation();
        dragged = false;
      }, { capture: true });
    }

    #key(event) {
      const { side, slots, map } = this.scene;
      const { key, target } = event;
      const onMap = target === document.body || target === map.getContainer();
      const ours = onMap || side.body.contains(target) || slots.tools.contains(target);
      if (!this.tool || !ours) return;
      const drawing = !this.done;
      if (key === "Escape" && (drawing || this.open)) this.clear();
      else if (key === "Enter" && onMap && drawing) this.finish();
      else if (key === "Backspace" && onMap && drawing) this.undo();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    /** The line to the pointer, before the next click, and the figure it would give. */
    #stretch(containerPoint) {
      const { figures: say, points, scene, tool } = this;
      if (!tool || this.done) return;
      const zone = this.#zoneAt(containerPoint);
      const names = zone ? [zone.name] : [];
      if (!points.length) {
        if (zone) scene.tip.show(containerPoint, zone.name, []);
        return;
      }
      const { lat, lng } = zone ? khucum.toLatLng(zone.x, zone.y)
        : scene.map.containerPointToLatLng(containerPoint);
      const next = [lng, lat];
      const ring = tool === "rectangle" ? khucum.rectangle(points[0], next)
        : tool === "area" && points.length > 1 ? [...points, next] : null;
      const flat = khucum.track(
        tool === "rectangle" ? [...ring, ring[0]] : [points.at(-1), next]);
      this.band.setLatLngs(
        flat.flatMap((x, i) => (i % 2 ? [] : [khucum.toLatLng(x, flat[i + 1])])));
      const figure = ring ? say.hectares(khucum.measureRing(ring).area)
        : this.#length(khucum.measureLine([...points, next]).length,
          doubtKm([...this.ends, zone]));
      scene.tip.show(containerPoint, figure, names);
    }

    // ---- painting ----------------------------------------------------------------------------

    #paint(ctx, frame, style) {
      const { flat, points, ring } = this;
      if (!flat.length) return;
      const at = (x, y) => [x * frame.scale + frame.dx, y * frame.scale + frame.dy];
      ctx.save();
      ctx.beginPath();
      for (let i = 0; i < flat.length; i += 2) ctx.lineTo(...at(flat[i], flat[i + 1]));
      ctx.lineJoin = ctx.lineCap = "round";
      if (ring) {
        ctx.globalAlpha = 0.1;
        ctx.fillStyle = style.ink;
        ctx.fill("evenodd");
        ctx.globalAlpha = 1;
      }
      for (const [width, colour] of [[5, style.halo], [2.2, style.ink]]) {
        ctx.lineWidth = width;
        ctx.strokeStyle = colour;
        ctx.stroke();
      }
      const corners = points.map((position) => {
        const { x, y } = khucum.toPlane(position);
        return at(x, y);
      });
      for (const [x, y] of corners) {
        ctx.beginPath();
        ctx.arc(x, y, 4, 0, 2 * Math.PI);
        ctx.fillStyle = style.halo;
        ctx.fill();
        ctx.lineWidth = 2;
        ctx.stroke();
      }
      if (this.done || isCoarse()) this.#label(ctx, corners, style); // else the pointer has it
      ctx.restore();
    }

    #label(ctx, corners, style) {
      const text = this.#headline();
      if (!text) return;
      const mean = (i) => corners.reduce((all, corner) => all + corner[i], 0) / corners.length;
      const [x, y] = this.ring ? [mean(0), mean(1)] : corners.at(-1);
      ctx.font = `700 13px ${style.face}`;
      ctx.textBaseline = "middle";
      ctx.textAlign = "center";
      const width = ctx.measureText(text).width + 14;
      const middle = this.ring ? x : x + 12 + width / 2;
      ctx.beginPath();
      ctx.roundRect(middle - width / 2, y - 11, width, 22, 6);
      ctx.fillStyle = style.halo;
      ctx.fill();
      ctx.lineWidth = 1;
      ctx.stroke();
      ctx.fillStyle = style.ink;
      ctx.fillText(text, middle, y + 1);
    }

    /** The figure that matters most, or an empty text before there is one. */
    #headline() {
      const { figures: say, points, result, ring, tool } = this;
      if (tool === "distance") {
        return points.length > 1 ? this.#length(result.length, result.doubt) : "";
      }
      return ring && result.area !== null ? say.hectares(result.area) : "";
    }

    /** A length, no finer than it is known. */
    #length(metres, doubt) {
      const { figures: say } = this;
      if (doubt === 0) return say.length(metres);
      return `${say.roughly(metres)} ±${NBSP}${this.#km(doubt)}`;
    }

    #km(value) {
      return value === null ? this.texts.not_known : `${this.scene.format(value)}${NBSP}km`;
    }

    #nameOf(i) {
      const { ends, texts } = this;
      return ends[i]?.name ?? fillIn(texts.measure_point, { number: i + 1 });
    }

    /** From where to where, as soon as one of them is a zone. */
    #route() {
      const { ends, texts } = this;
      if (!ends[0] && !ends.at(-1)) return "";
      const end = ends.length > 1 ? this.#nameOf(ends.length - 1) : "…";
      return fillIn(texts.measure_route, { start: this.#nameOf(0), end });
    }

    // ---- the panel ---------------------------------------------------------------------------

    #show(content) {
      const { scene, texts, tool } = this;
      const focus = scene.side.body.contains(document.activeElement);
      const title = texts[`measure_${tool}`];
      scene.side.open(title, content,
        { of: "measure", className: "measure", focus, left: () => (this.open = false) });
      this.open = true;
    }

    #button(name, act, more) {
      const text = this.texts[`measure_${name}`];
      return make("button", { type: "button", onclick: act, ...more }, text);
    }

    #askForPoints() {
      const { texts, tool } = this;
      this.route = make("p", { class: "route" });
      this.total = make("output", { class: "total" });
      this.list = make("ol", { class: "points" });
      this.actions = {
        finish: this.#button("finish", () => this.finish(), { class: "main" }),
        undo: this.#button("undo", () => this.undo()),
        clear: this.#button("clear", () => this.clear()),
      };
      const error = make("p", { class: "error", role: "alert", id: "measure-error" });
      const field = make("input", {
        type: "text", inputmode: "text", autocomplete: "off", spellcheck: "false",
        placeholder: "21.465, 105.912", "aria-describedby": "measure-error",
      });
      const form = make("form", { novalidate: true, onsubmit: (event) => {
        event.preventDefault();
        const place = khucum.readCoordinates(field.value);
        error.textContent = place ? "" : texts.measure_typed_wrong;
        field.setAttribute("aria-invalid", String(!place));
        if (!place) return;
        field.value = "";
        this.add(place);
        if (!this.done) this.scene.map.panInside(place, { padding: [40, 40], animate: false });
      } }, make("label", null, make("span", null, texts.measure_typed), field),
      make("button", { type: "submit" }, texts.measure_add));
      this.#show([
        make("p", { class: "hint" }, texts[`measure_${tool}_hint`],
          make("span", { class: "keys" }, ` ${texts.measure_keys}`)),
        this.route, this.total,
        make("div", { class: "actions" }, Object.values(this.actions)),
        this.list, form, error,
      ]);
    }

    #showPoints() {
      const { actions, points, tool } = this;
      const crossed = this.result.area === null;
      this.total.textContent = crossed ? this.texts.measure_crossed : this.#headline();
      this.route.textContent = this.#route();
      actions.finish.disabled = points.length < LEAST[tool];
      actions.finish.hidden = tool === "rectangle";
      actions.undo.disabled = !points.length;
      this.list.replaceChildren(...this.#sides());
    }

    /** The points, each with its distance from the one before where the total is not all of it. */
    #sides() {
      const { ends, figures: say, points } = this;
      const { sides } = khucum.measureLine(points);
      const single = sides.length === 1;
      const side = (i) => {
        const rough = offBy(ends[i - 1]) !== 0 || offBy(ends[i]) !== 0;
        return make("b", null, rough ? say.roughly(sides[i - 1]) : say.length(sides[i - 1]));
      };
      return points.map(([lon, lat], i) => {
        const position = `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
        return make("li", null, i && !single ? side(i) : null,
          make("span", null, ends[i]?.name ?? position),
          ends[i] ? make("small", null, position) : null);
      });
    }

    /** Which ends are how far in doubt, and what that does to the length. */
    #doubt() {
      const { ends, result: { doubt }, texts } = this;
      const doubted = [...new Set(ends)].filter((zone) => offBy(zone) !== 0);
      if (!doubted.length) return "";
      const places = doubted.map((zone) => `${zone.name} ±${NBSP}${this.#km(offBy(zone))}`);
      const values = { km: `±${NBSP}${this.#km(doubt)}`, places: places.join(", ") };
      return make("div", { class: "doubt" }, make("p", null, fillIn(texts.measure_doubt, values)));
    }

    #showResult() {
      const { scene, texts, tool } = this;
      const said = make("span", { role: "status", class: "said" });
      const copied = this.#button("copy", async () => {
        await copy(this.#copied());
        said.textContent = texts.measure_copied;
      }, { class: "main" });
      this.#show([
        ...(tool === "distance" ? this.#lineResult() : this.#ringResult()),
        make("div", { class: "actions" }, copied,
          this.#button("again", () => this.start(tool)),
          this.#button("clear", () => this.clear()),
          this.result.area ? scene.outlined?.(this.points, tool) ?? "" : "", said),
        ...(this.ring ? this.#zoneLists() : []),
      ]);
    }

    #lineResult() {
      return [
        make("p", { class: "route" }, this.#route()),
        make("output", { class: "total" }, this.#headline()),
        this.#doubt(),
        make("p", { class: "hint" }, this.texts.measure_geodesic),
        make("ol", { class: "points" }, this.#sides()),
      ];
    }

    #ringResult() {
      const { figures: say, result: { area, perimeter, zones }, scene, texts } = this;
      const row = ([name, value]) => [make("dt", null, name), make("dd", null, value)];
      const outline = area === null
        ? [make("p", { class: "error" }, texts.measure_crossed)]
        : [make("dl", null, [
          [texts.measure_outline_area, `${say.hectares(area)} (${say.squareKm(area)})`],
          [texts.measure_perimeter, say.length(perimeter)],
        ].flatMap(row))];
      const planned = zones.ha === null ? texts.not_known : `${scene.format(zones.ha)} ha`;
      const rows = [
        [texts.kcn, scene.format(zones.clusters.KCN)],
        [texts.ccn, scene.format(zones.clusters.CCN)],
        [texts.measure_planned, zones.inside.length ? planned : "–"],
        [texts.measure_unknown, scene.format(zones.unknown)],
      ];
      const doubts = [
        ["measure_may_leave", zones.mayLeave.size], ["measure_may_enter", zones.mayEnter.length],
        ["measure_partly", zones.partly.length], ["measure_unplaced", scene.zones?.unplaced ?? 0],
      ].filter(([, count]) => count);
      return [
        ...outline, make("dl", { class: "held" }, rows.flatMap(row)),
        doubts.length ? make("div", { class: "doubt" }, doubts.map(([name, count]) =>
          make("p", null, fillIn(texts[name], { count: scene.format(count) })))) : "",
      ];
    }

    #groups() {
      const { inside, mayEnter, partly } = this.result.zones;
      const bySize = (one, other) => (other.area ?? -1) - (one.area ?? -1) || one.n - other.n;
      return [["inside", inside], ["part", partly], ["beside", mayEnter]]
        .filter(([, zones]) => zones.length)
        .map(([name, zones]) => [name, [...zones].sort(bySize)]);
    }

    #zoneLists() {
      const { scene, texts } = this;
      const groups = this.#groups();
      if (!groups.length) return [make("p", { class: "hint" }, texts.measure_empty)];
      return groups.flatMap(([name, zones]) => [
        make("h3", null, texts[`measure_${name}`]),
        make("ul", { class: "zones" }, zones.slice(0, MOST_ROWS).map((zone) => this.#row(zone))),
        zones.length > MOST_ROWS ? make("p", { class: "hint" }, fillIn(texts.measure_more,
          { shown: scene.format(MOST_ROWS), count: scene.format(zones.length) })) : "",
      ]);
    }

    #row(zone) {
      const { scene, texts } = this;
      const area = zone.area === null ? texts.unknown_area : `${scene.format(zone.area)} ha`;
      const doubtful = this.result.zones.mayLeave.has(zone);
      return make("li", null, make("button", {
        type: "button", class: zone.kind,
        onclick: () => scene.select({ kind: "zone", id: zone.id }),
        onpointerenter: () => scene.hover(zone), onpointerleave: () => scene.hover(null),
        onfocus: () => scene.hover(zone), onblur: () => scene.hover(null),
      }, make("span", null, zone.name,
        doubtful ? make("small", null, texts.measure_doubtful) : null),
      make("b", null, area)));
    }

    // ---- what is copied ----------------------------------------------------------------------

    #copied() {
      const { ends, figures: { plain }, points, result, ring, texts } = this;
      if (!ring) {
        const rows = points.map(([lon, lat], i) => [cell(ends[i]?.name ?? plain(i + 1)),
          ...[lat, lon, i ? toMm(result.sides[i - 1]) : 0].map((value) => plain(value))]);
        const doubt = result.doubt === null ? texts.not_known : plain(result.doubt);
        return table([
          [texts.measure_length_m, plain(toMm(result.length))],
          [texts.measure_doubt_km, doubt], [],
          [texts.measure_place, texts.measure_latitude, texts.measure_longitude,
            texts.measure_side_m], ...rows,
        ]);
      }
      const { clusters, ha, unknown } = result.zones;
      const known = (value, unit) =>
        (value === null ? texts.not_known : plain(toMm(value / unit)));
      return table([
        [texts.measure_outline_ha, known(result.area, 10_000)],
        [texts.measure_perimeter_km, known(result.perimeter, 1000)],
        [texts.kcn, plain(clusters.KCN)], [texts.ccn, plain(clusters.CCN)],
        [texts.measure_planned_ha, known(ha, 1)], [texts.measure_unknown, plain(unknown)], [],
        [texts.measure_zone, texts.measure_kind, texts.measure_planned_ha, texts.measure_position],
        ...this.#groups().flatMap(([name, zones]) => zones.map((zone) => [
          cell(zone.name), zone.kind, known(zone.area, 1),
          result.zones.mayLeave.has(zone) ? texts.measure_doubtful : texts[`measure_${name}`],
        ])),
      ]);
    }
  }

  khucum.parts.push((scene) => {
    scene.measuring = new Measuring(scene);
  });
})();
