/* What is open and where the map stands, in the address behind `#`, where no server sees it. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const QUIET_MS = 250;
  const CODE = /^[a-z0-9][a-z0-9-]{0,99}$/;

  /** The window whose address a reader sees: the page around the frame, where it may be read. */
  function outer() {
    try {
      void window.parent.location.href;
      return window.parent;
    } catch {
      return window;
    }
  }

  const AROUND = { south: 5, west: 100, north: 25, east: 120, least: 4, most: 17 };

  /** `21.5,105.8,9.25`: latitude, longitude, zoom; null where it is no place on this map. */
  function readPlace(text) {
    const found = /^(\d{1,2}(?:\.\d{1,8})?),(\d{1,3}(?:\.\d{1,8})?),(\d{1,2}(?:\.\d{1,4})?)$/.exec(text);
    if (!found) return null;
    const [lat, lng, zoom] = found.slice(1).map(Number);
    const { south, west, north, east, least, most } = AROUND;
    const there = lat >= south && lat <= north && lng >= west && lng <= east;
    return there && zoom >= least && zoom <= most ? { lat, lng, zoom } : null;
  }

  /** What an address asks for, and what in it cannot be meant. */
  function read(hash) {
    const found = { zone: null, unit: null, at: null, wrong: [] };
    const told = hash.replace(/^#/, "").slice(0, 400);
    for (const [name, value] of new URLSearchParams(told)) {
      const fresh = found[name] === null;
      if (fresh && (name === "zone" || name === "unit") && CODE.test(value)) found[name] = value;
      else if (fresh && name === "at" && readPlace(value)) found.at = readPlace(value);
      else found.wrong.push(name.slice(0, 20) || told.slice(0, 20));
    }
    return found;
  }

  khucum.parts.push((scene) => {
    const { map } = scene;
    const page = outer();
    let asked = read(page.location.hash); // until it has been followed
    let due = null;

    const write = () => {
      if (asked) return;
      const { lat, lng } = map.getCenter();
      const zoom = Math.round(map.getZoom() * 100) / 100;
      const query = new URLSearchParams();
      if (scene.selected) query.set(scene.selected.kind, scene.selected.id);
      if (scene.moved) query.set("at", [lat.toFixed(4), lng.toFixed(4), zoom].join(","));
      const hash = String(query).replaceAll("%2C", ",");
      if (page.location.hash.replace(/^#/, "") === hash) return;
      const { pathname, search } = page.location;
      page.history.replaceState(page.history.state, "", pathname + search + (hash && `#${hash}`));
    };
    const later = () => {
      clearTimeout(due);
      due = setTimeout(write, QUIET_MS);
    };

    /** Do what the address asks for, as soon as the layers that it speaks of are there. */
    function follow() {
      const { zone, unit, at, wrong } = asked;
      if ((zone && !scene.zones) || (unit && !scene.units)) return;
      asked = null;
      if (at) scene.fly({ point: at, zoom: at.zoom });
      const target = zone ? { kind: "zone", id: zone } : unit && { kind: "unit", id: unit };
      const known = zone ? scene.zone({ id: zone }) : unit && scene.unit(unit);
      if (known) scene.select(target, { fly: !at });
      const what = [...wrong, target && !known ? target.id : null].filter(Boolean).join(", ");
      if (what) scene.notice.say(khucum.fillIn(scene.texts.address_ignored, { what }));
    }

    scene.on("view", () => {
      if (asked) follow();
      later(); // the page around has written its own address
    });
    scene.on("select", later);
    map.on("moveend", later);
    page.addEventListener("hashchange", () => {
      asked = read(page.location.hash);
      if (!asked.zone && !asked.unit) scene.select(null);
      follow();
    });

    /** The address that opens this very view again. */
    scene.address = () => {
      write();
      return page.location.href;
    };
  });
})();
