/* The frame's side of Streamlit's component protocol: views come in, heights and values go out. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  khucum.parts = []; // what other scripts add to a scene
  const send = (type, more) =>
    window.parent.postMessage({ isStreamlitMessage: true, type: `streamlit:${type}`, ...more }, "*");

  const themed = new EventTarget();
  let asked = null;

  function received({ data, source }) {
    if (source !== window.parent || data?.type !== "streamlit:render") return;
    const root = document.documentElement.style;
    for (const [name, value] of Object.entries(data.theme ?? {})) {
      if (typeof value !== "string") continue;
      root.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value);
    }
    themed.dispatchEvent(new Event("theme"));
    const { act, message, height } = data.args;
    if (height) khucum.host.height(height);
    if (message === asked) return; // a rerun that changes nothing, or a new theme
    asked = message;
    khucum[act](JSON.parse(message));
  }

  khucum.host = {
    themed,
    height: (pixels) => send("setFrameHeight", { height: Math.ceil(pixels) }),
    report: (value) => send("setComponentValue", { value, dataType: "json" }),
    begin() {
      window.addEventListener("message", received);
      send("componentReady", { apiVersion: 1 });
    },
  };
})();
