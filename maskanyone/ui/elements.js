// What the parts with a picture share; put before a part's own module, see component.py.

/** The border between two pictures; keys: by how much each moves it, kept: told where it is after a key. */
function wipeSlider(moved, keys, kept = () => {}) {
  let share = 0.5;
  let words = null;
  const grip = make("span", { class: "grip icon", "aria-hidden": "true" }, "swap_horiz");
  const handle = make("div", {
    class: "wipe", role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": 100, onkeydown: key,
  }, grip);
  function to(value) {
    share = Math.max(0, Math.min(1, value));
    handle.setAttribute("aria-valuenow", Math.round(share * 100));
    if (words) handle.setAttribute("aria-valuetext", fill(words.percent, { share: Math.round(share * 100) }));
    moved(share);
    return share;
  }
  function key(event) {
    const by = keys[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    kept(to(share + by));
  }
  return {
    handle,
    to,
    named(given) {
      words = given;
      handle.setAttribute("aria-label", words.border);
      to(share);
    },
  };
}

function drag(area, active, move, done = () => {}) {
  area.addEventListener("pointerdown", (event) => {
    if (event.button || !active(event)) return;
    area.setPointerCapture(event.pointerId);
    area.classList.add("dragged");
    move(event);
  });
  area.addEventListener("pointermove", (event) => area.hasPointerCapture(event.pointerId) && move(event));
  area.addEventListener("lostpointercapture", (event) => {
    area.classList.remove("dragged");
    done(event);
  });
}

function clockTime(seconds, digits = 0) {
  const unit = 10 ** digits;
  const whole = Math.floor(seconds * unit + 1e-6); // a clock does not round up
  const rest = ((whole / unit) % 60).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
  const minutes = Math.floor(whole / unit / 60);
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function label(button, text) {
  if (button.title === text) return;
  button.title = text;
  button.setAttribute("aria-label", text);
}

function iconButton(icon, onclick) {
  return make("button", { type: "button", class: "button", onclick }, make("span", { class: "icon", "aria-hidden": "true" }, icon));
}

function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...inside);
  return element;
}
