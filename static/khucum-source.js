/* Where the map's data come from: the server's routes, or what a file carries in itself. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});

  const PATIENCE_MS = 30_000; // a server that has said nothing until then will not

  /** The routes of geo/web.py. An answer that is not 2xx is an error with its `status`. */
  class Server {
    constructor(root, lang) {
      Object.assign(this, { root, lang });
    }

    layer(name, revision) {
      return this.json(`layers/${revision}/${name}.geojson`);
    }

    record(zone, revision) {
      return this.json(`records/${revision}/${this.lang}/${encodeURIComponent(zone)}.json`);
    }

    /** All zones as the table shows them, of geo/rows.py. */
    rows(revision) {
      return this.json(`rows/${revision}/${this.lang}.json`);
    }

    /** Zones, units and communes by name, of geo/places.py. */
    async find(text, revision) {
      const query = new URLSearchParams({ q: text });
      return (await this.json(`find/${revision}/${this.lang}.json?${query}`)).found;
    }

    /** The zones in a unit and what became of it. */
    unit(layer, code, revision) {
      return this.json(`units/${revision}/${this.lang}/${layer}/${encodeURIComponent(code)}.json`);
    }

    async json(path, options) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(this.root + path, { credentials: "same-origin", signal, ...options });
      // led on to a newer revision: what the page holds is old, so it has to run again
      if (answer.redirected) khucum.host.report({ revision: answer.url });
      if (answer.ok) return answer.json();
      const reason = await answer.json().catch(() => ({}));
      throw Object.assign(new Error(`${path}: ${answer.status}`), { status: answer.status, reason });
    }
  }

  /** The same answers out of an object: `layers` by name, `records` by id, `units` by layer and
      code, `rows`. */
  class Carried {
    constructor(data) {
      this.data = data;
    }

    async layer(name) {
      return this.#found(this.data.layers[name]);
    }

    async record(zone) {
      return this.#found(this.data.records[zone]);
    }

    async rows() {
      return this.#found(this.data.rows);
    }

    /** As the server finds, but only what is carried, and only by letters. */
    async find(text) {
      return khucum.findCarried(this.data.layers, text);
    }

    async unit(layer, code) {
      return this.#found(this.data.units?.[layer]?.[code]);
    }

    #found(value) {
      if (value === undefined) throw Object.assign(new Error("not carried"), { status: 404 });
      return value;
    }
  }

  khucum.sourceOf = ({ root, lang, carried }) =>
    carried ? new Carried(carried) : new Server(root, lang);
  Object.assign(khucum, { Server, Carried });
})();
