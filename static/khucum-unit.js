/* A district or province beside the map: its figures, its zones by kind, what became of it. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const { make, fillIn } = khucum;
  const KINDS = ["KCN", "CCN"];

  /** Exact for areas with up to four decimals, as the register has them. */
  const sum = (values) => Math.round(values.reduce((all, one) => all + one * 1e4, 0)) / 1e4;

  const cents = (value) => Math.round(value * 100) / 100;
  const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

  khucum.parts.push((scene) => {
    const { texts, format, side, state } = scene;
    let open = null; // the unit in the panel, with what the server says of it

    const pairs = (rows) => make("dl", null, rows.filter(Boolean).flatMap(([label, value]) =>
      [make("dt", null, label), make("dd", null, value)]));

    /** The figures of the theme, as the map colours them. */
    function figures(unit) {
      const { theme } = scene.view;
      const { at, area_km2: land } = unit;
      const rows = theme.zones[at] ?? 0;
      const unknown = theme.unknown?.[at] ?? 0;
      const shared = theme.shared?.[at] ?? 0;
      const known = rows > unknown && rows > shared;
      const ha = theme.ha[at];
      const planned = unknown || shared ? texts.unit_planned_part : texts.unit_planned;
      return pairs([
        land && [texts.unit_area, `${format(land)} km²`],
        [texts.unit_lines, format(rows)],
        rows && [planned, known ? `${format(ha)} ha` : texts.not_known],
        known && land && [texts.unit_land_share, `${format(cents(ha / land))} %`],
        unknown && [texts.unit_unknown, format(unknown)],
        shared && [texts.unit_shared, format(shared)],
        rows && measured(theme, at),
      ]);
    }

    /** The measure of the map where it is none of those that are always there. */
    function measured({ measure, title, unit, labels, values, classes }, at) {
      if (["planned", "count", "share"].includes(measure)) return null;
      if (measure === "verdicts") return [title, labels[Number(classes[at])] ?? texts.not_known];
      const value = values?.[at] ?? null;
      return [title, value === null ? texts.not_known : `${format(value)} ${unit}`];
    }

    /** Rows, area and unknown areas of each kind among the parts that the filter shows. */
    function kinds(parts) {
      const rows = KINDS.flatMap((kind) => {
        const own = parts.filter(({ zone }) => zone.kind === kind);
        if (!own.length) return [];
        const areas = own.map(({ ha }) => ha).filter((ha) => ha !== null);
        const unknown = own.filter(({ zone }) => zone.area === null).length;
        return [make("tr", null, make("th", { scope: "row" }, sign(kind), kind),
          make("td", null, format(sum(own.map(({ zone }) => zone.clusters)))),
          make("td", null, areas.length ? `${format(sum(areas))} ha` : texts.not_known),
          make("td", null, format(unknown)))];
      });
      const heads = [texts.unit_kinds, texts.unit_rows, texts.unit_planned, texts.unit_unknown];
      return make("table", { class: "kinds" },
        make("thead", null,
          make("tr", null, heads.map((head) => make("th", { scope: "col" }, head)))),
        make("tbody", null, rows));
    }

    const note = (...content) => make("p", { class: "note" }, ...content);
    const sign = (kind) => make("span", { class: `sign ${kind}`, "aria-hidden": "true" });

    function areaOf({ zone, ha, shared }) {
      if (zone.area === null) return texts.unknown_area;
      return shared ? `${format(zone.area)} ha · ${texts.unit_shared_mark}` : `${format(ha)} ha`;
    }

    function item(part) {
      const { zone } = part;
      const mark = (on) => () => scene.hover(on ? zone : null);
      return make("li", null, make("button", { type: "button", "data-zone": zone.id,
        onclick: () => scene.select({ kind: "zone", id: zone.id }, { fly: true }),
        onpointerenter: mark(true), onpointerleave: mark(false),
        onfocus: mark(true), onblur: mark(false) },
      sign(zone.kind), make("span", { class: "name" }, zone.name),
      make("span", { class: "area" }, areaOf(part))));
    }

    /** The zones of the unit: those that the filter shows, and how many it hides. */
    function list() {
      const { told } = open;
      if (told === null) return [note(texts.loading)];
      if (told === false) {
        return [note(texts.unit_failed, khucum.retryButton(texts, ask))];
      }
      const all = told.parts.map((part) => ({ ...part, zone: scene.zones?.byId.get(part.zone) }))
        .filter(({ zone }) => zone);
      const shown = all.filter(({ zone }) => scene.zones.shown(zone));
      shown.sort((a, b) => KINDS.indexOf(a.zone.kind) - KINDS.indexOf(b.zone.kind)
        || a.zone.name.localeCompare(b.zone.name, scene.lang, { numeric: true }));
      const hidden = all.length - shown.length;
      state.unitZones = { shown: shown.length, hidden };
      const empty = all.length ? texts.unit_none_shown : texts.unit_none;
      return [
        shown.length ? kinds(shown) : note(empty),
        hidden ? note(fillIn(texts.unit_hidden, { count: format(hidden) })) : "",
        ...headed(texts.unit_history, "past", told.lines.map((line) => make("li", null, line))),
        ...headed(texts.unit_list, "zones", shown.map(item)),
      ];
    }

    const headed = (title, name, items) =>
      (items.length ? [make("h3", null, title), make("ul", { class: name }, items)] : []);

    function draw() {
      const unit = scene.unit(open.code);
      const drawn = open;
      const left = () => {
        if (open === drawn) open = null; // else another unit takes its place
      };
      const province = unit.province_code && scene.provinces?.byCode.get(unit.province_code);
      const type = unit.type ? capital(unit.type) : null;
      const subtitle = [type, province?.full_name].filter(Boolean).join(", ");
      side.open(capital(unit.full_name ?? unit.name), make("article", { class: "unit" },
        subtitle ? make("p", { class: "subtitle" }, subtitle) : "", figures(unit), ...list()),
      { of: `unit ${open.layer} ${open.code}`, left });
      state.unitPanel = open.told === null ? "loading" : open.told ? "open" : "failed";
    }

    async function ask() {
      const asked = open;
      asked.told = null;
      asked.revision = scene.view.revision;
      draw();
      const told = await scene.source.unit(asked.layer, asked.code, asked.revision)
        .catch(() => false);
      if (open !== asked) return;
      asked.told = told;
      draw();
    }

    scene.on("select", (target) => {
      state.unitPanel = null;
      if (target?.kind !== "unit") {
        open = null;
        return;
      }
      open = { code: target.id, layer: scene.view.theme.layer, told: null };
      ask();
    });
    scene.on("view", () => {
      if (!open || !scene.unit(open.code)) return;
      if (open.revision === scene.view.revision) draw();
      else ask();
    });
  });
})();
