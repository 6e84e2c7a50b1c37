/* Geodesic lengths and areas on WGS 84, and what of the visible zones lies inside an outline.
   Points are [longitude, latitude] in degrees; a ring does not repeat its first point. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const EARTH = geodesic.Geodesic.WGS84;
  const PIECE_M = 20_000; // a geodesic bends away from a straight line by some metres
  const PIECES = 64; // of a parallel, which is no geodesic

  const sum = (values) => values.reduce((total, value) => total + value, 0);

  /** Length of a line and of each of its sides in m. */
  function measureLine(points) {
    const sides = points.slice(1).map(([lon, lat], i) =>
      EARTH.Inverse(points[i][1], points[i][0], lat, lon).s12);
    return { length: sum(sides), sides };
  }

  /** Area in m² and perimeter in m of a ring whose sides are geodesics. */
  function measureRing(points) {
    const ring = EARTH.Polygon(false);
    for (const [lon, lat] of points) ring.AddPoint(lat, lon);
    const { area, perimeter } = ring.Compute(false, true);
    return { area: Math.abs(area), perimeter };
  }

  /** The ring between two parallels and two meridians. */
  function rectangle([lonA, latA], [lonB, latB]) {
    const along = (lat, from, to) => Array.from({ length: PIECES + 1 },
      (_, i) => [from + ((to - from) * i) / PIECES, lat]);
    return [...along(latA, lonA, lonB), ...along(latB, lonB, lonA)];
  }

  /** A line in the plane of zoom 0 as the geodesics run: [x, y, x, y, …]. */
  function track(points) {
    const flat = [];
    const put = (position) => {
      const { x, y } = khucum.toPlane(position);
      flat.push(x, y);
    };
    points.slice(1).forEach(([lon, lat], i) => {
      const line = EARTH.InverseLine(points[i][1], points[i][0], lat, lon);
      const pieces = Math.max(1, Math.ceil(line.s13 / PIECE_M));
      put(points[i]);
      for (let k = 1; k < pieces; k += 1) {
        const { lat2, lon2 } = line.Position((line.s13 * k) / pieces);
        put([lon2, lat2]);
      }
    });
    put(points.at(-1));
    return flat;
  }

  function boxOf(flat) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < flat.length; i += 2) {
      box[0] = Math.min(box[0], flat[i]);
      box[1] = Math.min(box[1], flat[i + 1]);
      box[2] = Math.max(box[2], flat[i]);
      box[3] = Math.max(box[3], flat[i + 1]);
    }
    return box;
  }

  /** Whether a place lies inside rings that repeat their first point; asked for every zone. */
  function contains(rings, x, y) {
    let inside = false;
    for (const ring of rings) {
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const ya = ring[i + 1];
        const yb = ring[i + 3];
        if (ya > y === yb > y) continue;
        if (ring[i] + ((y - ya) / (yb - ya)) * (ring[i + 2] - ring[i]) > x) inside = !inside;
      }
    }
    return inside;
  }

  const near = (a, b, reach) =>
    a[0] - reach <= b[2] && b[0] - reach <= a[2] && a[1] - reach <= b[3] && b[1] - reach <= a[3];

  const turn = (ax, ay, bx, by, cx, cy) => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));

  /** Whether two sides properly cross; those that only touch do not. */
  function cross(a, i, b, j) {
    const [ax, ay, bx, by] = [a[i], a[i + 1], a[i + 2], a[i + 3]];
    const [cx, cy, dx, dy] = [b[j], b[j + 1], b[j + 2], b[j + 3]];
    return turn(ax, ay, bx, by, cx, cy) * turn(ax, ay, bx, by, dx, dy) < 0
      && turn(cx, cy, dx, dy, ax, ay) * turn(cx, cy, dx, dy, bx, by) < 0;
  }

  function anyCross(a, b) {
    for (let i = 0; i + 3 < a.length; i += 2) {
      for (let j = 0; j + 3 < b.length; j += 2) if (cross(a, i, b, j)) return true;
    }
    return false;
  }

  /** Whether a closed line crosses itself, so that it has no area in the usual sense. */
  function crossesItself(points) {
    const flat = [...points, points[0]].flatMap((position) => {
      const { x, y } = khucum.toPlane(position);
      return [x, y];
    });
    return anyCross(flat, flat);
  }

  /** The nearest pair of a corner of `corners` and a place on `line` in the plane: {gap, from, to};
      `from` is missing where all are `reach` or more apart. */
  function nearest(corners, line, reach) {
    const best = { gap: reach };
    for (let i = 0; i < corners.length; i += 2) {
      const [x, y] = [corners[i], corners[i + 1]];
      for (let j = 0; j + 3 < line.length; j += 2) {
        const [ax, ay, bx, by] = [line[j], line[j + 1], line[j + 2], line[j + 3]];
        const { gap } = best;
        if (ax - x > gap && bx - x > gap) continue; // most sides are far away
        if (x - ax > gap && x - bx > gap) continue;
        if (ay - y > gap && by - y > gap) continue;
        if (y - ay > gap && y - by > gap) continue;
        const [vx, vy] = [bx - ax, by - ay];
        const along = ((x - ax) * vx + (y - ay) * vy) / (vx * vx + vy * vy || 1);
        const part = Math.min(1, Math.max(0, along));
        const [px, py] = [ax + part * vx, ay + part * vy];
        const apart = Math.hypot(px - x, py - y);
        if (apart < gap) Object.assign(best, { gap: apart, from: [x, y], to: [px, py] });
      }
    }
    return best;
  }

  /** Whether the outline is nearer to a zone than its radius of doubt; `reach` is that radius in
      the plane with some to spare. */
  function mayCross({ shape, x, y, radius_km: radius }, flat, reach) {
    const pairs = shape
      ? shape.rings.flatMap((ring) => [nearest(ring, flat, reach), nearest(flat, ring, reach)])
      : [nearest([x, y], flat, reach)];
    const { from, to } = pairs.reduce((one, other) => (other.gap < one.gap ? other : one));
    if (!from) return false;
    const [a, b] = [khucum.toLatLng(...from), khucum.toLatLng(...to)];
    return EARTH.Inverse(a.lat, a.lng, b.lat, b.lng).s12 < radius * 1000;
  }

  /** Whether a zone's place lies inside the outline: "in", "partly" or "out". */
  function position({ shape, x, y }, flat) {
    if (!shape) return contains([flat], x, y) ? "in" : "out";
    if (shape.rings.some((ring) => anyCross(ring, flat))) return "partly";
    const held = shape.rings.filter((ring) => contains([flat], ring[0], ring[1])).length;
    if (held) return held === shape.rings.length ? "in" : "partly";
    return contains(shape.rings, flat[0], flat[1]) ? "partly" : "out";
  }

  /** Sum of numbers with few decimals, exact as the figures are written. */
  function exactSum(values) {
    const places = Math.max(0, ...values.map((v) => (String(v).split(".")[1] ?? "").length));
    const unit = 10 ** places;
    return sum(values.map((value) => Math.round(value * unit))) / unit;
  }

  /**
   * The visible zones against a ring: `inside`, `partly` (by their true boundaries), and those that
   * their radius of doubt might put on the other side: `mayLeave` of `inside`, `mayEnter` of the
   * rest. The figures are of `inside`; `clusters` by kind.
   */
  function within(zones, ring) {
    const flat = track([...ring, ring[0]]);
    const box = boxOf(flat);
    const found = { inside: [], partly: [], mayLeave: new Set(), mayEnter: [] };
    for (const zone of zones) {
      const doubtful = khucum.isDoubtful(zone);
      const own = zone.shape?.box ?? [zone.x, zone.y, zone.x, zone.y];
      const reach = doubtful ? zone.radius_km * 1000 * planeOfMetre(zone) * 1.02 : 0;
      if (!near(box, own, reach)) continue;
      const place = position(zone, flat);
      if (place === "in") found.inside.push(zone);
      if (place === "partly") found.partly.push(zone);
      else if (doubtful && mayCross(zone, flat, reach)) {
        if (place === "in") found.mayLeave.add(zone);
        else found.mayEnter.push(zone);
      }
    }
    const areas = found.inside.map(({ area }) => area).filter((area) => area !== null);
    const clusters = { KCN: 0, CCN: 0 };
    for (const zone of found.inside) clusters[zone.kind] += zone.clusters;
    return {
      ...found, clusters, ha: areas.length ? exactSum(areas) : null,
      unknown: found.inside.length - areas.length,
    };
  }

  /** How long a metre is at a zone, in the plane of zoom 0. */
  function planeOfMetre({ x, y }) {
    const { lat } = khucum.toLatLng(x, y);
    return 256 / (2 * Math.PI * 6378137 * Math.cos((lat * Math.PI) / 180));
  }

  Object.assign(khucum, { crossesItself, measureLine, measureRing, rectangle, track, within });
})();
