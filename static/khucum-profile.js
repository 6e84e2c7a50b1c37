/* A zone's profile beside the map, as the server words it; a fact sheet shows the same words. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const { make, fillIn } = khucum;

  const section = (name, title, ...content) =>
    make("section", { class: name }, make("h3", null, title), ...content);
  const line = (text, name) => (text ? make("p", name ? { class: name } : null, text) : null);
  const small = (text) => (text ? make("small", null, text) : null);

  /** Labels with their values; `about` stands below a value, one not `known` looks different. */
  const pairs = (rows, name) =>
    make("dl", { class: name }, rows.map(({ label, value, about, known = true }) =>
      make("div", known ? null : { class: "unknown" },
        make("dt", null, label), make("dd", null, value, small(about)))));

  const industries = ({ state, label, items }) =>
    make("div", { class: `group ${state}` }, make("h4", null, label),
      items.length ? make("ul", null, items.map(industry)) : null);

  const industry = ({ phrase, english, reading, divisions }) =>
    make("li", null, make("span", { lang: "vi" }, phrase),
      english ? make("i", null, english) : null,
      reading ? make("i", null, `(${reading})`) : null,
      divisions.map(({ code, name }) => small(name ? `${code} ${name}` : code)));

  const quoted = ({ document, clause, quote }, lang) =>
    make("blockquote", { lang: "vi" }, make("p", null, quote),
      make("footer", { lang }, `${document} · ${clause}`));

  /** Addresses of the pages about a zone; none where there is no server. */
  class Pages {
    constructor({ source, config, lang }) {
      this.root = source instanceof khucum.Server ? new URL(config.root, location.href).href : null;
      this.lang = lang;
    }

    /** A link to another tab: Streamlit's frame may not take its page away, and the map stays. */
    link(path, query, text) {
      if (this.root === null) return null;
      const to = query ? `${path}?${new URLSearchParams({ ...query, lang: this.lang })}` : path;
      return make("a", { href: this.root + to, target: "_blank", rel: "noopener" }, text);
    }
  }

  /** The profile of a record whose strings are ready in the language. */
  function profile(record, scene, pages, openOther) {
    const { texts, lang, format } = scene;
    const verdict = (one) => make("li", null,
      make("p", null, make("span", { class: `status ${one.status}` }, one.word),
        make("b", null, one.what)),
      line(one.sentence),
      make("p", { class: "soft" }, [one.document, one.clause].join(", "),
        one.derived ? `; ${one.derived}` : null,
        pages.link("kiem-tra", { document: one.document_id }, texts.profile_to_checks)));
    const other = ({ id, title, about }) => make("li", null,
      scene.zones.byId.has(id)
        ? make("button", { type: "button", onclick: () => openOther(id) }, title)
        : make("b", null, title), // not carried in this file
      small(about));
    const same = record.namesakes.length
      ? make("div", { class: "same" }, make("p", null, texts.profile_same_name),
        make("ul", null, record.namesakes.map(other)),
        record.more_namesakes
          ? line(fillIn(texts.profile_more_same, { count: format(record.more_namesakes) })) : null)
      : null;
    const { doubt, precision, basis } = record.location;
    const asPairs = (rows) => rows.map(([label, value]) => ({ label, value }));
    return make("article", { class: `record ${record.kind}` },
      make("p", { class: "subtitle" },
        make("b", null, record.english ?? record.kind_label), ` · ${record.place}`),
      make("p", { class: "ways" },
        pages.link(`ho-so/${lang}/${record.id}`, null, texts.profile_sheet)),
      same,
      section("areas", texts.profile_areas, pairs(record.areas, "ledger")),
      section("facts", texts.profile_facts, pairs(asPairs(record.facts), "ledger")),
      section("place", texts.profile_location,
        make("p", { class: doubt ? "doubt" : "" }, doubt ?? precision), line(basis, "soft")),
      section("units", texts.profile_units, pairs(asPairs(record.units), "lines"),
        record.unit_notes.map((note) => line(note, "soft"))),
      record.note ? section("note", texts.profile_note, line(record.note)) : null,
      section("industries", texts.profile_industries, record.industries.map(industries)),
      section("verdicts", texts.profile_verdicts,
        record.verdicts.length
          ? make("ul", null, record.verdicts.map(verdict)) : line(texts.profile_no_verdicts)),
      section("sources", texts.profile_sources,
        record.documents.map(({ name, title, date }) =>
          make("p", { class: "document" }, make("b", null, name), ` · ${date} · ${title}`)),
        record.sources.map((source) => quoted(source, lang))),
      pages.root === null ? null
        : section("history", texts.profile_history, make("p", null, texts.loading)));
  }

  /** What has been done to a zone, when, and by whom as far as the reader may know. */
  function history({ entries, more }, all, texts) {
    const entry = ({ day, action, fields, reason, people }) => make("li", null,
      make("p", null, make("b", null, day), ` · ${action}`, fields ? `: ${fields}` : null),
      line(reason), line(people, "soft"));
    const earlier = more ? line(texts.profile_history_more, "soft") : "";
    return [make("ul", null, entries.map(entry)), earlier, make("p", null, all)];
  }

  khucum.parts.push((scene) => {
    const { texts, side, state, source, lang } = scene;
    const pages = new Pages(scene);
    let asked = null;

    const fill = (zone, content, profile) => {
      side.open(zone.name, content, { className: zone.kind, of: zone.id });
      state.profile = profile;
    };
    const header = side.element.querySelector("header");
    const below = matchMedia("(max-width: 640px)"); // where the panel is under the map
    const other = (id) => {
      scene.select({ kind: "zone", id }, { fly: true });
      header.querySelector("h2").focus();
    };

    async function open(zone) {
      const request = (asked = { zone });
      fill(zone, make("p", null, texts.loading), "loading");
      if (below.matches) header.scrollIntoView({ block: "nearest" });
      try {
        const record = await source.record(zone.id, scene.view.revision);
        if (asked !== request) return;
        const content = profile(record, scene, pages, other);
        fill(zone, content, "open");
        if (pages.root !== null) await addHistory(zone.id, content);
        if (asked === request) state.history = zone.id;
      } catch (error) {
        if (asked !== request) return;
        const gone = error.status === 404;
        const again = gone ? "" : khucum.retryButton(texts, () => open(zone));
        const said = gone ? texts.record_missing : texts.record_failed;
        fill(zone, make("p", null, said, again), "failed");
      }
    }

    /** The history names people, so it is asked for each time and never kept. */
    async function addHistory(id, content) {
      const place = content.querySelector(".history");
      const heading = place.querySelector("h3");
      try {
        const found = await source.json(`histories/${lang}/${id}.json`);
        const all = pages.link("lich-su", { zone: id }, texts.profile_all_history);
        place.replaceChildren(heading, ...history(found, all, texts));
        const edit = pages.link("sua", { zone: id }, texts.profile_edit);
        if (found.editable) content.querySelector(".ways").append(edit);
      } catch {
        place.replaceChildren(heading, line(texts.profile_no_history));
      }
    }

    scene.on("select", (target, zone) => {
      asked = null;
      state.profile = state.history = null;
      if (target?.kind === "zone") open(zone);
    });
  });
})();
