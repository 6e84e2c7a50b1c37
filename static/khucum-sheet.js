/* The print button of the fact sheet; without scripts there is none, and the browser's own works. */
"use strict";

for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
