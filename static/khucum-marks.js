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
          return { ...properties, ...shape, label: labelPlace(shape) };
        });
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

    stroke(ctx, frame, colour, width) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width / frame.scale;
      ctx.lineJoin = "round";
      this.#inPlane(ctx, frame, (unit) => ctx.stroke(unit.path));
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

  const zoomFactor = (zoom) => Math.min(1.25, Math.max(0.5, 0.55 + (zoom - 5) * 0.1));
  const UNKNOWN_RADIUS = 5.5;

  /** Radius in pixels at full size; the symbol's area follows the zone's area. */
  function radius(ha) {
    if (ha === null || ha === undefined) return UNKNOWN_RADIUS;
    return Math.min(24, Math.max(4, 0.5 * Math.sqrt(ha)));
  }

  /** KCN is a square, CCN a circle of the same area; hollow when the area is unknown. */
  function symbol(ctx, x, y, r, { kind, hollow }, style) {
    const colour = kind === "KCN" ? style.kcn : style.ccn;
    ctx.beginPath();
    if (kind === "KCN") {
      const side = r * 1.77;
      ctx.roundRect(x - side / 2, y - side / 2, side, side, Math.min(2.5, side / 5));
    } else {
      ctx.arc(x, y, r, 0, 2 * Math.PI);
    }
    if (hollow) {
      ctx.fillStyle = style.halo;
      ctx.fill();
      ctx.lineWidth = 2.2;
      ctx.strokeStyle = colour;
      ctx.stroke();
      return;
    }
    ctx.lineWidth = 2.6;
    ctx.strokeStyle = style.halo;
    ctx.stroke();
    ctx.globalAlpha = 0.9;
    ctx.fillStyle = colour;
    ctx.fill();
    ctx.globalAlpha = 1;
  }

  /** The zones, their places in the fan of a shared point, and which of them are shown. */
  class Zones {
    constructor(collection) {
      this.unplaced = collection.features.filter(({ geometry }) => !geometry).length;
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
      this.mask = new Uint8Array();
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
    }

    shown(zone) {
      return (this.mask[zone.n >> 3] >> (zone.n & 7)) & 1;
    }

    get visible() {
      return this.all.filter((zone) => this.shown(zone));
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
      for (let i = this.order.length - 1; i >= 0; i -= 1) { // as painted, from the top
        const zone = this.order[i];
        if (!this.shown(zone)) continue;
        const spot = this.spot(zone, frame);
        const distance = Math.hypot(spot.x - x, spot.y - y) - spot.r;
        if (distance <= 0) return zone;
        if (distance <= least) [nearest, least] = [zone, distance];
      }
      return nearest;
    }

    paint(ctx, frame, style, marked) {
      const inView = this.order.filter((zone) => {
        if (!this.shown(zone)) return false;
        const { x, y, r } = (zone.spot = this.spot(zone, frame));
        return x > -r && y > -r && x < frame.width + r && y < frame.height + r;
      });
      ctx.lineWidth = 1;
      ctx.strokeStyle = style.soft;
      ctx.fillStyle = style.soft;
      for (const zone of inView) {
        if (zone.shape) this.#polygon(ctx, zone, frame, style);
        if (zone.spread) this.#leader(ctx, zone, frame);
      }
      const doubted = marked.find((zone) => this.shown(zone) && isDoubtful(zone));
      if (doubted) paintDoubt(ctx, doubted, frame, style);
      for (const zone of inView) this.#symbol(ctx, zone, style);
      for (const zone of marked) {
        if (!this.shown(zone)) continue;
        zone.spot = this.spot(zone, frame);
        ctx.beginPath();
        ctx.arc(zone.spot.x, zone.spot.y, zone.spot.r * 1.3 + 4, 0, 2 * Math.PI);
        ctx.lineWidth = 2.5;
        ctx.strokeStyle = style.ink;
        ctx.stroke();
        this.#symbol(ctx, zone, style);
        const { x, y, r } = zone.spot;
        for (const other of inView.slice(inView.indexOf(zone) + 1)) { // those on top stay there
          const { spot } = other;
          if (Math.hypot(spot.x - x, spot.y - y) < spot.r + r) this.#symbol(ctx, other, style);
        }
      }
      return inView;
    }

    #symbol(ctx, { spot, kind, area }, style) {
      symbol(ctx, spot.x, spot.y, spot.r, { kind, hollow: area === null }, style);
    }

    #leader(ctx, zone, { scale, dx, dy }) {
      const [x, y] = [zone.x * scale + dx, zone.y * scale + dy];
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.lineTo(zone.spot.x, zone.spot.y);
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(x, y, 1.8, 0, 2 * Math.PI);
      ctx.fill();
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

  function paintDoubt(ctx, zone, { scale, dx, dy }, style) {
    const metresAcross = 40075016.686 * Math.cos((toLatLng(zone.x, zone.y).lat * Math.PI) / 180);
    ctx.beginPath();
    const r = ((zone.radius_km * 1000) / metresAcross) * 256 * scale;
    ctx.arc(zone.x * scale + dx, zone.y * scale + dy, r, 0, 2 * Math.PI);
    ctx.save();
    ctx.globalAlpha = 0.1;
    ctx.fillStyle = style.doubt;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.lineWidth = 3.4;
    ctx.strokeStyle = style.halo;
    ctx.stroke();
    ctx.setLineDash([6, 5]);
    ctx.lineWidth = 1.8;
    ctx.strokeStyle = style.doubt;
    ctx.stroke();
    ctx.restore();
  }

  /** Write names in order of importance; one that would touch another or a symbol is left out. */
  function paintLabels(ctx, frame, wanted, taken, style) {
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    const beyond = (frame.width * PADDING) / (1 + 2 * PADDING);
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
        if (!inside || taken.some((other) => !apart(box, other))) continue;
        taken.push(box);
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
    Sheet, Units, Zones, fan, isDoubtful, isUnsurveyed, paintLabels, radius, symbol, toLatLng, toPlane,
  });
})();
