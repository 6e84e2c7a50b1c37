/* Coordinates as people write them, and those under the pointer: in WGS 84 and in the VN-2000
   system of the province around it, X north and Y east. */
"use strict";

(() => {
  const khucum = (window.khucum = window.khucum ?? {});
  const { fillIn, make } = khucum;
  const FINE = 360_000; // hundredths of a second in a degree

  const decimal = ({ lat, lng }) => `${lat.toFixed(6)}, ${lng.toFixed(6)}`;

  /** `21°27′54.43″N 105°54′44.42″E`; `compass` is the four letters, north, south, east, west. */
  function sexagesimal({ lat, lng }, compass) {
    const [north, south, east, west] = compass;
    const angle = (value, letter) => {
      const whole = Math.round(Math.abs(value) * FINE);
      const minutes = String(Math.floor(whole / 6000) % 60).padStart(2, "0");
      const seconds = ((whole % 6000) / 100).toFixed(2).padStart(5, "0");
      return `${Math.floor(whole / FINE)}°${minutes}′${seconds}″${letter}`;
    };
    return `${angle(lat, lat < 0 ? south : north)} ${angle(lng, lng < 0 ? west : east)}`;
  }

  /** The VN-2000 systems of the provinces, by proj4js from what the server's registry says. */
  class Grids {
    constructor({ systems, provinces }) {
      Object.assign(this, { systems, provinces });
      this.projections = new Map();
    }

    /** North, east in metres and the central meridian; null where no province is known to be. */
    at({ lat, lng }, province) {
      const code = this.provinces[province?.code];
      if (!code) return null;
      const [east, north] = this.project(code, [lng, lat]);
      return { north, east, meridian: this.systems[code].meridian };
    }

    /** East and north in a system from longitude and latitude of WGS 84. */
    project(code, position) {
      if (!this.projections.has(code)) {
        this.projections.set(code, proj4(this.systems[code].definition));
      }
      return this.projections.get(code).forward(position);
    }
  }

  /** The provinces of 2016, whose systems surveys are in, whichever units the map shows. */
  async function provincesOf({ provinces, source, view }) {
    if (provinces && view.theme.layer !== "provinces-2025") return provinces;
    const name = "provinces-2016";
    const found = source.layer(name, view.layers[name]);
    return found.then((collection) => new khucum.Units(collection), () => null);
  }

  khucum.parts.push((scene) => {
    const { map, texts } = scene;
    const grids = new Grids(scene.config.vn2000);
    const where = make("span", { class: "where" });
    const world = make("button", {
      type: "button", title: texts.coordinates_switch, onclick: () => {
        sexagesimals = !sexagesimals;
        write();
      },
    });
    const grid = make("span", { class: "grid" });
    const line = make("div", { class: "readout", role: "group", "aria-label": texts.coordinates },
      where, world, grid);
    scene.slots.below.before(line);

    let sexagesimals = false;
    let provinces = null;
    let place = null; // what is shown: {latlng, name}
    let due = null;

    const write = () => {
      due = null;
      const { name, event } = place;
      const latlng = event ? map.mouseEventToLatLng(event) : place.latlng;
      place = { name, latlng };
      const { x, y } = khucum.toPlane([latlng.lng, latlng.lat]);
      const province = provinces?.at(x, y);
      const found = grids.at(latlng, province);
      const text = sexagesimals
        ? sexagesimal(latlng, texts.coordinates_compass) : decimal(latlng);
      where.textContent = texts[`coordinates_${name}`];
      world.replaceChildren(make("small", null, "WGS 84"), text);
      grid.replaceChildren(...(found ? [
        make("small", null, fillIn(texts.coordinates_grid, { meridian: found.meridian })),
        `X ${found.north.toFixed(2)}`, ` Y ${found.east.toFixed(2)}`,
        make("small", { class: "province" }, province.name),
      ] : [make("small", null, "VN-2000"), texts.coordinates_no_grid]));
      scene.state.coordinates = { name, lat: latlng.lat, lng: latlng.lng, grid: found };
    };
    const show = (next) => {
      place = next;
      due ??= requestAnimationFrame(write); // once a frame, however fast the pointer is
    };
    const centre = () => show({ name: "centre", latlng: map.getCenter() });

    map.getContainer().addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") show({ name: "pointer", event });
    });
    map.getContainer().addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType !== "touch") centre();
    });
    map.on("click", ({ latlng }) => {
      if (matchMedia("(pointer: coarse)").matches) show({ name: "tap", latlng });
    });
    map.on("moveend", () => {
      if (place?.name !== "pointer") centre();
    });
    scene.on("view", async () => {
      if (!place) centre();
      provinces ??= await provincesOf(scene); // borders stay as long as the page does
      show(place);
    });
  });

  Object.assign(khucum, { Grids, sexagesimal });
})();
