/* The table below the map: all that the view shows, by zone and by unit, without the map's help.

   A row's number is the zone's bit in a view. Rows come once a revision and are sorted once; a view
   only says which of them are shown, and one page of those is in the document. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const { fillIn, make } = khucum;
  const SIZES = [25, 50, 100];
  const NAMED = 3; // rows of several clusters that a caption names
  const NUMBERS = new Set(["area_planned_ha", "location_radius_km"]);
  const OFF = ["communes", "occupancy_targets", "location_radius_km"]; // until they are wanted
  const KEPT = "khucum-columns";
  const MILLIONTHS = 1e6; // areas are added as whole numbers, so that sums stay exact

  const plain = (values) => (row) => values[row] ?? null;
  const coded = ({ list, at }) => (row) => list[at[row]] ?? null;

  /** The rows of geo/rows.py. */
  function readRows(found) {
    const of = {};
    for (const [name, values] of Object.entries(found.columns)) {
      of[name] = Array.isArray(values) ? plain(values) : coded(values);
    }
    const units = {};
    for (const [layer, codes] of Object.entries(found.units)) units[layer] = coded(codes);
    return { ...found, of, units, at: new Map(found.id.map((id, row) => [id, row])) };
  }

  /** What the layer of the zones knows of the same rows, where the rows themselves are missing. */
  function rowsOfLayer({ all }, texts) {
    const id = [];
    const several = {};
    for (const zone of all) {
      id[zone.n] = zone;
      if (zone.clusters > 1) several[zone.n] = zone.clusters;
    }
    const of = {
      name: (row) => id[row].name,
      kind: (row) => id[row].kind,
      area_planned_ha: (row) => id[row].area,
      stage: (row) => (id[row].stage ? texts[`stage_${id[row].stage}`] : null),
    };
    const units = {
      "districts-2016": (row) => id[row].districts.join(","),
      "provinces-2016": (row) => id[row].province,
      "provinces-2025": (row) => id[row].province_2025,
    };
    const order = Object.keys(id).map(Number);
    const at = new Map(all.map((zone) => [zone.id, zone.n]));
    return { id: id.map((zone) => zone.id), order, several, shared: [], of, units, at };
  }

  /** A table whose rows are numbers. A column is {key, title, value(row)} and may have `number`,
      `show(value, row)` for its cells, `none` for what is not known, `total` for the last line and
      `apart` for the line before it, of what no row holds. */
  class Grid {
    constructor({ texts, format, lang }, { pick, hover, say }) {
      Object.assign(this, { texts, format, pick, hover, say });
      this.collator = new Intl.Collator(lang, { numeric: true });
      this.sort = this.marked = null;
      [this.size, this.page] = [SIZES[0], 0];
      this.caption = make("span");
      this.head = make("tr");
      this.body = make("tbody");
      this.foot = make("tfoot");
      this.empty = make("p", { class: "empty" }, texts.nothing);
      this.box = make("div", { class: "scroll" },
        make("table", null, make("caption", null, this.caption),
          make("thead", null, this.head), this.body, this.foot));
      this.hint = make("p", { class: "wider" }, texts.table_wider);
      const edge = make("div", { class: "edge" }, this.box);
      this.element = make("div", { class: "grid" }, this.empty, this.hint, edge, this.#makePager());
      this.#listen();
    }

    /** Take other rows, in their own order, or other columns. */
    fill(columns, rows) {
      Object.assign(this, { columns, rows, sorted: null });
      if (!columns.some(({ key }) => key === this.sort?.key)) this.sort = null;
      this.head.replaceChildren(...columns.map((column) => this.#heading(column)));
    }

    /** Show the rows that pass a test. */
    show(passes, caption) {
      this.sorted ??= this.#ordered();
      this.passes = passes;
      this.shown = this.sorted.filter(passes);
      this.caption.textContent = caption;
      this.draw();
    }

    mark(row) {
      this.marked = row;
      for (const line of this.body.rows) {
        if (Number(line.dataset.row) === row) line.setAttribute("aria-current", "true");
        else line.removeAttribute("aria-current");
      }
    }

    /** Turn to the page that holds the marked row, if it is shown at all. */
    reveal() {
      const place = this.shown?.indexOf(this.marked) ?? -1;
      const page = Math.floor(place / this.size);
      if (place < 0 || page === this.page) return;
      this.page = page;
      this.draw();
    }

    draw() {
      const { columns, shown, size } = this;
      this.page = Math.max(0, Math.min(this.page, Math.ceil(shown.length / size) - 1));
      const from = this.page * size;
      const lines = shown.slice(from, from + size).map((row) => this.#line(row));
      this.body.replaceChildren(...lines);
      const below = ["apart", "total"].filter((name) => columns.some((one) => name in one));
      this.foot.replaceChildren(...below.map((name) =>
        make("tr", { class: name }, columns.map((one, at) => this.#sum(one, one[name], at)))));
      this.empty.hidden = shown.length > 0;
      this.box.hidden = !shown.length;
      this.pager.hidden = shown.length <= SIZES[0];
      const range = { from: from + 1, to: from + lines.length, all: shown.length };
      this.range.textContent = this.#fill(this.texts.table_range, range);
      const last = from + size >= shown.length;
      this.steps.forEach((step, i) => {
        step.setAttribute("aria-disabled", String(i < 2 ? this.page === 0 : last));
      });
    }

    #fill(text, numbers) {
      const shown = Object.entries(numbers).map(([name, value]) => [name, this.format(value)]);
      return fillIn(text, Object.fromEntries(shown));
    }

    // ---- order -----------------------------------------------------------------------------

    /** The rows sorted; what is not known comes last either way, equals stay as they were. */
    #ordered() {
      const { rows, sort } = this;
      if (!sort) return rows;
      const column = this.columns.find(({ key }) => key === sort.key);
      const rank = column.number ? column.value : this.#ranks(column);
      const keys = [];
      for (const row of rows) {
        const place = rank(row);
        keys[row] = place === null ? Number.MAX_VALUE : sort.down ? -place : place;
      }
      return [...rows].sort((one, other) => keys[one] - keys[other]);
    }

    /** Places of a column's texts among each other; each is compared once, however many rows. */
    #ranks({ value }) {
      const words = [...new Set(this.rows.map(value))].filter((text) => text !== null);
      words.sort(this.collator.compare);
      const places = new Map(words.map((text, place) => [text, place]));
      return (row) => places.get(value(row)) ?? null;
    }

    /** Ascending, descending, and back to the order of the rows. */
    #sortBy({ key, title }) {
      const { texts } = this;
      const before = this.sort?.key === key ? this.sort : null;
      this.sort = before?.down ? null : { key, down: Boolean(before) };
      this.sorted = null;
      this.page = 0;
      for (const cell of this.head.cells) this.#tellOrder(cell);
      this.show(this.passes, this.caption.textContent);
      const sorted = this.sort?.down ? texts.table_down : texts.table_up;
      const told = this.sort ? sorted : texts.table_plain;
      this.say(fillIn(told, { column: title }));
    }

    #tellOrder(cell) {
      const { sort } = this;
      const mine = sort?.key === cell.dataset.key;
      cell.setAttribute("aria-sort", mine ? (sort.down ? "descending" : "ascending") : "none");
    }

    // ---- cells -----------------------------------------------------------------------------

    #heading(column) {
      const cell = make("th", { scope: "col", class: `${column.key} ${column.number ? "num" : ""}`,
        "data-key": column.key },
      make("button", { type: "button", onclick: () => this.#sortBy(column) }, column.title));
      this.#tellOrder(cell);
      return cell;
    }

    #line(row) {
      const [name, ...rest] = this.columns;
      const line = make("tr", { "data-row": row },
        make("th", { scope: "row", class: name.key },
          make("button", { type: "button" }, name.value(row) ?? this.texts.not_known,
            name.beside?.(row) ?? null)),
        rest.map((column) => this.#cell(column, row)));
      if (row === this.marked) line.setAttribute("aria-current", "true");
      return line;
    }

    #cell({ key, value, number, show, none }, row) {
      const found = value(row);
      const attributes = { class: `${key} ${number ? "num" : ""}` };
      if (found === null) {
        const missing = (typeof none === "function" ? none(row) : none) ?? this.texts.not_known;
        return make("td", attributes, make("span", { class: "none" }, missing));
      }
      return make("td", attributes, show ? show(found) : number ? this.format(found) : found);
    }

    #sum({ key, number }, sum, place) {
      const text = typeof sum === "number" ? this.format(sum) : sum ?? "";
      if (place === 0) return make("th", { scope: "row", class: key }, text);
      return make("td", { class: `${key} ${number ? "num" : ""}` }, text);
    }

    // ---- pages and keys --------------------------------------------------------------------

    #makePager() {
      const { texts } = this;
      const step = (name, sign, page) => make("button", {
        type: "button", "aria-label": texts[`table_${name}`], title: texts[`table_${name}`],
        onclick: () => this.#turn(page()),
      }, sign);
      this.range = make("span", { class: "range" });
      this.steps = [
        step("first", "«", () => 0), step("previous", "‹", () => this.page - 1),
        step("next", "›", () => this.page + 1), step("last", "»", () => Infinity),
      ];
      const sizes = make("select", { onchange: ({ target }) => this.#resize(Number(target.value)) },
        SIZES.map((size) => make("option", { value: size }, String(size))));
      const [first, previous, next, last] = this.steps;
      this.pager = make("nav", { class: "pager", "aria-label": texts.table_pages },
        first, previous, this.range, next, last, make("label", null, texts.table_size, sizes));
      return this.pager;
    }

    #turn(page) {
      const before = this.page;
      this.page = page;
      this.draw();
      if (this.page !== before) this.say(this.range.textContent);
    }

    #resize(size) {
      const first = this.page * this.size;
      this.size = size;
      this.#turn(Math.floor(first / size));
    }

    #listen() {
      const { body, box, element } = this;
      const measure = () => {
        const left = box.scrollWidth - box.clientWidth;
        element.classList.toggle("wide", left > 1);
        element.classList.toggle("begun", box.scrollLeft > 1);
        element.classList.toggle("ended", box.scrollLeft > left - 2);
      };
      box.addEventListener("scroll", measure, { passive: true });
      new ResizeObserver(measure).observe(box);
      new ResizeObserver(measure).observe(box.firstElementChild);
      const rowOf = ({ target }) => {
        const line = target.closest("tr");
        return line && Number(line.dataset.row);
      };
      body.addEventListener("click", (event) => {
        const onName = event.target.closest("button");
        if (!onName && !getSelection().isCollapsed) return; // a figure is being copied
        this.pick(rowOf(event));
      });
      body.addEventListener("keydown", (event) => this.#key(event));
      for (const name of ["pointerover", "focusin"]) {
        body.addEventListener(name, (event) => this.hover(rowOf(event)));
      }
      for (const name of ["pointerleave", "focusout"]) {
        body.addEventListener(name, () => this.hover(null));
      }
    }

    #key(event) {
      const line = event.target.closest("tr");
      const turned = { PageDown: 1, PageUp: -1 }[event.key];
      const moved = { ArrowDown: line?.nextSibling, ArrowUp: line?.previousSibling }[event.key];
      if (moved) moved.querySelector("button").focus();
      if (turned) {
        this.#turn(this.page + turned);
        this.body.querySelector("button").focus();
      }
      if (moved || turned) event.preventDefault();
    }
  }

  // ---- which columns ---------------------------------------------------------------------

  /** Keys of the columns that the reader has switched off; a browser may refuse to keep them. */
  function readOff() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT));
      return new Set(Array.isArray(kept) ? kept : OFF);
    } catch {
      return new Set(OFF);
    }
  }

  function keepOff(off) {
    try {
      localStorage.setItem(KEPT, JSON.stringify([...off]));
    } catch {
      // without storage the choice lasts as long as the page
    }
  }

  function chooser(texts, off, onChange) {
    const list = make("div", { class: "inside" });
    const element = make("details", { class: "columns" },
      make("summary", null, texts.table_columns), list);
    const fill = (columns) => list.replaceChildren(...columns.slice(1).map(({ key, title }) => {
      const box = make("input", { type: "checkbox", checked: !off.has(key), "data-column": key });
      box.addEventListener("change", () => {
        if (box.checked) off.delete(key);
        else off.add(key);
        keepOff(off);
        onChange();
      });
      return make("label", null, box, title);
    }));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !element.open) return;
      event.preventDefault(); // it closes this and not the profile
      element.open = false;
      element.querySelector("summary").focus();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (!element.contains(target)) element.open = false;
    });
    return { element, fill };
  }

  // ---- both tables -----------------------------------------------------------------------

  /** Two panels of which one is seen; arrow keys go from tab to tab. */
  function tabs(texts, panels, onOpen) {
    const buttons = panels.map(({ name, panel }, i) => {
      Object.assign(panel, { id: `panel-${name}`, role: "tabpanel" });
      panel.setAttribute("aria-labelledby", `tab-${name}`);
      return make("button", { type: "button", role: "tab", id: `tab-${name}`,
        "aria-controls": panel.id, onclick: () => open(i) }, texts[`table_by_${name}`]);
    });
    const named = { class: "tabs", role: "tablist", "aria-label": texts.table };
    const list = make("div", named, buttons);
    function open(chosen) {
      buttons.forEach((button, i) => {
        button.setAttribute("aria-selected", String(i === chosen));
        button.tabIndex = i === chosen ? 0 : -1;
        panels[i].panel.hidden = i !== chosen;
      });
      onOpen(panels[chosen].name);
    }
    list.addEventListener("keydown", ({ key }) => {
      if (key !== "ArrowLeft" && key !== "ArrowRight") return;
      const other = buttons.findIndex((button) => button.tabIndex < 0);
      open(other);
      buttons[other].focus();
    });
    return { list, open };
  }

  khucum.parts.push((scene) => {
    const { texts, format, source, state } = scene;
    const status = make("p", { class: "status", role: "status" });
    const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
    const say = (text, plainly = false) => {
      status.textContent = text;
      status.classList.toggle("seen", plainly);
    };
    let rows = null;
    let failure = null; // why the rows did not come
    let revision = null; // the one that `rows` is of, or that is being asked for
    let mask = new Uint8Array();
    let shown = []; // the rows of the view, in the order of the plans
    let before = null; // the bitmap that was last shown
    let opened = "zone";
    const isShown = (row) => (mask[row >> 3] >> (row & 7)) & 1;

    const off = readOff();
    const choice = chooser(texts, off, () => {
      fillZones();
      drawZones();
    });
    const zones = new Grid(scene, { pick: pickZone, hover: hoverZone, say });
    zones.sort = { key: "area_planned_ha", down: true };
    const units = new Grid(scene, { pick: pickUnit, hover: () => {}, say });
    const about = make("p", { class: "about" });
    const parts = [
      { name: "zone", panel: make("div", null, zones.element) },
      { name: "unit", panel: make("div", null, units.element, about) },
    ];
    const { list, open } = tabs(texts, parts, (name) => {
      opened = name;
      choice.element.hidden = name !== "zone";
      draw();
    });
    const element = make("section", { class: "tables", "aria-label": texts.table },
      make("header", null, list, choice.element), status, trouble, parts.map(({ panel }) => panel));
    element.hidden = true;
    scene.slots.below.append(element);

    // ---- rows

    async function load() {
      const asked = (revision = scene.view.revision);
      state.table = "loading";
      failure = null;
      let error = null;
      const found = await source.rows(asked).then(readRows).catch((caught) => {
        error = caught;
        return null;
      });
      if (asked !== revision) return; // a newer one has been asked for
      if (error) stale(error);
      take(found, error);
    }

    /** Show the rows, or without them what the layer of the zones knows as soon as it is there. */
    function take(found, error) {
      failure = error;
      rows = error && scene.zones ? rowsOfLayer(scene.zones, texts) : found;
      report(error);
      choice.fill(zoneColumns());
      fillZones();
      view();
      reveal();
      state.table = error ? "failed" : "open";
    }

    /** The page holds an older revision: ask it for a rerun, once, as the layers do. */
    function stale({ status: answer, reason }) {
      if (answer !== 410 || reason.revision === scene.staleFor) return;
      scene.staleFor = reason.revision;
      khucum.host.report({ revision: reason.revision });
    }

    function report(error) {
      trouble.hidden = !error;
      const short = rows ? ` ${texts.table_short}` : "";
      trouble.replaceChildren(...(error
        ? [texts.table_failed + short, khucum.retryButton(texts, load)] : []));
    }

    // ---- by zone

    function zoneColumns() {
      if (!rows) return [];
      const special = {
        name: { beside: (row) => englishName(row) },
        kind: { show: (kind) => make("span", { class: `sign ${kind}` }, kind) },
        industries: {
          none: texts.table_no_rule,
          show: (text) => make("div", { class: "clip" }, inVietnamese(text)),
        },
        occupancy_targets: { none: texts.table_none },
      };
      return Object.entries(rows.of).map(([key, value]) => ({
        key, value, title: texts[`col_${key}`], number: NUMBERS.has(key), ...special[key],
      }));
    }

    function englishName(row) {
      const name = rows.english?.[row];
      return name ? make("small", null, name) : null;
    }

    /** In another language what is in quotation marks is the plan's own Vietnamese. */
    const inVietnamese = (text) => (scene.lang === "vi" ? [text]
      : text.split(/(“[^”]*”)/).map((part) =>
        (part.startsWith("“") ? make("span", { lang: "vi" }, part) : part)));

    function fillZones() {
      const columns = zoneColumns();
      zones.fill(columns.filter(({ key }) => key === "name" || !off.has(key)), rows?.order ?? []);
    }

    function drawZones() {
      zones.show(isShown, rows ? `${caption()}. ${texts.table_hint}` : "");
    }

    function caption() {
      const held = shown.filter((row) => rows.several[row]);
      if (!held.length) return fillIn(texts.table_rows, { rows: format(shown.length) });
      const first = held.slice(0, NAMED).map(rows.of.name).join(", ");
      const more = { names: first, count: format(held.length - NAMED) };
      return fillIn(texts.table_several, {
        rows: format(shown.length),
        clusters: format(shown.length + extra(held)),
        names: held.length > NAMED ? fillIn(texts.table_more, more) : first,
      });
    }

    /** How many zones or clusters some rows hold beyond one each. */
    const extra = (held) => held.reduce((sum, row) => sum + (rows.several[row] ?? 1) - 1, 0);

    function pickZone(row) {
      const id = rows.id[row];
      const target = { kind: "zone", id, name: rows.of.name(row), of: rows.of.kind(row) };
      scene.select(target, { fly: true });
      const drawn = Boolean(scene.zones?.byId.has(id));
      zones.mark(row);
      const told = drawn ? texts.table_opened : texts.table_not_drawn;
      say(fillIn(told, { name: rows.of.name(row) }), !drawn);
      if (drawn) document.getElementById("stage").scrollIntoView({ block: "nearest" });
    }

    function hoverZone(row) {
      scene.hover(row === null ? null : scene.zones?.byId.get(rows.id[row]) ?? null);
    }

    // ---- by unit

    /** What the theme of the view says of each unit, and what only the rows know. */
    function unitFigures() {
      const { layer, zones: count } = scene.view.theme;
      const more = new Map(); // by code: clusters beyond one a row, ha that cannot be divided
      const add = (row, name, amount) => {
        for (const code of (rows.units[layer](row) ?? "").split(",")) {
          const held = more.get(code) ?? { clusters: 0, shared: 0 };
          more.set(code, { ...held, [name]: held[name] + amount });
        }
      };
      const area = (row) => Math.round((rows.of.area_planned_ha(row) ?? 0) * MILLIONTHS);
      const held = shown.filter((row) => rows.several[row]);
      for (const row of held) add(row, "clusters", rows.several[row] - 1);
      const shared = layer.startsWith("districts") ? rows.shared.filter(isShown) : [];
      for (const row of shared) add(row, "shared", area(row));
      const known = shown.filter((row) => rows.of.area_planned_ha(row) !== null);
      const sum = (some) => some.reduce((total, row) => total + area(row), 0) / MILLIONTHS;
      return {
        more, count,
        shared: shared.length > 0,
        total: {
          zones: shown.length + extra(held),
          ha: known.length ? sum(known) : texts.not_known,
          unknown: shown.length - known.length,
          shared: sum(shared),
        },
      };
    }

    function unitColumns(figures) {
      const { theme } = scene.view;
      const { more, total } = figures;
      const all = scene.units.all;
      const nameOf = ({ full_name, name }) => full_name ?? name;
      const held = (row) => more.get(all[row].code) ?? { clusters: 0, shared: 0 };
      const own = (row) => (theme.zones[row] === theme.shared?.[row] ? "—" : texts.not_known);
      const columns = [
        { key: "unit", value: (row) => nameOf(all[row]), total: texts.table_total,
          ...(figures.shared ? { apart: texts.table_undivided } : {}) },
        { key: "zones", number: true, value: (row) => theme.zones[row] + held(row).clusters,
          total: total.zones },
        { key: "area_planned_ha", number: true, value: (row) => theme.ha[row] || null, none: own,
          total: total.ha, ...(figures.shared ? { apart: total.shared } : {}) },
        { key: "unknown", number: true, value: (row) => theme.unknown?.[row] ?? 0,
          total: total.unknown },
      ];
      if (theme.layer.startsWith("districts") && scene.provinces) {
        const province = ({ province_code }) => scene.provinces.byCode.get(province_code)?.name;
        columns.splice(1, 0, { key: "province", value: (row) => province(all[row]) ?? null });
      }
      const titled = columns.map((one) => ({ ...one, title: texts[`col_${one.key}`] }));
      titled.push(...measureColumn(theme));
      if (figures.shared) {
        titled.push({ key: "shared", title: texts.col_shared, number: true, none: "—",
          value: (row) => held(row).shared / MILLIONTHS || null, total: total.shared });
      }
      return titled;
    }

    /** The measure that colours the map, where the columns do not have it already. */
    function measureColumn({ measure, title, unit, values, labels, classes }) {
      if (measure === "verdicts") {
        return [{ key: "measure", title, value: (row) => labels[classes[row]] ?? null }];
      }
      if (!values) return [];
      const named = unit ? `${title} (${unit})` : title;
      return [{ key: "measure", title: named, number: true, value: (row) => values[row] ?? null }];
    }

    function drawUnits() {
      const ready = Boolean(scene.units && rows);
      units.element.hidden = !ready;
      if (!ready) {
        about.replaceChildren(texts.table_units_failed);
        return;
      }
      const figures = unitFigures();
      const held = scene.units.all.map(({ at }) => at).filter((at) => figures.count[at]);
      units.fill(unitColumns(figures), held);
      units.show(() => true, fillIn(texts.table_units, { rows: format(held.length) }));
      const { layer } = scene.view.theme;
      about.textContent =
        [texts[`units_of_${layer}`], figures.shared ? texts.shared_note : ""].join(" ").trim();
    }

    function pickUnit(row) {
      const { code } = scene.units.all[row];
      scene.select({ kind: "unit", id: code }, { fly: true });
      say(fillIn(texts.table_opened, { name: units.columns[0].value(row) }));
      document.getElementById("stage").scrollIntoView({ block: "nearest" });
    }

    // ---- what the map says

    function draw() {
      if (!scene.view || !zones.columns) return; // the rows have not come yet
      if (opened === "zone") drawZones();
      else drawUnits();
      mark();
    }

    function mark() {
      const { selected } = scene;
      const is = (kind) => selected?.kind === kind;
      zones.mark(is("zone") ? rows?.at.get(selected.id) ?? null : null);
      units.mark(is("unit") ? scene.unit(selected.id)?.at ?? null : null);
    }

    function reveal() {
      mark();
      zones.reveal();
      units.reveal();
    }

    function view() {
      const { visible } = scene.view;
      mask = Uint8Array.from(atob(visible), (letter) => letter.charCodeAt(0));
      shown = rows?.order.filter(isShown) ?? [];
      const other = visible !== before;
      if (other) zones.page = units.page = 0;
      element.hidden = !rows && trouble.hidden;
      draw();
      if (other && before !== null && rows) {
        const told = fillIn(texts.table_rows, { rows: format(shown.length) });
        say(shown.length ? told : texts.nothing);
      }
      before = visible;
    }

    scene.on("asked", () => revision === scene.view.revision || load());
    scene.on("view", () => {
      if (failure && !rows) take(null, failure);
      else view();
    });
    scene.on("select", reveal);
    open(0);
  });
})();
