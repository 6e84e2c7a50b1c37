/* How a map moves under fingers, and for those who have asked their system for less motion. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});

  /** Let nothing glide: the map is at once where it was sent. */
  function calm(map) {
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const { panBy, setView } = map;
    const still = (options) => ({ ...options, animate: false });
    map.panBy = (offset, options) => panBy.call(map, offset, still(options));
    map.setView = (centre, zoom, options) => setView.call(map, centre, zoom, still(options));
    map.options.inertia = map.options.zoomAnimation = false;
  }

  /** One finger scrolls the page, two move the map; `hint` is called when one has tried. */
  function twoFingers(map, hint) {
    if (!matchMedia("(pointer: coarse)").matches) return;
    const follow = () => map.dragging[document.fullscreenElement ? "enable" : "disable"]();
    document.addEventListener("fullscreenchange", follow);
    follow();
    map.getContainer().addEventListener("touchmove", ({ touches, target }) => {
      const over = target.closest(".leaflet-control, .notice, .alarm");
      if (touches.length === 1 && !over && !document.fullscreenElement) hint();
    }, { passive: true });
  }

  Object.assign(khucum, { calm, twoFingers });
})();
