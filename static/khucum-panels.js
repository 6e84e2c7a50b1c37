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

  function legendPanel(map, texts, format) {
    const inside = make("div", { class: "inside" });
    const open = map.getSize().x > 520;
    const details = make("details", { class: "legend", open },
      make("summary", null, texts.legend), inside);
    const places = make("p", { class: "places" }); // outside the fold: always visible
    const panel = make("div", { class: "panel" }, details, places);
    control(panel, "bottomleft").addTo(map);

    const block = (fill, style) => swatch((ctx) => {
      ctx.fillStyle = fill(ctx);
      ctx.strokeStyle = style.province;
      ctx.lineWidth = 0.8;
      ctx.beginPath();
      ctx.roundRect(1, 1, 28, 14, 2.5);
      ctx.fill();
      ctx.stroke();
    });
    const mark = (kind, hollow, style) => swatch((ctx) =>
      khucum.symbol(ctx, 15, 8, 6, { kind, hollow }, style));
    const hollows = (style) => swatch((ctx) => {
      khucum.symbol(ctx, 7.5, 8, 5.5, { kind: "KCN", hollow: true }, style);
      khucum.symbol(ctx, 22.5, 8, 5.5, { kind: "CCN", hollow: true }, style);
    });
    const row = (sample, text, count) => make("tr", null,
      make("td", null, sample), make("td", null, text),
      make("td", null, count === undefined ? "" : format(count)));

    const draw = (legend, counts, zones, style, place) => {
      const classes = legend.labels.map((label, i) =>
        row(block(() => style.classes[i], style), label, counts.classes[i] ?? 0));
      const units = counts.provinces ? texts.unit_count_provinces : texts.unit_count_districts;
      inside.replaceChildren(
        make("p", { class: "heading" }, legend.title),
        make("table", null,
          make("thead", null, make("tr", null, make("th", { colspan: 3 }, units))),
          make("tbody", null, classes.reverse(),
            row(block((ctx) => style.hatch(ctx), style), texts.units_unknown, counts.unknown),
            row(block(() => style.land, style), texts.no_zones, counts.none))),
        make("div", { class: "marks" },
          make("table", null, make("tbody", null,
            row(mark("KCN", false, style), texts.kcn, zones.KCN),
            row(mark("CCN", false, style), texts.ccn, zones.CCN),
            row(hollows(style), texts.hollow))),
          make("p", { class: "note" }, texts.area_size),
          zones.unplaced
            ? make("p", { class: "note" }, fillIn(texts.unplaced, { count: format(zones.unplaced) }))
            : null));
      const surveys = { all: texts.places_all, some: texts.places_some, none: null };
      const more = [place.circles ? texts.places_circle : null, place.lines ? texts.places_lines : null];
      const rest = more.filter(Boolean).join(" ");
      places.replaceChildren(surveys[place.unsurveyed] ?? "",
        rest ? make("span", { class: "more" }, ` ${rest}`) : "");
      places.hidden = !places.textContent;
    };
    /** How much of the frame's left side the open legend takes, in pixels. */
    const width = () => (details.open ? panel.offsetLeft + panel.offsetWidth : 0);
    return { draw, width };
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
  function notice(map, texts) {
    const box = make("div", { class: "notice", role: "alert", hidden: true });
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

  /** A line that says how the wheel zooms, for a moment after it was turned without. */
  function wheelHint(map, texts) {
    const box = make("div", { class: "wheel", "aria-hidden": "true" },
      /^Mac/.test(navigator.platform) ? texts.wheel.replace("Ctrl", "⌘") : texts.wheel);
    map.getContainer().append(box);
    let due = null;
    return () => {
      box.classList.add("shown");
      clearTimeout(due);
      due = setTimeout(() => box.classList.remove("shown"), 1500);
    };
  }

  const retryButton = (texts, act) =>
    make("button", { type: "button", class: "retry", onclick: act }, texts.retry);

  /** The popup's content: a record whose strings are ready in the language. */
  function recordCard(record, kind, texts) {
    const industries = (record.industries ?? []).flatMap(({ label, items }) => [
      make("p", { class: "group" }, label),
      make("ul", null, items.map(({ phrase, english, vsic, divisions }) =>
        make("li", { title: divisions.join("; ") }, english ?? phrase,
          english ? make("small", { lang: "vi" }, phrase) : null,
          vsic.length ? make("small", null, vsic.join(", ")) : null))),
    ]);
    const location = record.location ? make("span", { class: "location" }, record.location) : null;
    return make("article", { class: `record ${kind}` },
      make("h2", null, make("i", { class: "kind", "aria-hidden": "true" }), record.title),
      make("p", { class: "subtitle" }, record.subtitle ?? ""),
      make("p", { class: "clause" },
        [record.document, record.clause].filter(Boolean).join(" · ")),
      make("dl", null, (record.rows ?? []).flatMap(([label, value]) =>
        [make("dt", null, label), make("dd", null, value)])),
      record.note ? make("p", { class: "note" }, record.note) : null,
      record.doubt ? make("p", { class: "doubt" }, record.doubt, location)
        : location && make("p", { class: "note" }, location),
      make("h3", null, texts.industries), industries,
      record.quote
        ? [make("h3", null, texts.source), make("blockquote", null, record.quote)] : null);
  }

  const cardMessage = (title, text, button) =>
    make("article", { class: "record" }, make("h2", null, title), make("p", null, text), button);

  Object.assign(khucum, {
    buttons, cardMessage, control, fillIn, layerPanel, legendPanel, notice, recordCard,
    retryButton, tooltip, wheelHint,
  });
})();
