/* The results of a search as a list beside the map: choosing one opens the zone, opening a zone
   marks its result. What the reader keeps, picks or draws is reported to the page. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const { fillIn, make } = khucum;
  const MOST_GROUNDS = 3;
  const CIRCLE = 72; // corners of the circle around a place
  const SHAPES = {
    near: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11ZM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
    keep: "M12 3.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.8-5.2 2.8 1-5.8-4.2-4.1 5.8-.8Z",
  };

  function icon(name) {
    const svg = khucum.icon("fit");
    svg.firstChild.setAttribute("d", SHAPES[name]);
    return svg;
  }

  const lines = (name, all) =>
    (all.length ? make("ul", { class: name }, all.map((one) => make("li", null, one))) : null);
  const line = (name, text) => (text ? make("p", { class: name }, text) : null);

  class Results {
    constructor(scene) {
      Object.assign(this, { scene, texts: scene.texts, items: [], kept: [], asked: null });
      this.title = make("h2");
      this.said = make("p", { class: "said", role: "status" });
      this.list = make("ol");
      this.more = make("button", { type: "button", class: "more", onclick: () => this.#report({ more: true }) },
        this.texts.results_more);
      this.element = make("section", { id: "results", "aria-label": this.texts.results, hidden: true },
        make("header", null, this.title, this.said), make("div", { class: "body" }, this.list, this.more));
      document.getElementById("stage").prepend(this.element);
      this.list.addEventListener("keydown", (event) => this.#step(event));
      this.pick = make("button", { type: "button", class: "tool", title: this.texts.near_about,
        "aria-pressed": "false", onclick: () => this.#picking(!this.picks) },
      icon("near"), make("span", null, this.texts.near));
      scene.overlays.push((...a) => this.#paint(...a));
      scene.outlined = (points, tool) => this.#outlined(points, tool);
      this.#listen();
    }

    #listen() {
      const { scene } = this;
      scene.on("asked", () => this.show(scene.view.results));
      scene.on("select", () => this.#mark(true));
      scene.on("view", () => this.#mark(false));
      scene.map.on("click", ({ latlng: { lng, lat } }) => {
        if (!this.picks) return;
        this.#picking(false);
        this.#report({ near: [lng, lat] });
      });
      document.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !this.picks) return;
        event.preventDefault();
        this.#picking(false);
      }, { capture: true });
    }

    /** What a reader did; the page follows each report once, by the moment that names it. */
    #report(what) {
      this.told = Date.now();
      khucum.host.report({ at: this.told, ...what });
    }

    // ---- the list ------------------------------------------------------------------------------

    show(results) {
      const { scene: { format }, texts } = this;
      this.element.hidden = !results;
      document.body.classList.toggle("finding", Boolean(results));
      if (!results) return;
      if (!this.pick.isConnected) this.scene.slots.tools.append(this.pick);
      const { heard, inside, items, near, shortlist, total } = results;
      if (!this.told || heard === this.told) this.kept = [...shortlist]; // else newer than the view
      this.circle = near && ring(near);
      this.inside = inside;
      this.title.textContent = fillIn(texts.results_count, { count: format(total) });
      const shown = { shown: format(items.length), count: format(total) };
      this.said.textContent = !total ? texts.results_none
        : items.length < total ? fillIn(texts.results_first, shown) : "";
      this.more.hidden = items.length >= total;
      const asked = JSON.stringify(items);
      if (asked !== this.asked) this.#draw(items);
      this.asked = asked;
      this.#stars();
    }

    #draw(items) {
      const longer = this.items.length > 0 && this.items.every(({ id }, at) => items[at]?.id === id);
      const body = this.list.parentElement;
      const { scrollTop } = body;
      const focused = document.activeElement?.closest?.("#results li")?.dataset.id;
      const star = document.activeElement?.classList.contains("keep");
      const from = longer ? this.items.length : null;
      const pressed = document.activeElement === this.more;
      this.items = items;
      this.list.replaceChildren(...items.map((item) => this.#result(item)));
      body.scrollTop = longer ? scrollTop : 0;
      const again = focused ? this.#row(focused) : pressed && from ? this.list.children[from] : null;
      again?.querySelector(star ? ".keep" : ".name").focus({ preventScroll: Boolean(focused) });
    }

    #result({ id, name, kind, line: about, standing, state, grounds, facts, limits, unknown }) {
      const { scene } = this;
      const choose = () => scene.select({ kind: "zone", id, name, of: kind }, { fly: true });
      const hover = (on) => () => scene.hover(on ? scene.zones?.byId.get(id) ?? null : null);
      return make("li", { class: kind, "data-id": id, onpointerenter: hover(true), onpointerleave: hover(false) },
        make("div", { class: "top" },
          make("button", { type: "button", class: "name", onclick: choose, onfocus: hover(true), onblur: hover(false) },
            name),
          make("button", { type: "button", class: "keep", onclick: () => this.#keep(id) }, icon("keep"))),
        line("about", about),
        standing ? make("p", { class: `standing ${standing}` }, state) : null,
        lines("grounds", grounds.slice(0, MOST_GROUNDS)),
        line("facts", facts.join(" · ")),
        lines("limits", limits),
        line("unknown", unknown));
    }

    #row(id) {
      return [...this.list.children].find((one) => one.dataset.id === id) ?? null;
    }

    /** The result of the zone that is open on the map. */
    #mark(reveal) {
      const { selected } = this.scene;
      for (const row of this.list.children) {
        const current = selected?.kind === "zone" && row.dataset.id === selected.id;
        if (!current) row.removeAttribute("aria-current");
        else if (row.getAttribute("aria-current") !== "true") {
          row.setAttribute("aria-current", "true");
          if (reveal) this.#reveal(row);
        }
      }
    }

    /** Scroll the list alone: the page stays where it is. */
    #reveal(row) {
      const body = this.list.parentElement;
      const [box, own] = [body.getBoundingClientRect(), row.getBoundingClientRect()];
      if (own.top < box.top) body.scrollTop -= box.top - own.top + 4;
      else if (own.bottom > box.bottom) body.scrollTop += Math.min(own.top - box.top, own.bottom - box.bottom) + 4;
    }

    #step(event) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const row = event.target.closest("li[data-id]");
      if (!by || !row) return;
      const next = by > 0 ? row.nextElementSibling : row.previousElementSibling;
      event.preventDefault();
      next?.querySelector(".name").focus();
    }

    // ---- the shortlist -------------------------------------------------------------------------

    #keep(id) {
      const { kept } = this;
      this.kept = kept.includes(id) ? kept.filter((one) => one !== id) : [...kept, id];
      this.#stars();
      this.#report({ shortlist: this.kept });
    }

    #stars() {
      const { kept, texts } = this;
      this.items.forEach(({ id, name }, at) => {
        const star = this.list.children[at].querySelector(".keep");
        const on = kept.includes(id);
        star.setAttribute("aria-pressed", String(on));
        star.setAttribute("aria-label", `${texts.results_keep}: ${name}`);
        star.title = on ? texts.results_kept : texts.results_keep;
      });
      this.scene.state.shortlist = kept;
    }

    // ---- near a point, within an outline -------------------------------------------------------

    #picking(on) {
      const { pick, scene, texts } = this;
      this.picks = on;
      pick.setAttribute("aria-pressed", String(on));
      scene.map.getContainer().classList.toggle("measuring", on);
      if (on) {
        scene.measuring.clear();
        scene.hold("near");
        scene.notice.say(texts.near_ask);
      } else {
        scene.notice.clear();
        setTimeout(() => scene.release("near")); // the click that picks shall select nothing
      }
    }

    /** A button under a drawn outline, where there is a search that it can narrow. */
    #outlined(points, tool) {
      if (this.element.hidden) return "";
      const [[west, south], [east, north]] = points;
      const corners = tool === "rectangle"
        ? [[west, south], [east, south], [east, north], [west, north]] : points;
      return make("button", { type: "button", onclick: () => {
        this.scene.measuring.clear();
        this.#report({ inside: corners });
      } }, this.texts.results_inside);
    }

    #paint(ctx, { scale, dx, dy }, style) {
      for (const outline of [this.circle, this.inside]) {
        if (!outline || this.element.hidden) continue;
        ctx.save();
        ctx.beginPath();
        for (const position of outline) {
          const { x, y } = khucum.toPlane(position);
          ctx.lineTo(x * scale + dx, y * scale + dy);
        }
        ctx.closePath();
        ctx.setLineDash([7, 5]);
        for (const [width, colour] of [[4, style.halo], [1.8, style.ink]]) {
          ctx.lineWidth = width;
          ctx.strokeStyle = colour;
          ctx.stroke();
        }
        ctx.restore();
      }
    }
  }

  /** The circle around a place: [longitude, latitude] of its corners. */
  function ring({ lon, lat, km }) {
    return Array.from({ length: CIRCLE }, (_, i) => {
      const { lat2, lon2 } = geodesic.Geodesic.WGS84.Direct(lat, lon, (360 * i) / CIRCLE, km * 1000);
      return [lon2, lat2];
    });
  }

  khucum.parts.push((scene) => {
    scene.results = new Results(scene);
  });
})();
