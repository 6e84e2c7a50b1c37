/* The search box over the map, and the marks of what was found. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const { make } = khucum;
  const QUIET_MS = 120;
  const LIMIT = 12;
  const NUMBER = /[+-]?\d+(?:[.,]\d+)?/g;
  const METRES = /\d+(?:[.,]\d{1,4}(?!\d))?/g;
  const LAYERS = [
    ["province", "provinces-2025"], ["province", "provinces-2016"], ["district", "districts-2016"],
  ];

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
    .replaceAll("đ", "d").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  /** What a file carries: zones, provinces and districts whose name holds the letters. */
  khucum.findCarried = (layers, text) => {
    const wanted = fold(text);
    if (!wanted) return [];
    const of = (name) => (layers[name]?.features ?? []).map(({ properties }) => properties);
    const nameOf = (layer, code) => of(layer).find((unit) => unit.code === code)?.full_name;
    const ranked = (kind, items, answer) => items.flatMap((item) => {
      const name = fold(item.name);
      const at = name.indexOf(wanted);
      if (at < 0) return [];
      const rank = name === wanted ? 0 : at === 0 ? 1 : name[at - 1] === " " ? 2 : 3;
      return [{ rank, answer: { kind, ...answer(item) } }];
    });
    const zones = ranked("zone", of("zones"), ({ id, kind, name, districts, province }) => ({
      id, sign: kind, name,
      line: [...districts.map((code) => nameOf("districts-2016", code)),
        nameOf("provinces-2016", province)].filter(Boolean).join(", "),
    }));
    const units = LAYERS.flatMap(([kind, layer]) =>
      ranked(kind, of(layer), ({ code, full_name: name, province_code: province }) => ({
        code, layers: [layer], name,
        line: nameOf("provinces-2016", province) ?? layer.replace(/\D+/, ""),
      })));
    return [...zones, ...units].sort((a, b) => a.rank - b.rank).slice(0, LIMIT)
      .map(({ answer }) => answer);
  };

  /** `21.47, 105.91` in either order, with a point or a comma for decimals; in Vietnam only. */
  khucum.readCoordinates = (text) => {
    if (text.length > 60 || /[^\d\s.,;+°NEBĐneb-]/.test(text)) return null;
    const found = text.match(NUMBER) ?? [];
    const numbers = found.length === 2 ? found.map((one) => Number(one.replace(",", "."))) : [];
    const [lat, lng] = numbers[0] > numbers[1] ? numbers.toReversed() : numbers;
    return isInVietnam({ lat, lng }) ? { lat, lng } : null;
  };

  /** `2375845 438762`, X north and Y east of some VN-2000 system, with or without their letters. */
  khucum.readMetres = (text) => {
    if (text.length > 60 || /[^\d\s.,;:=mxy]/i.test(text)) return null;
    const found = text.match(METRES) ?? [];
    const numbers = found.map((one) => Number(one.replace(",", ".")));
    const [east, north] = numbers.sort((a, b) => a - b); // no place in Vietnam is as far east
    const here = east >= 150_000 && east <= 850_000 && north >= 650_000 && north <= 2_650_000;
    return numbers.length === 2 && here ? { north, east } : null;
  };

  const isInVietnam = ({ lat, lng }) => lat >= 6 && lat <= 23.5 && lng >= 102 && lng <= 118;

  const SVG = "http://www.w3.org/2000/svg";
  const SIGNS = { // on a square of 16
    KCN: "M4 3h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z",
    CCN: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11z",
    province: "M2 5l4-2.5 4 2.5 4-2.5v8.5l-4 2.5-4-2.5-4 2.5zM6 2.5v8.5M10 5v8.5",
    district: "M3 3.5l6-1.5 4 4-1.5 6.5-7 1-2-4.5z",
    commune: "M8 14s-4.5-4.2-4.5-7.5a4.5 4.5 0 0 1 9 0C12.5 9.8 8 14 8 14zM8 5v3M6.5 6.5h3",
    point: "M8 1.5v4M8 10.5v4M1.5 8h4M10.5 8h4M8 5.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z",
    search: "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM10.4 10.4l3.6 3.6",
  };

  function sign(name) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", `sign ${name}`);
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", SIGNS[name]);
    svg.append(path);
    return svg;
  }

  /** Combobox with a list, as in the ARIA Authoring Practices; `choose` hears of a choice. */
  class Box {
    constructor(texts, ask, choose, cleared) {
      Object.assign(this, { texts, ask, choose, cleared, found: [], active: -1, asked: null });
      this.input = make("input", {
        type: "text", role: "combobox", id: "find", autocomplete: "off", spellcheck: "false",
        maxlength: 100, placeholder: texts.find_hint, "aria-label": texts.find_label,
        "aria-expanded": "false", "aria-controls": "find-list", "aria-autocomplete": "list",
        "aria-keyshortcuts": "/",
        oninput: () => this.#typed(), onkeydown: (event) => this.#pressed(event),
        onfocus: () => this.found.length && this.#open(), onblur: () => this.#close(),
      });
      this.list = make("ul", { role: "listbox", id: "find-list", "aria-label": texts.find_list });
      this.said = make("div", { class: "said", role: "status" });
      this.pop = make("div", { class: "pop", hidden: true,
        onpointerdown: (event) => event.preventDefault() }, this.list, this.said); // focus stays
      this.clearing = make("button", { type: "button", class: "clear", hidden: true,
        "aria-label": texts.find_clear, title: texts.find_clear,
        onclick: () => { this.clear(); this.input.focus(); } }, "×");
      this.element = make("div", { class: "findbox", role: "search" },
        sign("search"), make("span", { class: "wait", title: texts.find_working }),
        this.input, make("kbd", { "aria-hidden": "true" }, "/"), this.clearing,
        this.pop);
    }

    clear() {
      this.input.value = "";
      this.#typed();
      this.cleared();
    }

    #typed() {
      const text = this.input.value.trim();
      this.clearing.hidden = !this.input.value;
      clearTimeout(this.due);
      this.asked = null;
      this.#work(false);
      if (text) this.due = setTimeout(() => this.#look(text), QUIET_MS);
      else this.#show([], "");
    }

    async #look(text) {
      clearTimeout(this.due);
      const request = (this.asked = { text });
      this.#work(true);
      try {
        const found = await this.ask(text);
        if (this.asked !== request) return;
        this.#work(false);
        this.#show(found, text);
      } catch {
        if (this.asked !== request) return;
        this.#work(false);
        this.#show([], text);
        this.said.replaceChildren(make("strong", null, this.texts.find_failed),
          khucum.retryButton(this.texts, () => this.#look(text)));
      }
    }

    /** A sign of work, for eyes that wait and for readers. */
    #work(on) {
      this.element.classList.toggle("busy", on);
      this.input.setAttribute("aria-busy", String(on));
    }

    #show(found, text) {
      const { texts } = this;
      this.found = found;
      this.shownFor = text;
      this.active = -1;
      this.list.replaceChildren(...found.map((one, at) => make("li",
        { role: "option", id: `find-${at}`, "aria-selected": "false",
          onclick: () => this.#take(at), onpointermove: () => this.#mark(at) },
        sign(one.sign ?? one.kind),
        make("span", { class: "name" }, one.name),
        make("span", { class: "kind" }, texts[`find_${one.sign ?? one.kind}`]),
        make("span", { class: "line" }, one.line))));
      this.list.hidden = !found.length;
      this.said.className = found.length ? "said quiet" : "said";
      if (found.length) {
        this.said.replaceChildren(khucum.fillIn(texts.find_count, { count: found.length }));
      } else if (text) {
        this.said.replaceChildren(make("strong", null, khucum.fillIn(texts.find_none, { text })),
          make("span", null, texts.find_none_hint));
      } else {
        this.said.replaceChildren();
      }
      if (text && document.activeElement === this.input) this.#open();
      else this.#close();
    }

    #open() {
      this.pop.hidden = false;
      this.input.setAttribute("aria-expanded", String(this.found.length > 0));
    }

    #close() {
      this.pop.hidden = true;
      this.#mark(-1);
      this.input.setAttribute("aria-expanded", "false");
    }

    #mark(at) {
      this.active = at;
      [...this.list.children].forEach((option, i) =>
        option.setAttribute("aria-selected", String(i === at)));
      if (at < 0) return this.input.removeAttribute("aria-activedescendant");
      this.input.setAttribute("aria-activedescendant", `find-${at}`);
      this.list.children[at].scrollIntoView({ block: "nearest" });
    }

    /** Keys of the list; what is not for it stays with the text. */
    #pressed(event) {
      const { key } = event;
      const last = this.found.length - 1;
      const { active } = this;
      const shown = !this.pop.hidden && last >= 0;
      if (key === "Enter") this.#enter();
      else if (key === "Escape") this.#escape();
      else if (key === "ArrowDown" && last >= 0) {
        this.#open();
        this.#mark(active >= last ? 0 : active + 1);
      } else if (key === "ArrowUp" && shown) this.#mark(active <= 0 ? last : active - 1);
      else if (key === "Home" && shown && active >= 0) this.#mark(0);
      else if (key === "End" && shown && active >= 0) this.#mark(last);
      else return;
      event.preventDefault();
    }

    /** The marked result, else the best one; what was typed last is looked up first. */
    async #enter() {
      const text = this.input.value.trim();
      if (!text) return;
      if (this.shownFor !== text) await this.#look(text);
      if (this.found.length && this.shownFor === text) this.#take(Math.max(0, this.active));
    }

    #escape() {
      if (this.pop.hidden) this.clear();
      else this.#close();
    }

    #take(at) {
      const one = this.found[at];
      this.input.value = one.name;
      this.shownFor = one.name;
      this.clearing.hidden = false;
      this.#close();
      this.choose(one);
    }
  }

  /** Rings, outlines and points of what was found, over everything else. */
  function painter(scene, marked) {
    const halo = (ctx, style, colour, width, draw) => {
      for (const [tint, more] of [[style.halo, 2.4], [colour, 0]]) {
        [ctx.strokeStyle, ctx.lineWidth] = [tint, width + more];
        draw();
      }
    };
    const outline = (ctx, frame, style, { units, unit }) => {
      units.stroke(ctx, frame, style.halo, 5.5, unit);
      units.stroke(ctx, frame, style.doubt, 3, unit);
    };
    const place = (ctx, { scale, dx, dy }, style, { lat, lng, radius_km: km, name }) => {
      const { x, y } = khucum.toPlane([lng, lat]);
      const at = [x * scale + dx, y * scale + dy];
      const across = 40075016.686 * Math.cos((lat * Math.PI) / 180);
      const reach = ((km ?? 0) * 1000 * 256 * scale) / across;
      if (km) {
        ctx.beginPath();
        ctx.arc(...at, reach, 0, 2 * Math.PI);
        ctx.fillStyle = style.doubt;
        ctx.globalAlpha = 0.1;
        ctx.fill();
        ctx.globalAlpha = 1;
        halo(ctx, style, style.doubt, 1.8, () => {
          ctx.setLineDash(ctx.strokeStyle === style.halo ? [] : [6, 5]);
          ctx.stroke();
        });
        ctx.setLineDash([]);
      }
      ctx.beginPath();
      ctx.moveTo(at[0] - 9, at[1]);
      ctx.lineTo(at[0] + 9, at[1]);
      ctx.moveTo(at[0], at[1] - 9);
      ctx.lineTo(at[0], at[1] + 9);
      halo(ctx, style, style.doubt, 2.2, () => ctx.stroke());
      const text = km ? `${name} (± ${scene.format(km)} km)` : name;
      write(ctx, style, text, at[0], at[1] - Math.max(reach, 9) - 9); // free of the names inside
    };
    const write = (ctx, style, name, x, y) => {
      ctx.font = `600 13px ${style.face}`;
      ctx.textAlign = "center";
      ctx.lineJoin = "round";
      ctx.fillStyle = style.ink;
      halo(ctx, style, style.land, 3.5, () => ctx.strokeText(name, x, y));
      ctx.fillText(name, x, y);
    };
    /** The open zone where the filter hides it: its symbol in a broken ring. */
    const hidden = (ctx, frame, style) => {
      const zone = scene.hiddenZone();
      if (!zone || !scene.shown.zones) return;
      const { x, y, r } = scene.zones.spot(zone, frame);
      ctx.beginPath();
      ctx.arc(x, y, r * 1.3 + 5, 0, 2 * Math.PI);
      ctx.setLineDash([4, 3]);
      halo(ctx, style, style.ink, 2, () => ctx.stroke());
      ctx.setLineDash([]);
      khucum.symbol(ctx, x, y, r, { ...zone, hollow: zone.area === null }, style);
    };
    return (ctx, frame, style) => {
      ctx.save();
      const mark = marked();
      if (mark?.unit) outline(ctx, frame, style, mark);
      else if (mark) place(ctx, frame, style, mark);
      hidden(ctx, frame, style);
      ctx.restore();
    };
  }

  /** The texts of the box, which promise no more than the source of the data holds. */
  function wordsFor({ source, texts }) {
    const layers = source instanceof khucum.Carried ? source.data.layers : null;
    const kinds = layers && (layers["districts-2016"] ? "_districts" : "_provinces");
    const what = texts[`find_what${kinds ?? ""}`];
    const words = {
      find_label: texts.find_label, find_hint: texts.find_hint,
      find_none_hint: layers ? texts.find_none_hint_file : texts.find_none_hint,
    };
    const filled = Object.entries(words).map(([name, text]) =>
      [name, khucum.fillIn(text, { what })]);
    return { ...texts, ...Object.fromEntries(filled) };
  }

  khucum.parts.push((scene) => {
    const { texts, state } = scene;
    let mark = null; // a unit's outline or a place, until the next search or Escape
    let warned = false;
    const units = new Map(); // address -> promise of Units that only a search has needed

    const put = (next, name) => {
      mark = next;
      state.mark = next && name;
      scene.markSheet.refresh();
    };

    scene.hiddenZone = () => {
      const zone = scene.selectedZone;
      return zone && !scene.zones.shown(zone) ? zone : null;
    };
    scene.overlays.push(painter(scene, () => mark));

    function warn() {
      const zone = scene.hiddenZone();
      if (zone) scene.notice.say(khucum.fillIn(texts.find_hidden, { name: zone.name }));
      else if (warned) scene.notice.clear();
      warned = Boolean(zone);
    }
    scene.on("select", (target) => {
      if (target) put(null);
      warn();
    });
    scene.on("view", () => (warned = false)); // the view has put its own notice there

    function point(text) {
      const found = khucum.readCoordinates(text);
      if (!found) return null;
      return [pointOf(`${found.lat}, ${found.lng}`, found, unitAt(scene.units, found))];
    }

    function pointOf(name, { lat, lng }, unit, system) {
      const numbers = { lat: scene.format(lat), lon: scene.format(lng) };
      const degrees = khucum.fillIn(texts.find_point_line, numbers);
      const line = [system, degrees, unit?.full_name ?? unit?.name].filter(Boolean).join(" · ");
      return { kind: "point", name, line, point: [lng, lat] };
    }

    function unitAt(units, { lat, lng }) {
      const { x, y } = khucum.toPlane([lng, lat]);
      return units?.at(x, y);
    }

    /** Systems that metres may be in: of what is open, of what is shown, then of all zones. */
    function likelySystems() {
      const { config, selected, selectedZone, view, zones } = scene;
      const { layer } = view.theme;
      const unit = selected?.kind === "unit" && !layer.endsWith("2025") && scene.unit(selected.id);
      const own = unit ? unit.province_code ?? unit.code : selectedZone?.province;
      const codes = [own, ...[zones?.visible, zones?.all].flatMap((some) =>
        (some ?? []).map(({ province }) => province))];
      return new Set(codes.map((code) => config.vn2000.provinces[code]).filter(Boolean));
    }

    /** What metres may mean: those that lie where their own system is in use, else all of them. */
    async function readings(text) {
      const typed = khucum.readMetres(text);
      if (!typed) return null;
      const { provinces, systems } = scene.config.vn2000;
      const units = await unitsOf("provinces-2016");
      const all = [...likelySystems()].map((code) => {
        const { definition, meridian } = systems[code];
        const [lng, lat] = proj4(definition).inverse([typed.east, typed.north]);
        const unit = unitAt(units, { lat, lng });
        return { at: { lat, lng }, unit, meridian, fits: provinces[unit?.code] === code };
      }).filter(({ at }) => isInVietnam(at));
      const fitting = all.filter(({ fits }) => fits);
      return (fitting.length ? fitting : all).map(({ at, unit, meridian }) => pointOf(
        `X ${typed.north} Y ${typed.east}`, at, unit,
        khucum.fillIn(texts.coordinates_grid, { meridian })));
    }

    const ask = async (text) => point(text) ?? await readings(text)
      ?? scene.source.find(text, scene.view.revision);

    function showZone({ id, name }) {
      const zone = scene.zones?.byId.get(id);
      if (zone) scene.select({ kind: "zone", id }, { fly: true });
      else if (scene.zones) {
        scene.notice.say(khucum.fillIn(texts.find_unplaced, { name }));
        warned = true;
      }
    }

    function showPlace({ kind, name, point: [lng, lat], radius_km: km, code, vintage }) {
      const at = L.latLng(lat, lng);
      scene.select(null);
      if (km) scene.fly({ bounds: at.toBounds(km * 2300) });
      else scene.fly({ point: at, zoom: Math.max(13, scene.map.getZoom()) });
      put({ lat, lng, name, radius_km: km }, [kind, vintage, code].filter(Boolean).join(" "));
    }

    async function showUnit({ kind, code, layers }) {
      if (layers.includes(scene.view.theme.layer)) {
        return scene.select({ kind: "unit", id: code }, { fly: true });
      }
      const made = await unitsOf(layers.at(-1));
      const unit = made.byCode.get(code);
      scene.select(null);
      put({ units: made, unit }, `${kind} ${layers.at(-1)} ${code}`);
      scene.fly({ bounds: unit.bounds });
    }

    /** Boundaries that the map may not show; fetched once. */
    function unitsOf(layer) {
      const address = `${layer} ${scene.view.layers[layer]}`;
      if (!units.has(address)) {
        const loading = scene.source.layer(layer, scene.view.layers[layer]);
        units.set(address, loading.then((found) => new khucum.Units(found)));
        units.get(address).catch(() => units.delete(address));
      }
      return units.get(address);
    }

    function choose(found) {
      put(null);
      const show = { zone: showZone, commune: showPlace, point: showPlace }[found.kind] ?? showUnit;
      Promise.resolve(show(found)).catch(() => scene.notice.say(texts.find_failed));
    }

    const box = new Box(wordsFor(scene), ask, choose, () => put(null));
    scene.slots.find.append(box.element);

    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && mark) put(null);
    });
    const jump = (event) => {
      const field = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || field || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      box.input.focus();
      box.input.select();
    };
    document.addEventListener("keydown", jump);
    try { // the page around, whose keys this frame does not hear
      const around = window.parent.document;
      if (around !== document) {
        around.addEventListener("keydown", jump);
        window.addEventListener("pagehide", () => around.removeEventListener("keydown", jump));
      }
    } catch {
      // a page of another host
    }
  });
})();
