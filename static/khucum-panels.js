/* What stands over the map: tooltip, popup, notices, legend, buttons. Text only, never markup. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});

  /** An element with attributes and children; strings become text. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (typeof value === "boolean") element.toggleAttribute(name, value);
      else element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  }

  const fillIn = (text, values) =>
    text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  const ICONS = {
    zoom_in: "M12 5v14M5 12h14",
    zoom_out: "M5 12h14",
    fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5M12 10v4M10 12h4",
    fullscreen: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  };

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  function control(element, position) {
    const made = new L.Control({ position });
    made.onAdd = () => {
      L.DomEvent.disableClickPropagation(element);
      L.DomEvent.disableScrollPropagation(element);
      return element;
    };
    return made;
  }

  function buttons(map, texts, onFit) {
    const press = (name, act) =>
      make("button", { type: "button", title: texts[name], "aria-label": texts[name], onclick: act },
        icon(name));
    const zoomIn = press("zoom_in", () => map.zoomIn());
    const zoomOut = press("zoom_out", () => map.zoomOut());
    const bar = make("div", { class: "bar" }, zoomIn, zoomOut, press("fit", onFit));
    if (document.fullscreenEnabled) {
      bar.append(press("fullscreen", () => {
        if (document.fullscreenElement) document.exitFullscreen();
        else document.documentElement.requestFullscreen();
      }));
    }
    map.on("zoomend", () => {
      zoomIn.disabled = map.getZoom() >= map.getMaxZoom();
      zoomOut.disabled = map.getZoom() <= map.getMinZoom();
    });
    control(bar, "topleft").addTo(map);
  }

  /** Check boxes for the layers; `shown` holds their state and `onChange` hears of it. */
  function layerPanel(map, texts, shown, onChange) {
    const rows = Object.keys(shown).map((name) => {
      const box = make("input", { type: "checkbox", checked: shown[name], "data-layer": name });
      box.addEventListener("change", () => onChange(name, (shown[name] = box.checked)));
      return make("label", null, box, texts[`layer_${name}`]);
    });
    const panel = make("details", { class: "panel layers" },
      make("summary", null, texts.layers), make("div", { class: "inside" }, rows));
    control(panel, "topright").addTo(map);
  }

  function swatch(draw) {
    const canvas = make("canvas", { width: 60, height: 32, "aria-hidden": "true" });
    const ctx = canvas.getContext("2d");
    ctx.scale(2, 2);
    draw(ctx);
    return canvas;
  }

  const STAGES = ["operating", "building", "established", "detailed_plan", "planned"];
  const SIZES_HA = [50, 250, 1000];
  const ROOMY = 620; // pixels of map beside which an open legend leaves enough of it

  /** What the legend says, row by row; `paint(ctx)` fills a swatch of 30 × 16 pixels. */
  function legendRows(theme, counts, zones, style, texts) {
    const block = (fill) => (ctx) => {
      ctx.fillStyle = fill(ctx);
      ctx.strokeStyle = style.province;
      ctx.lineWidth = 0.8;
      ctx.beginPath();
      ctx.roundRect(1, 1, 28, 14, 2.5);
      ctx.fill();
      ctx.stroke();
    };
    const mark = (look) => (ctx) => khucum.symbol(ctx, 15, 8, 6, look, style);
    const pair = (look) => (ctx) => {
      khucum.symbol(ctx, 7.5, 8, 5.5, { kind: "KCN", ...look }, style);
      khucum.symbol(ctx, 22.5, 8, 5.5, { kind: "CCN", ...look }, style);
    };
    const classes = theme.labels.map((text, i) => (
      { paint: block((ctx) => style.classFills(ctx, theme)[i]), text, count: counts.classes[i] ?? 0 }));
    if (theme.measure !== "verdicts") classes.reverse(); // the highest on top, as a column grows
    if (counts.unknown) {
      classes.push({ paint: block((ctx) => style.hatch(ctx)), text: theme.unclassed, count: counts.unknown });
    }
    const none = counts.filtered ? texts.no_match : texts.no_zones;
    classes.push({ paint: block(() => style.land), text: none, count: counts.none });
    const marks = [
      { paint: mark({ kind: "KCN", stage: "operating" }), text: texts.kcn, count: zones.KCN },
      { paint: mark({ kind: "CCN", stage: "operating" }), text: texts.ccn, count: zones.CCN },
    ];
    for (const stage of STAGES.filter((one) => zones.stages[one])) {
      marks.push({ paint: pair({ stage }), text: texts[`stage_${stage}`], count: zones.stages[stage] });
    }
    if (zones.stages.unknown) {
      marks.push({ paint: pair({}), text: texts.stage_unknown, count: zones.stages.unknown });
    }
    if (zones.hollow) {
      const paint = pair({ stage: "planned", hollow: true });
      marks.push({ paint, text: texts.hollow, count: zones.hollow });
    }
    return { classes, marks };
  }

  /** Symbols of some areas side by side, as large as they are on the map now. */
  function sizeSwatch(zoom, style) {
    const radii = SIZES_HA.map((ha) => khucum.radius(ha) * khucum.zoomFactor(zoom));
    const high = Math.ceil(2 * Math.max(...radii)) + 6;
    const wide = Math.ceil(radii.reduce((sum, r) => sum + 2 * r + 6, 0));
    const canvas = make("canvas", { width: 2 * wide, height: 2 * high, "aria-hidden": "true" });
    Object.assign(canvas.style, { width: `${wide}px`, height: `${high}px` });
    const ctx = canvas.getContext("2d");
    ctx.scale(2, 2);
    let x = 0;
    for (const r of radii) {
      khucum.symbol(ctx, x + r + 3, high / 2, r, { kind: "CCN" }, style);
      x += 2 * r + 6;
    }
    return canvas;
  }

  function legendPanel(map, texts, format) {
    const inside = make("div", { class: "inside" });
    const details = make("details", { class: "legend" }, make("summary", null, texts.legend), inside);
    const places = make("p", { class: "places" }); // outside the fold: always visible
    const panel = make("div", { class: "panel narrow" }, details, places);
    control(panel, "bottomleft").addTo(map);
    const size = make("td");
    const sizes = fillIn(texts.size, { sizes: SIZES_HA.map(format).join(" · ") });
    const sizeTable = make("table", { class: "sizes" },
      make("tbody", null, make("tr", null, size, make("td", null, sizes))));
    let style = null;
    const drawSizes = (zoom = map.getZoom()) =>
      style && size.replaceChildren(sizeSwatch(zoom, style));
    map.on("zoomend", () => drawSizes());

    let roomy = null;
    const follow = () => {
      const beside = document.getElementById("side");
      const now = map.getSize().x >= ROOMY && beside.hidden;
      if (now !== roomy) details.open = roomy = now; // until then it is as the reader left it
      const buttons = map.getContainer().querySelector(".bar").getBoundingClientRect();
      const room = panel.getBoundingClientRect().bottom - buttons.bottom - 12;
      panel.style.maxHeight = `${Math.max(120, room)}px`;
    };
    map.on("resize", follow);
    follow();

    const table = (head, rows) => make("table", null,
      head ? make("thead", null, make("tr", null, make("th", { colspan: 3 }, head))) : null,
      make("tbody", null, rows.map(({ paint, text, count }) => make("tr", null,
        make("td", null, swatch(paint)), make("td", null, text), make("td", null, format(count))))));
    const note = (text) => (text ? make("p", { class: "note" }, text) : null);

    const draw = (theme, counts, zones, given, place) => {
      style = given;
      const rows = legendRows(theme, counts, zones, style, texts);
      const units = counts.provinces ? texts.unit_count_provinces : texts.unit_count_districts;
      const unplaced = fillIn(texts.unplaced, { count: format(zones.unplaced) });
      inside.replaceChildren(
        make("p", { class: "heading" }, theme.unit ? `${theme.title} (${theme.unit})` : theme.title),
        table(units, rows.classes),
        ...[note(theme.method && `${theme.method}, ${texts.all_zones}`), note(theme.note)].filter(Boolean),
        make("div", { class: "marks" },
          table(null, rows.marks), sizeTable,
          place.circles ? note(texts.places_circle) : null,
          place.extents ? note(texts.places_extent) : null,
          place.lines ? note(texts.places_lines) : null,
          zones.unplaced ? note(unplaced) : null));
      drawSizes();
      const surveys = { all: texts.places_all, some: texts.places_some };
      places.textContent = surveys[place.unsurveyed] ?? "";
      places.hidden = !places.textContent;
    };
    /** How much of the frame's left side the open legend takes, in pixels. */
    const width = () => (details.open ? panel.offsetLeft + panel.offsetWidth : 0);
    return { draw, drawSizes, width };
  }

  /** The panel beside the map; one thing at a time is open in it. */
  function sidePanel(element, texts, onClose) {
    const title = make("h2", { tabindex: "-1" });
    const shut = make("button", { type: "button", class: "shut", "aria-label": texts.close, title: texts.close,
      onclick: () => { api.close(); onClose(); } }, "×");
    const body = make("div", { class: "body" });
    const map = element.previousElementSibling;
    const back = make("button", { type: "button", class: "back", onclick: () => { // on a phone
      map.scrollIntoView({ block: "start" });
      map.focus({ preventScroll: true });
    } }, texts.to_map);
    element.append(make("header", null, title, shut), body, back);
    element.setAttribute("aria-label", texts.side);
    let owner = null;
    let leave = null;
    let opener = null; // has the focus again when it would be lost with the panel
    const api = {
      element, body,
      /** `of` names what is open; `left` is called when something else takes the place of it. */
      open(text, content, { className = "", focus = false, of = text, left = null } = {}) {
        if (owner !== of) leave?.();
        const scroll = owner === of ? body.scrollTop : 0;
        [owner, leave] = [of, left];
        if (element.hidden) opener = document.activeElement;
        title.replaceChildren(text);
        body.replaceChildren(...[content].flat());
        body.scrollTop = scroll;
        element.className = className;
        element.hidden = false;
        if (focus) title.focus();
      },
      close() {
        leave?.();
        owner = leave = null;
        const focused = element.contains(document.activeElement);
        element.hidden = true;
        body.replaceChildren();
        if (focused) (opener?.isConnected && opener !== document.body ? opener : map).focus({ preventScroll: true });
      },
    };
    return api;
  }

  /** A tooltip that follows the pointer and stays inside the map. */
  function tooltip(map) {
    const box = make("div", { class: "tip", hidden: true, role: "status" });
    map.getContainer().append(box);
    return {
      hide: () => (box.hidden = true),
      text: () => (box.hidden ? null : box.textContent),
      show({ x, y }, title, lines, doubt) {
        box.replaceChildren(make("strong", null, title),
          ...lines.map((line) => make("span", null, line)),
          doubt ? make("span", { class: "doubt" }, doubt) : "");
        box.hidden = false;
        const size = map.getSize();
        const left = x + 16 + box.offsetWidth > size.x ? x - 16 - box.offsetWidth : x + 16;
        const top = Math.min(y + 14, size.y - box.offsetHeight - 6);
        box.style.left = `${Math.max(4, left)}px`;
        box.style.top = `${Math.max(4, top)}px`;
      },
    };
  }

  /** One line over the map, with a button where something can be done. */
  function notice(map, texts, name = "notice") {
    const box = make("div", { class: name, role: "alert", hidden: true });
    map.getContainer().append(box);
    L.DomEvent.disableClickPropagation(box);
    return {
      clear: () => (box.hidden = true),
      say(text, retry) {
        box.replaceChildren(text, retry ? retryButton(texts, retry) : "");
        box.hidden = false;
      },
    };
  }

  /** A line over the map that is shown for a moment at each call. */
  function passingHint(map, name, text) {
    const box = make("div", { class: name, "aria-hidden": "true" }, text);
    map.getContainer().append(box);
    let due = null;
    return () => {
      box.classList.add("shown");
      clearTimeout(due);
      due = setTimeout(() => box.classList.remove("shown"), 1500);
    };
  }

  /** Says how the wheel zooms, for a moment after it was turned without. */
  const wheelHint = (map, { wheel }) => passingHint(map, "wheel",
    /^Mac/.test(navigator.platform) ? wheel.replace("Ctrl", "⌘") : wheel);

  const retryButton = (texts, act) =>
    make("button", { type: "button", class: "retry", onclick: act }, texts.retry);

  Object.assign(khucum, {
    buttons, control, fillIn, icon, layerPanel, legendPanel, legendRows, make, notice, passingHint, retryButton,
    sidePanel, tooltip, wheelHint,
  });
})();
