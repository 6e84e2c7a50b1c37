/* Put into the page that is measured and its frames: when which number of zones stood on the map,
   when a list of results stood beside it, or when an element of the page was first there. */
"use strict";

(() => {
  const now = () => performance.timeOrigin + performance.now();

  /** At the end of the next animation frame: a message is handled once the frame is painted. */
  function afterFrame(tell) {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = tell;
      port2.postMessage(null);
    });
  }

  function stand(count) {
    const { bench } = window.top;
    if (count !== bench.wanted) return;
    bench.wanted = null;
    afterFrame(() => (bench.shown = now()));
  }

  /** st_folium's map tells nobody, so it is looked at in every frame while it is waited for. */
  function look() {
    for (const { contentWindow: inner } of document.querySelectorAll("iframe")) {
      const layers = window.bench.wanted === null ? null : inner?.map_div?._layers;
      if (!layers) continue;
      const zones = Object.values(layers).filter((layer) => layer instanceof inner.L.CircleMarker);
      stand(zones.length);
    }
    requestAnimationFrame(look);
  }

  function find() {
    if (document.querySelector(window.benchElement)) afterFrame(() => (window.bench.shown = now()));
    else requestAnimationFrame(find);
  }

  /** A list of results is the one that is waited for once it has these zones in this order. */
  function listed() {
    const { bench } = window.top;
    if (bench.list === null) return;
    const ids = Array.from(document.querySelectorAll("#results li[data-id]"), (one) => one.dataset.id);
    if (ids.join(" ") !== bench.list) return;
    bench.list = null;
    afterFrame(() => (bench.shown = now()));
  }

  let watched = false;
  function watchList() {
    const results = document.getElementById("results");
    if (watched || !results) return;
    watched = true;
    new MutationObserver(listed).observe(results, { childList: true, subtree: true });
    listed(); // of a frame that has come anew, drawn before anybody looked
  }

  if (window === window.top) {
    window.bench = { wanted: window.benchCount, list: null, shown: null, released: null, typed: null };
    const type = (event) => (window.bench.typed = performance.timeOrigin + event.timeStamp);
    window.addEventListener("input", type, { capture: true });
    const release = (event) => (window.bench.released = performance.timeOrigin + event.timeStamp);
    window.addEventListener("pointerup", release, { capture: true });
    requestAnimationFrame(window.benchElement ? find : look);
  } else { // on the window: this runs once, before the frame's document has come
    window.addEventListener("khucum", ({ detail }) => {
      if (detail.ready) stand(detail.drawn.KCN + detail.drawn.CCN);
      watchList();
    });
  }
})();
