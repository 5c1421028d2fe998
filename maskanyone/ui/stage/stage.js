// One frame before and after. The wipe goes with the mouse; a click, a key or a finger says where it stays.

const PATIENCE = 400; // ms without a word; below that a wait is not noticed

export default function (component) {
  const host = component.parentElement;
  // called again with every change of data or theme: what was built stays, or the wipe jumps back
  host.stage ??= build(host.querySelector(".part"));
  host.stage.update(component);
  return () => {
    host.stage?.end();
    delete host.stage;
  };
}

function build(root) {
  const picture = pictureArea();
  const bar = timeBar(step);
  const film = filmStrip({ scrub, released, step });
  root.replaceChildren(make("div", { class: "well" }, picture.area), bar.bar, film.strip);
  root.setAttribute("role", "group");
  let data = null;
  let send = () => {};
  let chosen = 0; // s: where the playhead stands
  let scrubbing = false;
  let sent = null;
  let saying = 0;

  function move(time) {
    const last = Math.max(0, data.duration - data.step);
    chosen = Math.max(0, Math.min(last, time));
    bar.show(chosen, data);
    film.show(chosen, data);
  }
  function step(by) {
    // frames count from zero, so that a hundred steps still stand on a frame
    move((Math.round(chosen / data.step) + by) * data.step);
    tell(200); // a held key is one answer
  }
  function scrub(time) {
    scrubbing = true;
    move(time);
  }
  function released() {
    scrubbing = false;
    tell(0);
  }
  function tell(delay) {
    clearTimeout(saying);
    saying = setTimeout(() => {
      saying = 0;
      const time = Math.round(chosen * 1e6) / 1e6;
      if (time === (sent ?? data.time)) return;
      sent = time;
      picture.wait(time);
      send("time", time);
    }, delay);
  }
  function update(component) {
    const before = data;
    data = component.data;
    send = component.setStateValue;
    root.style.setProperty("--aspect", data.aspect);
    root.setAttribute("aria-label", data.words.stage);
    bar.named(data.words);
    film.fill(data);
    picture.show(data, sent === null || data.heard === sent);
    if (before?.time !== data.time) sent = null;
    if (!scrubbing && !saying && before?.time !== data.time) move(data.time);
    else move(chosen);
  }
  function end() {
    clearTimeout(saying);
    picture.end();
    film.end();
    root.replaceChildren();
  }
  return { update, end };
}

// ---- the picture

function pictureArea() {
  const layers = { before: make("div", { class: "layer before" }), after: make("div", { class: "layer after" }) };
  const names = { before: make("span", { class: "name" }), after: make("span", { class: "name right" }) };
  const note = make("p", { class: "note", "aria-live": "polite" });
  const waiting = make("p", { class: "waiting", role: "status" });
  const wipe = wipeHandle((share) => area.style.setProperty("--wipe", share));
  const area = make("div", { class: "picture" }, layers.before, layers.after, names.before, names.after, wipe.handle, note, waiting);
  wipe.on(area);
  let words = null;
  let wanted = ""; // the pair of addresses that is to be shown
  let loading = false;
  let timer = 0;
  let since = 0; // ms: when the wait began

  function wait(time) {
    since ||= performance.now(); // the computer's wait and the picture's are one to her
    clearTimeout(timer);
    const says = () => (waiting.textContent = fill(words.waiting, { time: clockTime(time) }));
    timer = setTimeout(says, since + PATIENCE - performance.now());
  }
  function rest(text = "") {
    since = 0;
    clearTimeout(timer);
    waiting.textContent = text;
  }
  async function show(data, answered) {
    words = data.words;
    wipe.named(words);
    names.before.textContent = words.before;
    names.after.textContent = words.after;
    const pair = JSON.stringify([data.before, data.after]);
    if (pair === wanted) {
      if (!loading) note.textContent = data.note;
      if (answered && !loading) rest();
      return;
    }
    wanted = pair;
    if (!data.before) {
      loading = false;
      rest();
      area.classList.add("empty");
      note.textContent = data.note;
      layers.before.replaceChildren();
      layers.after.replaceChildren();
      return;
    }
    wait(data.time);
    loading = true;
    try {
      const [before, after] = await Promise.all([load(data.before), load(data.after || data.before)]);
      if (pair !== wanted) return; // a newer one is on its way
      before.alt = fill(words.before_picture, { time: clockTime(data.time, 3) });
      after.alt = fill(words.after_picture, { time: clockTime(data.time, 3) });
      // both at once: half of one moment beside half of another would be a lie
      layers.before.replaceChildren(before);
      layers.after.replaceChildren(after);
      wipe.begin(data.border);
      note.textContent = data.note;
      area.classList.remove("empty");
      loading = false;
      rest();
    } catch {
      if (pair !== wanted) return;
      loading = false;
      rest(fill(words.fails, { time: clockTime(data.time) }));
    }
  }
  area.classList.add("empty");
  return { area, show, wait, end: rest };
}

async function load(address) {
  const image = new Image();
  image.draggable = false;
  image.src = address;
  await image.decode();
  return image;
}

function wipeHandle(moved) {
  let stays = 0.5;
  let chosen = false; // where it stays was said by her
  let under = false; // the mouse
  const keys = { ArrowLeft: -0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowUp: 0.02, Home: -1, End: 1 };
  const { to, ...wipe } = wipeSlider(moved, keys, (share) => {
    stays = share;
    chosen = true;
  });
  return {
    ...wipe,
    begin(share) {
      if (chosen) return;
      stays = share;
      if (!under) to(share);
    },
    on(area) {
      const at = (event) => {
        const box = area.getBoundingClientRect();
        return (event.clientX - box.left) / box.width;
      };
      drag(area, () => (chosen = true), (event) => (stays = to(at(event))));
      area.addEventListener("pointermove", (event) => {
        if (event.pointerType !== "mouse" || event.buttons) return;
        under = true;
        to(at(event));
      });
      // on her way to a button she must not leave the picture all before
      area.addEventListener("pointerleave", () => {
        under = false;
        to(stays);
      });
    },
  };
}

// ---- the time

function timeBar(step) {
  const back = iconButton("chevron_left", () => step(-1));
  const forward = iconButton("chevron_right", () => step(1));
  const time = make("b", { class: "time" });
  const whole = make("span", { class: "quiet" });
  return {
    bar: make("div", { class: "bar" }, back, forward, time, whole),
    named(words) {
      label(back, words.back);
      label(forward, words.forward);
    },
    show(at, { duration, step, words }) {
      time.textContent = clockTime(at, 3);
      whole.textContent = fill(words.of, { end: clockTime(duration) });
      back.disabled = at <= 0;
      forward.disabled = at >= duration - step;
    },
  };
}

function filmStrip({ scrub, released, step }) {
  const cells = make("div", { class: "cells" });
  const head = make("div", { class: "playhead" });
  const strip = make("div", { class: "strip", role: "slider", tabindex: 0, "aria-valuemin": 0, onkeydown: key }, cells, head);
  const watch = new ResizeObserver(layOut);
  watch.observe(strip);
  let data = null;
  let at = 0;
  let drawn = "";

  function timeAt(event) {
    const box = strip.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * data.duration;
  }
  drag(strip, () => true, (event) => scrub(timeAt(event)), released);

  function key(event) {
    const deed = {
      ArrowLeft: () => step(-1), ArrowRight: () => step(1), ArrowDown: () => step(-1), ArrowUp: () => step(1),
      PageDown: () => leap(-1), PageUp: () => leap(1), Home: () => go(0), End: () => go(data.duration),
    }[event.key];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  }
  function leap(by) {
    go(at + (by * data.duration) / data.pictures);
  }
  function go(time) {
    scrub(time);
    released();
  }
  function layOut() {
    if (!data) return;
    const [wide, high] = [strip.clientWidth / data.pictures, strip.clientHeight];
    const frame = Math.max(high * data.aspect, wide); // px: as wide as it must be to fill its cell
    [...cells.children].forEach((cell, n) => {
      cell.style.backgroundSize = `${frame * data.pictures}px ${frame / data.aspect}px`;
      cell.style.backgroundPosition = `${wide / 2 - (n + 0.5) * frame}px 50%`;
    });
  }
  function fillIn(given) {
    data = given;
    strip.setAttribute("aria-label", data.words.time);
    strip.setAttribute("aria-valuemax", data.duration);
    const key = JSON.stringify([data.strip, data.pictures, data.aspect]);
    if (key === drawn) return;
    drawn = key;
    const address = data.strip && `url(${JSON.stringify(data.strip)})`;
    cells.replaceChildren(...Array.from({ length: data.pictures }, () => make("div", { class: "cell" })));
    for (const cell of cells.children) cell.style.backgroundImage = address;
    layOut();
  }
  return {
    strip,
    fill: fillIn,
    show(time, { duration, words }) {
      at = time;
      head.style.setProperty("--at", duration ? time / duration : 0);
      strip.setAttribute("aria-valuenow", time.toFixed(3));
      strip.setAttribute("aria-valuetext", `${clockTime(time, 3)} ${fill(words.of, { end: clockTime(duration) })}`);
    },
    end: () => watch.disconnect(),
  };
}
