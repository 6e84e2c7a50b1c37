/* How it looks: the palette of the style sheet in the page's theme, and where names may stand. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});

  /** Lightness of a CSS colour from 0 to 255, or null when it cannot be read. */
  function lightness(colour) {
    const probe = document.createElement("i");
    probe.style.color = colour;
    document.body.append(probe);
    const parts = getComputedStyle(probe).color.match(/[\d.]+/g)?.map(Number);
    probe.remove();
    return parts ? 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] : null;
  }

  function isDark() {
    const ground = getComputedStyle(document.documentElement).getPropertyValue("--background-color");
    const light = ground.trim() ? lightness(ground.trim()) : null;
    return light === null ? matchMedia("(prefers-color-scheme: dark)").matches : light < 128;
  }

  /** When the style sheets have come; the frame does not wait for them. */
  function styleSheets() {
    const links = [...document.querySelectorAll('link[rel="stylesheet"]')];
    return Promise.all(links.map((link) => link.sheet || new Promise((done) => {
      link.addEventListener("load", done);
      link.addEventListener("error", done);
    })));
  }

  /** The palette of the style sheet in the present theme. */
  function readStyle() {
    const css = getComputedStyle(document.documentElement);
    const get = (name) => css.getPropertyValue(`--${name}`).trim();
    const names = ["ink", "soft", "land", "sea", "district", "province", "kcn", "ccn", "halo", "doubt"];
    const style = Object.fromEntries(names.map((name) => [name, get(name)]));
    style.classes = [0, 1, 2, 3, 4].map((i) => get(`class-${i}`));
    style.statuses = Object.fromEntries(["met", "not_met", "cannot_tell", "to_review"]
      .map((name, i) => [i, get(`status-${name.replace("_", "-")}`)]));
    style.name = document.documentElement.dataset.theme;
    style.face = get("face");
    const line = get("hatch");
    const tiled = (ctx, scale, ground, paint) => {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 12;
      const pen = tile.getContext("2d");
      pen.fillStyle = ground;
      pen.fillRect(0, 0, 12, 12);
      pen.strokeStyle = pen.fillStyle = line;
      paint(pen);
      const pattern = ctx.createPattern(tile, "repeat");
      pattern.setTransform(new DOMMatrix().scale(0.5 / scale));
      return pattern;
    };
    style.hatch = (ctx, scale = 1) => tiled(ctx, scale, style.land, (pen) => {
      pen.lineWidth = 2;
      for (const x of [-6, 0, 6, 12]) {
        pen.moveTo(x - 2, 14);
        pen.lineTo(x + 14, -2);
      }
      pen.stroke();
    });
    const dots = (ctx, scale) => tiled(ctx, scale, style.statuses[2], (pen) => {
      for (const [x, y] of [[3, 3], [9, 9]]) {
        pen.moveTo(x + 1.7, y);
        pen.arc(x, y, 1.7, 0, 2 * Math.PI);
      }
      pen.fill();
    });
    /** The fills of a theme's classes, lowest first; few classes are spread over the palette. */
    style.classFills = (ctx, { measure, labels }, scale = 1) => labels.map((_, i) => {
      if (measure === "verdicts") return i === 2 ? dots(ctx, scale) : style.statuses[i];
      return style.classes[labels.length < 2 ? 2 : Math.round((4 * i) / (labels.length - 1))];
    });
    return style;
  }

  /** A zone's name beside its symbol: right, left, below or above, whichever is free. */
  function zoneName({ name, kind, spot: { x, y, r } }, style) {
    const places = (width, height) => [
      [x + r + 6 + width / 2, y], [x - r - 6 - width / 2, y],
      [x, y + r + 3 + height / 2], [x, y - r - 3 - height / 2],
    ];
    const colour = kind === "KCN" ? style.kcn : style.ccn;
    return { x, y, places, lines: [name], size: 12, weight: 600, colour };
  }

  /** A province's name written where its own symbols leave room, also beyond its border. */
  function besideMarks(name, style) {
    const { x, y } = name;
    const places = (width) => [0, 14, 26].flatMap((gap) => [
      [x + (gap ? gap + width / 2 : 0), y], [x - gap - width / 2, y], [x, y + gap], [x, y - gap],
    ]);
    return { ...name, places, room: null, size: 12, weight: 700, colour: style.ink };
  }

  Object.assign(khucum, { besideMarks, isDark, readStyle, styleSheets, zoneName });
})();
