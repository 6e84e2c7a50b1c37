/* What is drawn: boundaries, zone symbols and names, on two canvases that Leaflet moves. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});

  // Geometry is kept in the plane of zoom 0, near its centre so that 32-bit paths stay exact.
  const ORIGIN = L.point(205, 115);
  const PADDING = 0.2; // of the sheet around the frame, as a share of its size
  const toPlane = ([lon, lat]) =>
    L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lon), 0)._subtract(ORIGIN);
  const toLatLng = (x, y) => L.CRS.EPSG3857.pointToLatLng(L.point(x, y)._add(ORIGIN), 0);

  /** A canvas that follows the map; `paint(ctx, frame)` fills it, `sheet.x = plane.x * scale + dx`. */
  const Sheet = L.Renderer.extend({
    options: { padding: PADDING },

    initialize(paint, options) {
      this._paint = paint;
      L.Renderer.prototype.initialize.call(this, options);
    },

    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._ctx = this._container.getContext("2d");
    },

    _destroyContainer() {
      cancelAnimationFrame(this._due);
      this._container.remove();
      this._container = this._ctx = null;
    },

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = size.x * ratio;
      this._container.height = size.y * ratio;
      this._container.style.width = `${size.x}px`;
      this._container.style.height = `${size.y}px`;
      this.paint(); // at once: resizing has emptied the canvas
    },

    paint() {
      cancelAnimationFrame(this._due);
      this._due = null;
      if (!this._map || !this._bounds || this._map._animatingZoom) return;
      const { min, max } = this._bounds;
      const scale = this._map.getZoomScale(this._zoom, 0);
      const origin = this._map.getPixelOrigin();
      const dx = ORIGIN.x * scale - origin.x - min.x;
      const dy = ORIGIN.y * scale - origin.y - min.y;
      const ratio = this._container.width / (max.x - min.x || 1);
      const width = max.x - min.x;
      const height = max.y - min.y;
      const view = [-dx / scale, -dy / scale, (width - dx) / scale, (height - dy) / scale];
      this._ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      this._ctx.clearRect(0, 0, width, height);
      this._paint(this._ctx, { scale, dx, dy, ratio, width, height, view, zoom: this._zoom });
    },

    /** Paint before the next frame, however often it is asked for. */
    refresh() {
      this._due ??= requestAnimationFrame(() => this.paint());
    },
  });

  const apart = (a, b) => a[2] < b[0] || a[0] > b[2] || a[3] < b[1] || a[1] > b[3];

  /** Rings of a polygon geometry in the plane, with what drawing and hitting need. */
  function outline(geometry) {
    const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const path = new Path2D();
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const rings = [];
    for (const ring of parts.flat()) {
      const flat = new Float64Array(ring.length * 2);
      ring.forEach((position, i) => {
        const { x, y } = toPlane(position);
        flat[2 * i] = x;
        flat[2 * i + 1] = y;
        if (i) path.lineTo(x, y);
        else path.moveTo(x, y);
        box[0] = Math.min(box[0], x);
        box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x);
        box[3] = Math.max(box[3], y);
      });
      path.closePath();
      rings.push(flat);
    }
    return { path, box, rings };
  }

  /** X of the places where a horizontal line meets the rings, in order. */
  function crossings(rings, y) {
    const xs = [];
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        const [yi, yj] = [ring[i + 1], ring[j + 1]];
        if (yi > y !== yj > y) {
          xs.push(ring[i] + ((y - yi) / (yj - yi)) * (ring[j] - ring[i]));
        }
      }
    }
    return xs.sort((a, b) => a - b);
  }

  /** Middle of the widest stretch inside, near half height: always inside, wide enough for a name. */
  function labelPlace({ rings, box }) {
    let best = { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2, width: 0 };
    for (const part of [0.5, 0.42, 0.58, 0.34, 0.66]) {
      const y = box[1] + (box[3] - box[1]) * part;
      const xs = crossings(rings, y);
      for (let i = 0; i + 1 < xs.length; i += 2) {
        const width = xs[i + 1] - xs[i];
        if (width > best.width * 1.08) best = { x: (xs[i] + xs[i + 1]) / 2, y, width };
      }
    }
    return best;
  }

  /** Districts or provinces. */
  class Units {
    constructor(collection) {
      this.all = collection.features
        .filter((feature) => feature.geometry)
        .map(({ properties, geometry }) => {
          const shape = outline(geometry);
          const [west, north, east, south] = shape.box;
          const bounds = [toLatLng(west, south), toLatLng(east, north)];
          return { ...properties, ...shape, bounds, label: labelPlace(shape) };
        });
      this.all.forEach((unit, at) => (unit.at = at)); // the place of its figures in a theme
      this.byCode = new Map(this.all.map((unit) => [unit.code, unit]));
    }

    at(x, y) {
      return this.all.find(({ box, rings }) => {
        if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) return false;
        return crossings(rings, y).filter((edge) => edge > x).length % 2 === 1;
      });
    }

    fill(ctx, frame, colourOf) {
      this.#inPlane(ctx, frame, (unit) => {
        const colour = colourOf(unit);
        if (!colour) return;
        ctx.fillStyle = colour;
        ctx.fill(unit.path, "evenodd");
      });
    }

    /** All borders, or those of one unit. */
    stroke(ctx, frame, colour, width, only = null) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width / frame.scale;
      ctx.lineJoin = "round";
      this.#inPlane(ctx, frame, (unit) => {
        if (!only || unit === only) ctx.stroke(unit.path);
      });
    }

    #inPlane(ctx, { scale, dx, dy, ratio, view }, draw) {
      ctx.save();
      ctx.setTransform(scale * ratio, 0, 0, scale * ratio, dx * ratio, dy * ratio);
      for (const unit of this.all) if (!apart(unit.box, view)) draw(unit);
      ctx.restore();
    }
  }

  /** Offsets in symbol widths that keep `count` symbols around one point apart. */
  function fan(count) {
    const offsets = [];
    for (let ring = 1; offsets.length < count; ring += 1) {
      const inRing = count <= 9 ? count : Math.min(6 * ring, count - offsets.length);
      const radius = count <= 9 ? Math.max(0.66, (count * 1.08) / (2 * Math.PI)) : ring * 1.05;
      for (let i = 0; i < inRing; i += 1) {
        const angle = (i / inRing) * 2 * Math.PI - Math.PI / 2;
        offsets.push([Math.cos(angle) * radius, Math.sin(angle) * radius]);
      }
    }
    return offsets;
  }

  const zoomFactor = (zoom) => Math.min(1.25, Math.max(0.4, 0.4 + (zoom - 5) * 0.13));
  const UNKNOWN_RADIUS = 5.5;

  /** Radius in pixels at full size; the symbol's area follows the zone's area. */
  function radius(ha) {
    if (ha === null || ha === undefined) return UNKNOWN_RADIUS;
    return Math.min(24, Math.max(4, 0.5 * Math.sqrt(ha)));
  }

  function outlineOf(ctx, x, y, r, kind) {
    ctx.beginPath();
    if (kind === "KCN") {
      const side = r * 1.77; // a square of the circle's area
      ctx.roundRect(x - side / 2, y - side / 2, side, side, Math.min(2.5, side / 5));
    } else {
      ctx.arc(x, y, r, 0, 2 * Math.PI);
    }
  }

  /** How full a symbol is: nothing while the stage is unknown, all of it in operation. */
  const FULL = { planned: 0.25, detailed_plan: 0.45, established: 0.65, building: 0.85, operating: 1 };

  /** KCN is a square, CCN a circle; filled by stage, its outline broken when the area is unknown. */
  function symbol(ctx, x, y, r, { kind, stage, hollow }, style) {
    const colour = kind === "KCN" ? style.kcn : style.ccn;
    const reach = r + 2;
    ctx.save();
    outlineOf(ctx, x, y, r, kind);
    ctx.lineWidth = 3.4;
    ctx.strokeStyle = style.halo;
    ctx.stroke();
    ctx.fillStyle = style.halo;
    ctx.fill();
    ctx.fillStyle = colour;
    if (stage === "operating") {
      ctx.fill();
    } else if (stage) { // filled from below, as a glass is; a tint tells planned from unknown
      ctx.globalAlpha = 0.22;
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.save();
      ctx.clip();
      const height = 2 * r * FULL[stage];
      if (stage !== "planned") ctx.fillRect(x - reach, y + r - height, 2 * reach, height + 2);
      ctx.restore();
    }
    outlineOf(ctx, x, y, r, kind);
    ctx.lineWidth = Math.min(2.2, Math.max(1.3, r / 3));
    ctx.strokeStyle = colour;
    if (hollow) ctx.setLineDash([2.4, 1.8]);
    ctx.stroke();
    ctx.restore();
  }

  /** Symbols drawn once for each look and size; thousands of them are then copied. */
  class Sprites {
    #made = new Map();

    /** Copies whole pixels: a symbol between two would be resampled, which takes three times as long. */
    draw(ctx, zones, style, ratio) {
      ctx.save();
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      for (const zone of zones) {
        const { x, y, r } = zone.spot;
        const { canvas, half } = this.#of(zone, Math.round(r * 2) / 2, style, ratio);
        ctx.drawImage(canvas, Math.round(x * ratio - half), Math.round(y * ratio - half));
      }
      ctx.restore();
    }

    #of({ kind, stage, area }, size, style, ratio) {
      const hollow = area === null;
      const key = `${kind} ${stage} ${hollow} ${size} ${ratio} ${style.name}`;
      let sprite = this.#made.get(key);
      if (!sprite) {
        const half = Math.ceil((size + 3) * ratio);
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 2 * half;
        const pen = canvas.getContext("2d");
        pen.scale(ratio, ratio);
        symbol(pen, half / ratio, half / ratio, size, { kind, stage, hollow }, style);
        this.#made.set(key, (sprite = { canvas, half }));
      }
      return sprite;
    }
  }
  const sprites = new Sprites();

  /** The zones, their places in the fan of a shared point, and which of them are shown. */
  class Zones {
    constructor(collection) {
      const placeless = collection.features.filter(({ geometry }) => !geometry);
      this.placeless = new Map(placeless.map(({ properties }) => [properties.id, properties]));
      this.all = collection.features
        .filter(({ geometry }) => geometry)
        .map(({ properties, geometry }) => {
          const shape = geometry.type === "Point" ? null : outline(geometry);
          const place = shape ? labelPlace(shape) : toPlane(geometry.coordinates);
          const r = radius(properties.area);
          return { ...properties, shape, x: place.x, y: place.y, r, fan: [0, 0], spread: 0 };
        });
      this.byId = new Map(this.all.map((zone) => [zone.id, zone]));
      this.order = [...this.all].sort((a, b) => b.r - a.r || a.n - b.n); // small ones on top
      const shared = new Map();
      for (const zone of this.all) {
        const place = `${zone.x.toFixed(6)} ${zone.y.toFixed(6)}`;
        shared.set(place, [...(shared.get(place) ?? []), zone]);
      }
      for (const group of shared.values()) {
        if (group.length < 2) continue;
        const offsets = fan(group.length);
        const width = 2 * Math.min(11, Math.max(...group.map((zone) => zone.r))) + 4;
        group.forEach((zone, i) => Object.assign(zone, { fan: offsets[i], spread: width }));
      }
      this.mask = new Uint8Array();
    }

    /** Which zones are shown: a bit for each `n`. What follows from it is worked out once. */
    set mask(bits) {
      this.bits = bits;
      this.visible = this.all.filter((zone) => this.shown(zone));
      this.painted = this.order.filter((zone) => this.shown(zone));
      this.unplaced = [...this.placeless.values()].filter((zone) => this.shown(zone)).length;
    }

    shown(zone) {
      return (this.bits[zone.n >> 3] >> (zone.n & 7)) & 1;
    }

    /** South-west and north-east corner around the zones shown; null where there are none. */
    get bounds() {
      if (!this.visible.length) return null;
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (const { x, y } of this.visible) {
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      }
      return L.latLngBounds(toLatLng(box[0], box[3]), toLatLng(box[2], box[1]));
    }

    /** Where a zone's symbol stands on the sheet, and its radius there. */
    spot(zone, { scale, dx, dy, zoom }) {
      const factor = zoomFactor(zoom);
      const reach = zone.spread * factor;
      return {
        x: zone.x * scale + dx + zone.fan[0] * reach,
        y: zone.y * scale + dy + zone.fan[1] * reach,
        r: zone.r * factor,
      };
    }

    /** The symbol at a place: the topmost that covers it, else the nearest within the slack. */
    at(x, y, frame, slack) {
      let nearest = null;
      let least = slack;
      for (let i = this.painted.length - 1; i >= 0; i -= 1) { // from the top
        const zone = this.painted[i];
        const spot = this.spot(zone, frame);
        const distance = Math.hypot(spot.x - x, spot.y - y) - spot.r;
        if (distance <= 0) return zone;
        if (distance <= least) [nearest, least] = [zone, distance];
      }
      return nearest;
    }

    paint(ctx, frame, style, marked) {
      const inView = this.painted.filter((zone) => {
        const { x, y, r } = (zone.spot = this.spot(zone, frame));
        return x > -r && y > -r && x < frame.width + r && y < frame.height + r;
      });
      for (const zone of inView) {
        if (zone.shape) this.#polygon(ctx, zone, frame, style);
        else if (zone.area !== null) this.#extent(ctx, zone, frame, style);
        if (zone.spread) this.#leader(ctx, zone, frame, style);
      }
      const doubted = marked.find((zone) => this.shown(zone) && isDoubtful(zone));
      if (doubted) paintDoubt(ctx, doubted, frame, style);
      sprites.draw(ctx, inView, style, frame.ratio);
      for (const zone of marked) {
        if (!this.shown(zone)) continue;
        zone.spot = this.spot(zone, frame);
        ctx.beginPath();
        ctx.arc(zone.spot.x, zone.spot.y, zone.spot.r * 1.3 + 4, 0, 2 * Math.PI);
        ctx.lineWidth = 2.5;
        ctx.strokeStyle = style.ink;
        ctx.stroke();
        const { x, y, r } = zone.spot;
        const above = inView.slice(inView.indexOf(zone) + 1) // those on top stay there
          .filter(({ spot }) => Math.hypot(spot.x - x, spot.y - y) < spot.r + r);
        sprites.draw(ctx, [zone, ...above], style, frame.ratio);
      }
      return inView;
    }

    #leader(ctx, zone, { scale, dx, dy }, style) {
      const [x, y] = [zone.x * scale + dx, zone.y * scale + dy];
      ctx.lineWidth = 1;
      ctx.strokeStyle = ctx.fillStyle = style.soft;
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.lineTo(zone.spot.x, zone.spot.y);
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(x, y, 1.8, 0, 2 * Math.PI);
      ctx.fill();
    }

    /** A circle as large as the planned area, where no boundary is known: dotted, never a border. */
    #extent(ctx, zone, frame, style) {
      const r = metres(zone, frame) * Math.sqrt((zone.area * 10000) / Math.PI);
      if (r < zone.spot.r * 1.1) return;
      const [x, y] = [zone.x * frame.scale + frame.dx, zone.y * frame.scale + frame.dy];
      ctx.save();
      ctx.beginPath();
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      ctx.fillStyle = ctx.strokeStyle = zone.kind === "KCN" ? style.kcn : style.ccn;
      ctx.globalAlpha = 0.07;
      ctx.fill();
      ctx.globalAlpha = 0.9;
      ctx.lineWidth = 1.6;
      ctx.lineCap = "round";
      ctx.setLineDash([0.1, 5]);
      ctx.stroke();
      ctx.restore();
    }

    #polygon(ctx, { shape, kind }, { scale, dx, dy, ratio }, style) {
      ctx.save();
      ctx.setTransform(scale * ratio, 0, 0, scale * ratio, dx * ratio, dy * ratio);
      ctx.fillStyle = ctx.strokeStyle = kind === "KCN" ? style.kcn : style.ccn;
      ctx.lineWidth = 1.5 / scale;
      ctx.stroke(shape.path);
      ctx.globalAlpha = 0.25;
      ctx.fill(shape.path, "evenodd");
      ctx.restore();
    }
  }

  /** Placed at the point of its commune or district, not where a survey or a plan map has it. */
  const isUnsurveyed = ({ precision }) => precision === "commune" || precision === "district";
  const isDoubtful = (zone) => zone.precision !== "surveyed" && zone.radius_km > 0;

  /** Pixels that a metre takes at a zone. */
  function metres(zone, { scale }) {
    const across = 40075016.686 * Math.cos((toLatLng(zone.x, zone.y).lat * Math.PI) / 180);
    return (256 * scale) / across;
  }

  function paintDoubt(ctx, zone, frame, style) {
    const { scale, dx, dy } = frame;
    ctx.beginPath();
    const r = metres(zone, frame) * zone.radius_km * 1000;
    ctx.arc(zone.x * scale + dx, zone.y * scale + dy, r, 0, 2 * Math.PI);
    ctx.save();
    ctx.lineWidth = 3.4;
    ctx.strokeStyle = style.halo;
    ctx.stroke();
    ctx.setLineDash([6, 5]);
    ctx.lineWidth = 1.8;
    ctx.strokeStyle = style.doubt;
    ctx.stroke();
    ctx.restore();
  }

  /** Boxes on a sheet, kept by cells so that only the near ones are asked. */
  class Taken {
    #cells = new Map();
    #side = 64;

    #near([left, top, right, bottom]) {
      const keys = [];
      for (let x = Math.floor(left / this.#side); x <= right / this.#side; x += 1) {
        for (let y = Math.floor(top / this.#side); y <= bottom / this.#side; y += 1) keys.push(x * 4096 + y);
      }
      return keys;
    }

    add(box) {
      for (const key of this.#near(box)) {
        const cell = this.#cells.get(key);
        if (cell) cell.push(box);
        else this.#cells.set(key, [box]);
      }
    }

    touches(box) {
      return this.#near(box).some((key) =>
        this.#cells.get(key)?.some((other) => !apart(box, other)));
    }
  }

  /** Write names in order of importance; one that would touch another or a symbol is left out. */
  function paintLabels(ctx, frame, wanted, boxes, style) {
    const taken = new Taken();
    for (const box of boxes) taken.add(box);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    const beyond = frame.beyond ?? (frame.width * PADDING) / (1 + 2 * PADDING);
    for (const { lines, x, y, size, weight, colour, room, spacing, places } of wanted) {
      ctx.font = `${weight ?? 400} ${size}px ${style.face}`;
      ctx.letterSpacing = `${spacing ?? 0}px`;
      const width = Math.max(...lines.map((line) => ctx.measureText(line).width));
      const height = lines.length * size * 1.2;
      if (room && width > room) continue;
      const spots = places ? places(width, height) : [[x, y]];
      // the sheet reaches beyond the frame: a name that the frame would cut comes last
      const cut = ([cx]) => cx - width / 2 < beyond || cx + width / 2 > frame.width - beyond;
      spots.sort((one, other) => cut(one) - cut(other));
      for (const [cx, cy] of spots) {
        const half = width / 2 + 3;
        const box = [cx - half, cy - height / 2, cx + half, cy + height / 2];
        const inside = cx > -half && cy > 0 && cx < frame.width + half && cy < frame.height;
        if (!inside || taken.touches(box)) continue;
        taken.add(box);
        lines.forEach((line, i) => {
          const lineY = cy + (i - (lines.length - 1) / 2) * size * 1.2;
          ctx.lineWidth = 3;
          ctx.globalAlpha = 0.85;
          ctx.strokeStyle = style.land;
          ctx.strokeText(line, cx, lineY);
          ctx.globalAlpha = 1;
          ctx.fillStyle = colour;
          ctx.fillText(line, cx, lineY);
        });
        break;
      }
    }
    ctx.letterSpacing = "0px";
  }

  Object.assign(khucum, {
    ORIGIN, Sheet, Units, Zones, crossings, fan, isDoubtful, isUnsurveyed, paintLabels, radius, symbol, toLatLng, toPlane, zoomFactor,
  });
})();
