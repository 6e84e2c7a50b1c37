/* Taking the map away: a picture, prints on paper, a link; and what a self-contained file says.

   A sheet is composed on a canvas in CSS pixels of 1/96 inch: heading, map, legend, sources. It
   is always in the light palette, whatever the screen shows. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const { make, fillIn } = khucum;

  const PAPERS = { A4: [210, 297], A3: [297, 420] }; // mm, upright
  const MM = 96 / 25.4;
  const PRINT_RATIO = 200 / 96; // 200 dots an inch
  const PICTURE_RATIO = 2;
  const GAP = 14;
  const LEGEND = 236;
  const TILES_MS = 8000;
  const CIRCUMFERENCE = 40075016.686;
  const SQUASHED = 0.00669437999014; // of the WGS 84 ellipsoid, e²

  const mapSize = (width, height) => ({ width: Math.floor(width), height: Math.floor(height) });

  // ---- text ------------------------------------------------------------------------------------

  /** Lines of a text that are no wider than they may be. */
  function wrapped(ctx, text, width) {
    const lines = [];
    let line = "";
    for (const word of text.split(/\s+/)) {
      const longer = line ? `${line} ${word}` : word;
      if (line && ctx.measureText(longer).width > width) {
        lines.push(line);
        line = word;
      } else {
        line = longer;
      }
    }
    return [...lines, line];
  }

  /** A block of wrapped text: its height, and how to write it. */
  function paragraph(ctx, text, width, { size, weight = 400, colour, after = 0 }, face) {
    const font = `${weight} ${size}px ${face}`;
    ctx.font = font;
    const lines = wrapped(ctx, text, width);
    const step = size * 1.32;
    const write = (x, y) => {
      ctx.font = font;
      ctx.fillStyle = colour;
      lines.forEach((line, i) => ctx.fillText(line, x, y + step * (i + 0.5)));
    };
    return { height: lines.length * step + after, write };
  }

  const stack = (blocks) => blocks.reduce((sum, { height }) => sum + height, 0);

  function writeAll(blocks, x, top) {
    let y = top;
    for (const { height, write } of blocks) {
      write(x, y);
      y += height;
    }
  }

  // ---- legend ----------------------------------------------------------------------------------

  /** The legend on the screen as blocks for a sheet: headings, rows and notes in order. */
  function legendBlocks(ctx, panel, width, style) {
    const { face, ink, soft, doubt } = style;
    const text = (node, look) => paragraph(ctx, node.textContent.trim(), width, look, face);
    return [...panel.querySelectorAll("p, tr")]
      .filter((node) => node.textContent.trim() && !node.hidden)
      .map((node) => {
        if (node.matches("tr")) {
          return node.querySelector("canvas") ? row(ctx, node, width, style)
            : text(node, { size: 10.5, colour: soft, after: 2 });
        }
        const heading = { size: 13, weight: 600, colour: ink, after: 2 };
        if (node.matches(".heading")) return text(node, heading);
        return text(node, { size: 10.5, colour: node.matches(".places") ? doubt : soft, after: 5 });
      });
  }

  const legendOf = ({ map }) => map.getContainer().querySelector(".legend").closest(".panel");

  function row(ctx, node, width, { face, ink, soft }) {
    const sample = node.querySelector("canvas");
    const cells = [...node.cells].filter((cell) => !cell.contains(sample));
    const [label, count] = [cells[0], cells.at(-1)].map((cell) => cell?.textContent.trim() ?? "");
    const number = cells.length > 1 ? count : "";
    const wide = sample.width / 2;
    const look = { size: 11.5, colour: ink, after: 3 };
    const words = paragraph(ctx, label, width - wide - 8 - (number ? 34 : 0), look, face);
    return {
      height: Math.max(words.height, sample.height / 2 + 3),
      write(x, y) {
        ctx.drawImage(sample, x, y, wide, sample.height / 2);
        words.write(x + wide + 8, y + Math.max(0, sample.height / 4 - 8));
        ctx.font = `400 11.5px ${face}`;
        ctx.fillStyle = soft;
        ctx.textAlign = "right";
        ctx.fillText(number, x + width, y + 7.6);
        ctx.textAlign = "left";
      },
    };
  }

  /** Blocks in columns of about one height; rows never leave their column's order. */
  function columns(blocks, count) {
    const fill = (limit) => {
      const made = [[]];
      for (const block of blocks) {
        if (made.at(-1).length && stack(made.at(-1)) + block.height > limit) made.push([]);
        made.at(-1).push(block);
      }
      return made;
    };
    let limit = stack(blocks) / count;
    while (fill(limit).length > count) limit += 4;
    return fill(limit);
  }

  // ---- the map on the sheet --------------------------------------------------------------------

  /** What the reader sees beside the legend: its middle, and its size in CSS pixels. */
  function seen(scene) {
    const { x, y } = scene.map.getSize();
    const left = x >= 720 ? scene.legend.width() : 0;
    const middle = scene.map.containerPointToLatLng([(left + x) / 2, y / 2]);
    return { middle, width: x - left, height: y };
  }

  /** A frame as of Sheet.paint that shows all that is seen in the room there is. */
  function frameOf(scene, { width, height }, ratio) {
    const view = seen(scene);
    const larger = Math.min(width / view.width, height / view.height);
    const zoom = scene.map.getZoom() + Math.log2(larger);
    const scale = 2 ** zoom;
    const centre = khucum.toPlane([view.middle.lng, view.middle.lat]);
    const [dx, dy] = [width / 2 - centre.x * scale, height / 2 - centre.y * scale];
    const box = [-dx / scale, -dy / scale, (width - dx) / scale, (height - dy) / scale];
    const { lat } = view.middle;
    return { scale, dx, dy, ratio, width, height, view: box, zoom, beyond: 0, lat };
  }

  /** Metres on the ellipsoid, west to east at the middle of the frame, that a CSS pixel takes. */
  function metresAPixel({ lat, scale }) {
    const phi = (lat * Math.PI) / 180;
    const around = (CIRCUMFERENCE * Math.cos(phi)) / Math.sqrt(1 - SQUASHED * Math.sin(phi) ** 2);
    return around / (256 * scale);
  }

  /** The longest round distance of at most so many pixels, in metres. */
  function roundDistance(metres, pixels) {
    const most = metres * pixels;
    const power = 10 ** Math.floor(Math.log10(most));
    return power * [5, 2, 1].find((digit) => digit * power <= most);
  }

  function scaleBar(ctx, scene, frame, { x, y, width, height }, style, paper) {
    const { texts, format } = scene;
    const metres = metresAPixel(frame);
    const distance = roundDistance(metres, Math.min(180, width / 3));
    const long = distance / metres;
    const label = distance >= 1000 ? `${format(distance / 1000)} km` : `${format(distance)} m`;
    const number = Number((metres * 96 / 0.0254).toPrecision(2));
    const more = paper ? `1 : ${format(number)}, ${texts.take_scale}` : texts.take_scale;
    const [left, base] = [x + 14, y + height - 14];
    ctx.save();
    ctx.lineJoin = ctx.lineCap = "round";
    ctx.font = `600 11px ${style.face}`;
    const wide = Math.max(long + ctx.measureText(label).width + 10, ctx.measureText(more).width);
    ctx.globalAlpha = 0.85;
    ctx.fillStyle = style.halo;
    ctx.fillRect(left - 7, base - 29, wide + 14, 36);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = ctx.fillStyle = style.ink;
    ctx.lineWidth = 1;
    ctx.strokeRect(left, base - 4, long, 5);
    ctx.fillRect(left, base - 4, long / 2, 5);
    ctx.fillText(label, left + long + 7, base - 1);
    ctx.font = `400 10.5px ${style.face}`;
    ctx.fillText(more, left, base - 18);
    ctx.restore();
    return { distance, pixels: long };
  }

  function northArrow(ctx, text, x, y, style) {
    ctx.save();
    ctx.beginPath();
    ctx.arc(x, y, 21, 0, 2 * Math.PI);
    ctx.fillStyle = style.halo;
    ctx.globalAlpha = 0.85;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.fillStyle = style.ink;
    ctx.beginPath();
    ctx.moveTo(x, y - 5);
    ctx.lineTo(x + 7, y + 15);
    ctx.lineTo(x, y + 10);
    ctx.lineTo(x - 7, y + 15);
    ctx.closePath();
    ctx.fill();
    ctx.font = `700 12px ${style.face}`;
    ctx.textAlign = "center";
    ctx.fillText(text, x, y - 12);
    ctx.restore();
  }

  function paintMap(ctx, scene, frame, place, basemap, style) {
    const [width, height] = [place.width * frame.ratio, place.height * frame.ratio];
    const canvas = make("canvas", { width, height });
    const pen = canvas.getContext("2d");
    pen.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
    pen.fillStyle = style.sea;
    pen.fillRect(0, 0, place.width, place.height);
    basemap?.(pen);
    scene.paint(pen, { ...frame, basemap: Boolean(basemap) }, style);
    ctx.drawImage(canvas, place.x, place.y, place.width, place.height);
    ctx.strokeStyle = style.province;
    ctx.lineWidth = 1;
    ctx.strokeRect(place.x, place.y, place.width, place.height);
  }

  // ---- the basemap -----------------------------------------------------------------------------

  /** A picture that a canvas may use; refused where its host does not let other sites read it. */
  function picture(address) {
    return new Promise((done, failed) => {
      const image = new Image();
      image.crossOrigin = "anonymous";
      image.onload = () => done(image);
      image.onerror = failed;
      image.src = address;
      setTimeout(failed, TILES_MS);
    });
  }

  /** What paints the basemap under a frame; null where it is off, undefined where refused. */
  async function basemapOf(scene, frame) {
    if (!scene.shown.tiles) return null;
    try {
      const wanted = khucum.tilesIn(scene.config.tiles, frame);
      const made = await Promise.all(wanted.map(async ({ address, ...place }) =>
        ({ ...place, image: await picture(address) })));
      return (pen) => made.forEach(({ image, x, y, width, height }) =>
        pen.drawImage(image, x, y, width, height));
    } catch {
      return undefined;
    }
  }

  // ---- the sheet -------------------------------------------------------------------------------

  function headingBlocks(ctx, scene, width, { face, ink, soft }) {
    const [title, ...lines] = scene.view.heading.length ? scene.view.heading : [scene.texts.label];
    const look = { size: 13, colour: soft };
    return [
      paragraph(ctx, title, width, { size: 22, weight: 700, colour: ink, after: 2 }, face),
      ...lines.map((line, i) =>
        paragraph(ctx, line, width, i ? { ...look, weight: 600, colour: ink } : look, face)),
    ];
  }

  function sourceBlocks(ctx, scene, width, { face, soft }, more) {
    const lines = scene.view.sources.length ? scene.view.sources : [scene.texts.credit];
    return [...lines, ...more].map((line) =>
      paragraph(ctx, line, width, { size: 10, colour: soft }, face));
  }

  /** Where everything stands: the sheet's size, the map's place, and the blocks around it. */
  function plan(scene, pen, style, { paper, upright }, more) {
    const view = seen(scene);
    const margin = paper ? 10 * MM : 20;
    const beside = paper ? !upright : view.width >= 520;
    const sheet = paper ? PAPERS[paper].map((mm) => mm * MM) : null;
    if (sheet && !upright) sheet.reverse();
    const width = sheet ? sheet[0] : view.width + 2 * margin + (beside ? LEGEND + GAP : 0);
    const inner = width - 2 * margin;
    const heading = headingBlocks(pen, scene, inner, style);
    const sources = sourceBlocks(pen, scene, inner, style, more);
    const count = beside ? 1 : Math.max(1, Math.floor((inner + GAP) / (LEGEND + GAP)));
    const wide = beside ? LEGEND : (inner - GAP * (count - 1)) / count;
    const legend = columns(legendBlocks(pen, legendOf(scene), wide, style), count);
    const tall = Math.max(...legend.map(stack));
    const top = margin + stack(heading) + GAP;
    const bottom = stack(sources) + GAP + margin + (beside ? 0 : tall + GAP);
    const most = beside ? Math.max(view.height, tall) : view.height;
    const room = sheet ? sheet[1] - top - bottom : most;
    const place = { x: margin, y: top, ...mapSize(inner - (beside ? wide + GAP : 0), room) };
    const height = sheet ? sheet[1] : top + room + bottom;
    const legendAt = beside ? [width - margin - wide, top] : [margin, top + room + GAP];
    const shrunk = beside ? Math.min(1, room / tall) : 1;
    return { width, height, margin, heading, sources, legend, wide, place, legendAt, shrunk };
  }

  function paintSheet(ctx, scene, style, layout, frame, basemap, paper) {
    const { width, height, margin, heading, sources, legend } = layout;
    const { wide, place, legendAt, shrunk } = layout;
    ctx.textBaseline = "middle";
    ctx.fillStyle = style.halo;
    ctx.fillRect(0, 0, width, height);
    writeAll(heading, margin, margin);
    paintMap(ctx, scene, frame, place, basemap, style);
    northArrow(ctx, scene.texts.take_north, place.x + place.width - 34, place.y + 34, style);
    const bar = scaleBar(ctx, scene, frame, place, style, paper);
    ctx.save();
    ctx.translate(...legendAt);
    ctx.scale(shrunk, shrunk);
    legend.forEach((blocks, i) => writeAll(blocks, i * (wide + GAP), 0));
    ctx.restore();
    writeAll(sources, margin, height - margin - stack(sources));
    return bar;
  }

  /** A sheet with the map, its heading, legend and sources.

      Returns the canvas, its size in CSS pixels, and for tests the frame and the scale bar. */
  async function compose(scene, { paper = null, upright = false, ratio = PICTURE_RATIO } = {}) {
    const canvas = make("canvas");
    const pen = canvas.getContext("2d");
    const shape = { paper, upright };
    const { place } = scene.inLight((style) => plan(scene, pen, style, shape, []));
    const first = frameOf(scene, place, ratio);
    const basemap = await basemapOf(scene, first);
    const more = basemap ? [scene.config.tiles.credit]
      : basemap === undefined ? [scene.texts.take_no_tiles] : [];
    return scene.inLight((style) => {
      scene.legend.drawSizes(first.zoom);
      const layout = plan(scene, pen, style, shape, more);
      const frame = frameOf(scene, layout.place, ratio);
      canvas.width = Math.round(layout.width * ratio);
      canvas.height = Math.round(layout.height * ratio);
      pen.scale(ratio, ratio);
      const bar = paintSheet(pen, scene, style, layout, frame, basemap, paper);
      return { ...layout, canvas, frame, bar };
    });
  }

  // ---- what the menu does ----------------------------------------------------------------------

  const fileName = (scene) => `khu-cum-${scene.texts.take_file}`;

  async function savePicture(scene) {
    const { canvas } = await compose(scene);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const link = make("a", { href: URL.createObjectURL(blob), download: `${fileName(scene)}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    return scene.texts.take_done_png;
  }

  /** A page that is nothing but the sheet, printed by itself and then dropped. */
  async function print(scene, paper) {
    const size = scene.map.getSize();
    const upright = size.y > size.x;
    const { canvas } = await compose(scene, { paper, upright, ratio: PRINT_RATIO });
    const [wide, tall] = upright ? PAPERS[paper] : [...PAPERS[paper]].reverse();
    const alt = scene.view.heading[0] ?? "";
    const image = make("img", { src: canvas.toDataURL("image/png"), alt });
    const page = make("iframe", { class: "print", "aria-hidden": "true", tabindex: "-1" });
    document.body.append(page);
    const inside = page.contentDocument;
    inside.title = fileName(scene);
    inside.head.append(make("style", null,
      `@page { size: ${wide}mm ${tall}mm; margin: 0 } html, body { margin: 0 }`,
      ` img { display: block; width: ${wide}mm; height: ${tall - 0.5}mm }`)); // or a second page comes
    inside.body.append(image);
    await image.decode();
    page.contentWindow.addEventListener("afterprint", () => setTimeout(() => page.remove()));
    page.contentWindow.focus();
    page.contentWindow.print();
    return "";
  }

  /** Put a text on the clipboard; where the page may not (plain http), by the older way. */
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = make("textarea", { class: "offscreen", "aria-hidden": "true" });
      field.value = text;
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  }

  async function copyLink(scene) {
    const address = scene.address();
    if (await copy(address)) return scene.texts.take_done_link;
    return `${scene.texts.take_link_by_hand}: ${address}`;
  }

  // ---- the menu --------------------------------------------------------------------------------

  /** A button with a menu: arrow keys move in it, Escape and leaving close it. */
  function menu(name, entries) {
    const items = entries.map(([label, act]) =>
      make("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => {
        toggle(false);
        button.focus();
        act();
      } }, label));
    const list = make("div", { class: "menu", id: "take-menu", role: "menu", "aria-label": name, hidden: true }, items);
    const button = make("button", { type: "button", class: "opens", "aria-haspopup": "menu",
      "aria-expanded": "false", "aria-controls": "take-menu", onclick: () => toggle(list.hidden) }, name);
    const box = make("div", { class: "take-away" }, button, list);

    function toggle(open, at = 0) {
      list.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      if (open) items.at(at).focus();
    }
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    box.addEventListener("keydown", (event) => {
      const at = items.indexOf(document.activeElement);
      const { key } = event;
      if (key in steps) {
        if (list.hidden) toggle(true, key === "ArrowUp" ? -1 : 0);
        else items[(at + steps[key] + items.length) % items.length].focus();
      } else if (key === "Home" || key === "End") {
        if (!list.hidden) items.at(key === "Home" ? 0 : -1).focus();
      } else if (key === "Escape" && !list.hidden) {
        toggle(false);
        button.focus();
      } else {
        return;
      }
      event.preventDefault();
    });
    box.addEventListener("focusout", ({ relatedTarget }) => {
      if (!box.contains(relatedTarget)) toggle(false);
    });
    return box;
  }

  /** A file that carries its data has no page around it: it says itself what it shows. */
  function introduce(scene) {
    const [title, ...lines] = scene.view.heading;
    document.body.classList.add("carried");
    document.title = title ?? scene.texts.label;
    const space = document.querySelector(".workspace");
    space.prepend(make("header", { class: "carried" }, make("h1", null, document.title),
      lines.map((line) => make("p", null, line))));
    space.append(make("footer", { class: "carried" }, make("p", null, scene.texts.carried),
      scene.view.sources.map((line) => make("p", null, line))));
  }

  khucum.parts.push((scene) => {
    const { texts, config } = scene;
    const told = make("span", { class: "told", role: "status" });
    const doing = (act) => async () => {
      told.replaceChildren(texts.take_working);
      try {
        told.replaceChildren(await act());
      } catch {
        told.replaceChildren(texts.take_failed);
      }
    };
    const prints = Object.keys(PAPERS).map((paper) =>
      [fillIn(texts.take_print, { paper }), doing(() => print(scene, paper))]);
    const entries = [[texts.take_png, doing(() => savePicture(scene))], ...prints];
    if (!config.carried) entries.push([texts.take_link, doing(() => copyLink(scene))]);
    scene.slots.take.append(told, menu(texts.take, entries));
    scene.compose = (shape) => compose(scene, shape);
    if (config.carried) scene.on("view", (first) => first && introduce(scene));
  });
})();
