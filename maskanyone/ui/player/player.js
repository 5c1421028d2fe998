// Original and result in step. The result is the clock; the original follows it.

const SPEEDS = [0.25, 0.5, 1, 2];
// what of the page keeps its keys for itself
const TAKES_KEYS = `input, textarea, select, button, video, [contenteditable="true"],
  [role="button"], [role="slider"], [role="listbox"], [role="option"], [role="dialog"], [role="menu"]`;
// Okabe and Ito's colours; their orange and vermillion come last, since amber and red mean something here.
const COLOURS = ["#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#F0E442", "#999999", "#D55E00", "#E69F00"];

export default function (component) {
  const host = component.parentElement;
  // called again with every change of data or theme: what was built stays, or the place in the video is lost
  host.player ??= build(host.querySelector(".part"));
  host.player.update(component);
  return () => {
    host.player?.end();
    delete host.player;
  };
}

function build(root) {
  const original = make("video", { playsinline: true, preload: "auto" });
  const result = make("video", { playsinline: true, preload: "auto" });
  original.muted = true;
  const halves = { original: half(original), result: half(result) };
  const wipe = wipeHandle((share) => stage.style.setProperty("--wipe", share));
  const stage = make("div", { class: "stage" }, halves.original, halves.result, wipe.handle);
  const pair = inStep(original, result, changed, pause);
  const controls = controlBar({ toggle, step, speed, mute });
  const timeline = timeLine({ scrub, released, visit });
  const told = make("p", { class: "told", "aria-live": "polite" });
  root.replaceChildren(stage, controls.bar, timeline.area, told);
  root.tabIndex = -1;
  root.setAttribute("role", "group");

  let data = null;
  let send = () => {};
  let frames = frameList([], 0);
  let wish = 0; // counts the lists of frames that were asked for
  let sent = null;
  let sentMark = 0;
  let visited = 0; // number of the mark that she went to
  let saying = 0;
  let drawing = 0;

  // ---- what she does
  function toggle() {
    if (pair.playing) {
      pause();
      return;
    }
    if (frames.count && frames.at(pair.time) === frames.count - 1) pair.seek(0);
    pair.play();
  }
  function pause() {
    pair.pause();
    stand(pair.time);
    tell();
  }
  function step(by) {
    if (!frames.count) return;
    pair.pause();
    pair.seek(frames.middle(frames.at(pair.time) + by));
    tell();
  }
  function scrub(time) {
    pair.seek(time);
  }
  function released() {
    stand(pair.time);
    tell();
  }
  function visit(mark) {
    visited = mark.number;
    stand(mark.at ?? mark.start);
    tell();
  }
  function next() {
    const open = data.marks.filter((mark) => !mark.looked);
    if (!open.length) return;
    const queued = open.filter((mark) => mark.number).sort((one, other) => one.number - other.number);
    if (queued.length) {
      const stands = data.marks[standsAt(now())]?.number ?? 0;
      visit(queued.find((mark) => mark.number > stands) ?? queued[0]);
      return;
    }
    const here = now() + 0.001;
    visit(open.find((mark) => mark.start > here) ?? open[0]);
  }
  function speed(rate) {
    pair.setRate(rate);
    controls.showSpeed(rate);
  }
  function faster(by) {
    const at = SPEEDS.indexOf(pair.rate) + by;
    if (at in SPEEDS) speed(SPEEDS[at]);
  }
  function mute() {
    const source = soundSource();
    if (source) source.muted = !source.muted;
    rest();
    draw();
  }

  // ---- where it stands
  function stand(time) {
    // the middle of a frame's time: neither side of a rounding error shows its neighbour
    pair.seek(frames.count ? frames.middle(frames.at(time)) : time);
  }
  function now() {
    return frames.count ? frames.time(frames.at(pair.time)) : pair.time;
  }
  function tell() {
    clearTimeout(saying); // a held arrow key is one answer, not thirty a second
    saying = setTimeout(() => {
      const time = Math.round(now() * 1e6) / 1e6;
      const number = data.marks[standsAt(time)]?.number ?? 0;
      if (time === sent && number === sentMark) return;
      send("stand", [(sent = time), (sentMark = number)]);
    }, 250);
  }
  function soundSource() {
    return hasSound(result) ? result : hasSound(original) ? original : null;
  }
  function rest() {
    pair.rest(data.view === "result" && original.muted && !pair.broken.has(result));
  }
  function changed() {
    if (!data) return;
    for (const [name, video] of [["original", original], ["result", result]]) {
      halves[name].fails(pair.broken.has(video) ? data.words[`${name}_fails`] : "");
    }
    draw();
  }
  function draw() {
    cancelAnimationFrame(drawing);
    if (pair.playing) pair.follow();
    const time = now();
    root.dataset.drift = pair.drift().toFixed(4);
    controls.show(time, pair.playing, soundSource(), original);
    timeline.show(time);
    tellMark(time);
    if (pair.playing) drawing = requestAnimationFrame(draw);
  }
  function standsAt(time) {
    const here = data.marks.filter((mark) => mark.start <= time + 0.001 && time <= mark.end);
    const loud = here.filter((mark) => !mark.quiet).sort((one, other) => one.number - other.number);
    // of several the one that she went to, else the first in the queue; doubt goes before nobody
    return data.marks.indexOf((visited && here.find((mark) => mark.number === visited)) || loud[0] || here[0]);
  }
  function tellMark(time) {
    const { words, marks } = data;
    const at = standsAt(time);
    const loud = marks.filter((mark) => !mark.quiet);
    if (!timeline.choose(at) && told.childNodes.length) return;
    told.hidden = !marks.length || (!data.tells && loud.length === marks.length);
    if (!data.tells && !marks[at]?.quiet) {
      told.replaceChildren("\u00a0");
      return;
    }
    if (at < 0) {
      const text = [words.none_left, words.one_left][loud.length] ?? words.some_left;
      told.replaceChildren(make("span", { class: "quiet" }, fill(text, { count: loud.length })));
      return;
    }
    const place = fill(words.place, { n: marks[at].number || loud.indexOf(marks[at]) + 1, count: loud.length });
    told.replaceChildren(
      make("span", { class: "badge", hidden: marks[at].quiet }, place),
      make("b", {}, spanOf(marks[at], words)),
      make("span", {}, marks[at].reason),
    );
  }

  function key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const path = event.composedPath();
    const on = path[0];
    if (!path.includes(root) && path.some((part) => part.matches?.(TAKES_KEYS))) return;
    if (on.localName === "select" && event.key !== "[" && event.key !== "]") return;
    if (on.localName === "button" && event.key === " ") return; // a button that has the focus is pressed
    const deed = {
      " ": toggle, ArrowLeft: () => step(-1), ArrowRight: () => step(1), ",": () => step(-1), ".": () => step(1),
      n: next, N: next, m: mute, M: mute, "[": () => faster(-1), "]": () => faster(1),
      Home: () => visit({ start: 0, number: 0 }), End: () => visit({ start: data.duration, number: 0 }),
    }[event.key];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own
    if (!path.includes(root)) root.focus({ preventScroll: true });
    deed();
  }
  root.addEventListener("keydown", key);
  document.addEventListener("keydown", key); // wherever the focus is, unless it is on something that takes keys
  root.addEventListener("click", (event) => {
    // after the mouse, the space bar plays and does not press the button again
    if (event.detail && event.composedPath()[0].localName !== "select") root.focus({ preventScroll: true });
  });
  stage.addEventListener("click", () => data.view !== "wipe" && toggle());
  wipe.on(stage, () => data.view === "wipe");
  const watch = new ResizeObserver(() => data && timeline.layOut());
  watch.observe(timeline.area);

  function update(component) {
    const before = data;
    data = component.data;
    send = component.setStateValue;
    root.style.setProperty("--aspect", data.aspect);
    root.setAttribute("aria-label", data.words.player);
    stage.dataset.view = data.view;
    halves.original.named(data.words.original);
    halves.result.named(data.words.result);
    wipe.named(data.words);
    controls.named(data.words, data.duration, data.marks.length);
    timeline.fill(data);
    const other = before?.original !== data.original || before?.result !== data.result;
    if (other) pair.load(data.original, data.result);
    if (other || before?.times !== data.times) fetchFrames();
    if (before?.sent !== data.sent) visited = data.number;
    if (other || before.sent !== data.sent || (before.start !== data.start && data.start !== sent)) stand(data.start);
    rest();
    changed();
  }
  async function fetchFrames() {
    const mine = ++wish;
    frames = frameList([], 0);
    let times = [];
    try {
      times = await (await fetch(data.times)).json();
    } catch {
      // without them everything but going frame by frame works
    }
    if (mine !== wish) return;
    frames = frameList(times, data.duration);
    controls.steps(frames.count > 0, data.words);
    if (!pair.playing) stand(pair.time);
    draw();
  }
  function end() {
    clearTimeout(saying);
    cancelAnimationFrame(drawing);
    watch.disconnect();
    pair.end();
    document.removeEventListener("keydown", key);
    root.replaceChildren();
  }
  return { update, end };
}

// ---- two videos in step

const LEAST = 0.003; // of its speed: Chromium's sound has another path for a speed of 1, and each change of path costs 20 ms
const FAR = 0.25; // s: farther apart than this is not caught up, but jumped
const PULL = 6; // share of speed for each second of gap
const MOST = 0.3; // of its speed that the original may gain or lose

function inStep(original, result, changed, ended) {
  const both = [original, result];
  const broken = new Set();
  const clock = () => (broken.has(result) ? original : result);
  const alive = () => both.filter((video) => !broken.has(video) && !(resting && video === original));
  const ready = (video) => video.ended || video.readyState >= 3 || video.duration - video.currentTime < 0.1;
  let resting = false;
  let target = null; // where to go as soon as both stand still
  const pair = {
    playing: false,
    rate: 1,
    broken,
    get time() {
      return target ?? clock().currentTime;
    },
  };

  // Whatever happened, this brings both to what is wanted: to stand, to jump, to wait for one another, to play.
  function settle() {
    const videos = alive();
    if (videos.some((video) => video.readyState < 1)) return;
    const jumping = videos.some((video) => video.seeking);
    if (!jumping && target !== null) {
      for (const video of videos) video.currentTime = Math.min(target, video.duration);
      target = null;
    }
    const go = pair.playing && !videos.some((video) => video.seeking) && videos.every(ready);
    for (const video of videos.reverse()) {
      if (!go) video.pause();
      else if (video.paused && !video.ended) video.play().catch(refused);
    }
  }
  function refused(error) {
    if (error.name !== "NotAllowedError") return;
    pair.playing = false;
    changed();
  }
  pair.follow = () => {
    if (alive().length < 2 || both.some((video) => video.paused || video.seeking || video.ended)) return;
    const gap = pair.drift();
    if (Math.abs(gap) > FAR) {
      original.currentTime = result.currentTime;
      settle();
      return;
    }
    const pull = Math.sign(gap) * Math.max(LEAST, Math.min(MOST, Math.abs(gap) * PULL));
    original.playbackRate = pair.rate * (1 - pull);
  };
  pair.drift = () => (alive().length < 2 ? 0 : original.currentTime - result.currentTime);
  pair.play = () => {
    if (clock().ended) target = 0;
    pair.playing = true;
    settle();
    changed();
  };
  pair.pause = () => {
    pair.playing = false;
    settle();
    changed();
  };
  pair.seek = (time) => {
    target = Math.max(0, time);
    settle();
    changed();
  };
  pair.setRate = (rate) => {
    pair.rate = rate;
    for (const video of both) video.playbackRate = rate;
  };
  pair.rest = (yes) => {
    // a picture that nobody sees is not decoded
    if (resting === yes) return;
    resting = yes;
    if (yes) original.pause();
    else pair.seek(pair.time);
  };
  pair.load = (first, second) => {
    pair.playing = false;
    broken.clear();
    original.src = first;
    result.src = second;
    pair.setRate(pair.rate);
  };
  pair.end = () => {
    clearInterval(timer);
    for (const video of both) video.removeAttribute("src"), video.load();
  };

  for (const video of both) {
    for (const name of ["loadedmetadata", "seeked", "canplay", "playing", "waiting", "timeupdate"]) {
      video.addEventListener(name, () => (settle(), changed()));
    }
    const fails = () => (broken.add(video), settle(), changed());
    video.addEventListener("error", () => video.hasAttribute("src") && fails());
    // sound alone: the browser does not know the picture's codec
    video.addEventListener("loadedmetadata", () => video.videoWidth === 0 && fails());
    video.addEventListener("ended", () => video === clock() && ended());
  }
  // no event tells of everything: a page in the background, a decoder that wakes up
  const timer = setInterval(() => {
    settle();
    pair.follow();
  }, 100);
  return pair;
}

function hasSound(video) {
  if (video.error) return false;
  return video.mozHasAudio ?? (video.audioTracks ? video.audioTracks.length > 0 : video.webkitAudioDecodedByteCount > 0);
}

function frameList(times, duration) {
  const count = times.length;
  const within = (index) => Math.max(0, Math.min(count - 1, index));
  return {
    count,
    time: (index) => times[within(index)],
    middle(index) {
      const at = within(index);
      return (times[at] + (times[at + 1] ?? Math.max(duration, times[at] + 0.002))) / 2;
    },
    at(time) {
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (times[middle] <= time + 0.0005) low = middle + 1;
        else high = middle;
      }
      return Math.max(0, low - 1);
    },
  };
}

// ---- the parts of the picture

function half(video) {
  const name = make("span", { class: "name" });
  const sorry = make("p", { class: "sorry" });
  const area = make("div", { class: "half" }, video, sorry, name);
  area.named = (text) => (name.textContent = text);
  area.fails = (text) => {
    if (sorry.textContent !== text) sorry.textContent = text;
    area.classList.toggle("fails", text !== "");
  };
  return area;
}

function wipeHandle(moved) {
  const { to, ...wipe } = wipeSlider(moved, { ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1 });
  return {
    ...wipe,
    on(stage, active) {
      const follow = (event) => {
        const box = stage.querySelector(".half").getBoundingClientRect();
        to((event.clientX - box.left) / box.width);
      };
      drag(stage, active, follow);
    },
  };
}

// ---- the bar under the picture

function controlBar({ toggle, step, speed, mute }) {
  const play = iconButton("play_arrow", toggle);
  const back = iconButton("chevron_left", () => step(-1));
  const forward = iconButton("chevron_right", () => step(1));
  const time = make("b", { class: "time" });
  const whole = make("span", { class: "quiet" });
  const keys = make("span", { class: "keys quiet" });
  const sound = make("button", { type: "button", class: "sound", onclick: mute });
  const options = SPEEDS.map((rate) => make("option", { value: rate, selected: rate === 1 }, `${rate}×`));
  const speeds = make("select", { class: "speed", onchange: () => speed(Number(speeds.value)) }, ...options);
  const bar = make("div", { class: "bar" }, play, back, forward, time, whole, keys, sound, speeds);
  let words = null;
  return {
    bar,
    showSpeed: (rate) => (speeds.value = rate),
    named(given, duration, marks) {
      words = given;
      label(back, words.back);
      label(forward, words.forward);
      speeds.setAttribute("aria-label", words.speed);
      whole.textContent = fill(words.of, { end: clockTime(duration) });
      keys.textContent = marks ? words.keys_with_marks : words.keys;
    },
    steps(possible, words) {
      back.disabled = forward.disabled = !possible;
      if (!possible) back.title = forward.title = words.no_frames;
    },
    show(at, playing, source, original) {
      time.textContent = clockTime(at, 3);
      play.firstChild.textContent = playing ? "pause" : "play_arrow";
      label(play, playing ? words.pause : words.play);
      sound.disabled = !source;
      const on = source !== null && !source.muted;
      const name = !source ? words.no_sound : source === original ? words.original_sound : words.sound;
      const shown = `${on ? "volume_up" : "volume_off"} ${name}`;
      if (sound.dataset.shown === shown) return;
      sound.dataset.shown = shown;
      sound.setAttribute("aria-pressed", on);
      sound.replaceChildren(make("span", { class: "icon", "aria-hidden": "true" }, shown.split(" ")[0]), name);
    },
  };
}

// ---- people, cuts and marks along the time

function timeLine({ scrub, released, visit }) {
  const playhead = make("div", { class: "playhead" });
  const knob = make("div", { class: "scrub", role: "slider", tabindex: 0, "aria-valuemin": 0 });
  const lanes = make("div", { class: "lanes" });
  const ticks = make("div", { class: "ticks", "aria-hidden": "true" });
  const legend = make("div", { class: "legend quiet" });
  const tracks = make("div", { class: "tracks" }, lanes, knob, playhead);
  const area = make("div", { class: "timeline" }, tracks, ticks, legend);
  let data = null;
  let drawn = "";
  let chosen = null;
  let numbers = [];

  const share = (time) => `${(100 * time) / data.duration}%`;
  function timeAt(event) {
    const box = knob.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * data.duration;
  }
  const reach = (event) =>
    !event.composedPath().some((part) => part.localName === "button") &&
    event.clientX >= knob.getBoundingClientRect().left - 6 &&
    event.clientY <= ticks.getBoundingClientRect().bottom;
  drag(area, reach, (event) => scrub(timeAt(event)), released);

  function row(kind, name, ...inside) {
    return make("div", { class: `row ${kind}` }, make("div", { class: "label" }, ...name), make("div", { class: "lane" }, ...inside));
  }
  function person({ letter, name, spans }) {
    const colour = colourOf(letter);
    const chip = make("span", { class: "chip", style: `--colour: ${colour}; color: ${inkOn(colour)}` }, letter);
    const bars = spans.map(([start, end, guessed]) =>
      make("div", {
        class: guessed ? "span guessed" : "span",
        style: `left: ${share(start)}; width: ${share(end - start)}; --colour: ${colour}`,
      }),
    );
    return row("person", [chip, make("span", { class: "who", title: name }, name)], ...bars);
  }
  function number(mark) {
    const { words, marks } = data;
    const n = mark.number || marks.filter((each) => !each.quiet).indexOf(mark) + 1;
    const text = mark.quiet ? words.quiet_mark : mark.looked ? words.looked_mark : words.mark;
    const says = fill(text, { n, start: clockTime(mark.start), end: clockTime(mark.end), reason: mark.reason });
    const middle = (mark.start + mark.end) / 2;
    return make("button", {
      type: "button", class: kind("number", mark), style: `left: ${share(middle)}`, "aria-label": says, title: mark.reason,
      onclick: () => visit(mark),
    }, mark.quiet ? "?" : mark.looked ? "✓" : `${n}`);
  }
  function kind(name, mark) {
    return mark.quiet ? `${name} empty` : mark.looked ? `${name} looked` : name;
  }
  function fillIn(given) {
    data = given;
    const { marks, rows, cuts, words, duration } = data;
    const key = JSON.stringify([marks, rows, cuts, words, duration]);
    if (key === drawn) return;
    drawn = key;
    chosen = null;
    numbers = marks.map(number);
    const bands = marks.map((mark) =>
      make("div", { class: kind("band", mark), style: `left: ${share(mark.start)}; width: ${share(mark.end - mark.start)}` }),
    );
    lanes.replaceChildren(
      ...(marks.length ? [make("div", { class: "bands" }, ...bands), row("marks", [words.to_look_at], ...numbers)] : []),
      ...rows.map(person),
      ...(cuts.length ? [row("cuts", [words.cuts], ...cuts.map((at) => make("div", { class: "cut", style: `left: ${share(at)}` })))] : []),
    );
    lanes.hidden = !lanes.childNodes.length;
    area.classList.toggle("alone", lanes.hidden);
    knob.setAttribute("aria-label", words.time);
    knob.setAttribute("aria-valuemax", duration);
    const guesses = rows.some(({ spans }) => spans.some(([, , guessed]) => guessed));
    legend.replaceChildren(
      ...(rows.length ? entry("span", words.seen) : []),
      ...(guesses ? entry("span guessed", words.guessed) : []),
      ...(marks.some((mark) => !mark.quiet && !mark.looked) ? entry("number", words.look_at, "1") : []),
      ...(marks.some((mark) => mark.looked) ? entry("number looked", words.looked_at, "✓") : []),
      ...(marks.some((mark) => mark.quiet) ? entry("number empty", words.nobody, "?") : []),
      ...(cuts.length ? entry("cut", words.cut) : []),
    );
    legend.hidden = !legend.childNodes.length;
    layOut();
  }
  function entry(kind, text, inside = "") {
    return [make("span", { class: "entry" }, make("span", { class: kind }, inside), text)];
  }
  function layOut() {
    const wide = knob.clientWidth;
    if (!wide) return;
    const step = tickStep(data.duration, wide / 110);
    const places = [];
    for (let at = 0; at < data.duration - step * 0.5; at += step) places.push(at);
    ticks.replaceChildren(
      ...[...places, data.duration].map((at) => make("span", { style: `left: ${share(at)}` }, clockTime(at, step < 1 ? 1 : 0))),
    );
    const taken = []; // px; what is in doubt gets room first
    const rank = (mark) => (mark.quiet ? 2 : mark.looked ? 1 : 0);
    for (const turn of [0, 1, 2]) {
      data.marks.forEach((mark, n) => {
        if (rank(mark) !== turn) return;
        const x = (((mark.start + mark.end) / 2) * wide) / data.duration;
        const crowded = taken.some((other) => Math.abs(x - other) < 24);
        numbers[n].classList.toggle("crowded", crowded);
        if (!crowded) taken.push(x);
      });
    }
  }
  return {
    area,
    fill: fillIn,
    layOut,
    show(time) {
      const at = data.duration ? Math.min(1, time / data.duration) : 0;
      area.style.setProperty("--at", at);
      knob.setAttribute("aria-valuenow", time.toFixed(3));
      knob.setAttribute("aria-valuetext", `${clockTime(time, 3)} ${fill(data.words.of, { end: clockTime(data.duration) })}`);
    },
    choose(n) {
      if (n === chosen) return false;
      numbers[chosen]?.removeAttribute("aria-current");
      numbers[n]?.setAttribute("aria-current", "true");
      chosen = n;
      return true;
    },
  };
}

function tickStep(duration, most) {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  return steps.find((step) => duration / step <= Math.max(2, most)) ?? 14400;
}

function colourOf(letter) {
  return COLOURS[Math.max(0, letter.toUpperCase().charCodeAt(0) - 65) % COLOURS.length];
}

function inkOn(colour) {
  return colour === "#0072B2" ? "#ffffff" : "#111111";
}

// ---- words and elements

function spanOf({ start, end }, words) {
  const digits = end - start < 1 ? 2 : 0;
  return fill(words.span, { start: clockTime(start, digits), end: clockTime(end, digits) });
}
