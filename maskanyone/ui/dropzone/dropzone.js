// Where recordings are dropped, and the copies under way.
//
// Triggers: `begun` (uploads were created), `arrived` (ids of complete ones, repeated until Python has taken them),
// `folder` (a folder of this machine is wanted). The copies live in the window, not in the element: they go on while
// another page of the app is shown.

const PIECE = 16 * 2 ** 20; // bytes
const AT_ONCE = 2;
const SHOWN = 4;
const RETRIES = [300, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]; // ms
const QUIET = 300; // ms without news before Python is told
const PAUSE = 1500; // ms at least between two tellings, each of which runs the page
const TOUCHED = 700; // ms after a click or key in which the page is left alone: a run would undo a change of page
const UNHEARD = 4000; // ms after which ids that Python has not taken are told again
const UNSEEN = 600; // ms; a copy that takes less shows no line
const RATE_OVER = 8000; // ms that the time left is judged by

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".part");
  const zone = root.zone ?? (root.zone = build(root));
  const before = zone.data;
  zone.data = data;
  zone.tell = setTriggerValue;
  zone.copies = copiesTo(new URL(data.endpoint, document.baseURI).href);
  zone.copies.library = data.library;
  zone.copies.taken(data.taken);
  zone.copies.watch(zone);
  if (JSON.stringify(before?.words) !== JSON.stringify(data.words) || before?.folder !== data.folder) lead(zone);
  zone.promise.textContent = data.promise;
  zone.input.accept = ["video/*", ...data.endings].join(",");
  zone.paint();
  return () => zone.close();
}

// ---- copies: the queue behind the area ----

function copiesTo(endpoint) {
  const all = (window[Symbol.for("maskanyone.copies")] ??= new Map());
  if (!all.has(endpoint)) all.set(endpoint, new Copies(endpoint));
  return all.get(endpoint);
}

class Copies {
  constructor(endpoint) {
    this.endpoint = endpoint;
    this.list = []; // {file, folder, state: waiting | copying | failed, since, sent, marks, broken, why}
    this.arrived = [];
    this.begun = false;
    this.zone = null;
    this.told = this.touched = 0;
    for (const name of ["pointerdown", "pointerup", "keydown"]) {
      window.addEventListener(name, () => (this.touched = Date.now()), { capture: true, passive: true });
    }
    this.leaving = (event) => event.preventDefault();
  }

  watch(zone) {
    this.zone = zone;
    if (this.arrived.length) this.news();
  }

  unwatch(zone) {
    if (this.zone === zone) this.zone = null;
  }

  // Waits until news has paused, so that forty files do not run the page forty times.
  news(wait = QUIET) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), Math.max(wait, this.told + PAUSE - Date.now()));
  }

  tell() {
    if (!this.zone || !(this.begun || this.arrived.length)) return;
    if (Date.now() < this.touched + TOUCHED) return this.news(TOUCHED);
    this.told = Date.now();
    if (this.arrived.length) this.zone.tell("arrived", [...this.arrived]);
    else this.zone.tell("begun", this.told);
    this.begun = false;
    if (this.arrived.length) this.news(UNHEARD);
  }

  taken(ids) {
    this.arrived = this.arrived.filter((id) => !ids.includes(id));
  }

  add(file, folder) {
    const same = ({ file: other, folder: its }) =>
      other.name === file.name && other.size === file.size && other.lastModified === file.lastModified && its === folder;
    const there = this.list.find(same);
    if (there) return there.state === "failed" ? this.again(there) : undefined;
    this.list.push({ file, folder, state: "waiting", since: Date.now(), sent: 0, marks: [] });
    return this.next();
  }

  next() {
    const busy = this.list.filter((copy) => copy.state === "copying").length;
    const waiting = this.list.filter((copy) => copy.state === "waiting");
    for (const copy of waiting.slice(0, Math.max(0, AT_ONCE - busy))) this.begin(copy);
    const under = this.list.some((copy) => copy.state !== "failed");
    window[under ? "addEventListener" : "removeEventListener"]("beforeunload", this.leaving);
    this.changed();
  }

  async begin(copy) {
    copy.state = "copying";
    copy.marks = [];
    let tus;
    try {
      tus = await loaded(this.library);
    } catch {
      return this.failed(copy, { key: "unloaded" });
    }
    if (!this.list.includes(copy)) return undefined; // stopped meanwhile
    copy.upload = new tus.Upload(copy.file, this.options(copy));
    const earlier = await copy.upload.findPreviousUploads();
    if (!this.list.includes(copy)) return undefined;
    earlier.sort((one, other) => new Date(other.creationTime) - new Date(one.creationTime));
    if (earlier.length) copy.upload.resumeFromPreviousUpload(earlier[0]);
    return copy.upload.start();
  }

  options(copy) {
    return {
      endpoint: this.endpoint,
      chunkSize: PIECE,
      retryDelays: RETRIES,
      removeFingerprintOnSuccess: true,
      metadata: { filename: copy.file.name, ...(copy.folder ? { folder: copy.folder } : {}) },
      onUploadUrlAvailable: () => {
        this.begun = true;
        this.news();
      },
      onProgress: (sent) => this.progress(copy, sent),
      onShouldRetry: (error) => this.retry(copy, error),
      onSuccess: () => this.done(copy),
      onError: async (error) => this.failed(copy, await reason(copy, error)),
    };
  }

  progress(copy, sent) {
    copy.sent = sent;
    copy.broken = false;
    const now = Date.now();
    copy.marks = [...copy.marks.filter((mark) => now - mark.at < RATE_OVER), { at: now, sent }];
    this.changed();
  }

  // A laptop without a network still reaches its own server, so the browser's "offline" does not count.
  retry(copy, error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    copy.broken = status === 0 || status === 409 || status === 423 || (status >= 500 && ![501, 507].includes(status));
    copy.marks = [];
    this.changed();
    return copy.broken;
  }

  done(copy) {
    this.arrived.push(new URL(copy.upload.url).pathname.split("/").filter(Boolean).pop());
    this.news();
    this.drop(copy);
  }

  failed(copy, why) {
    Object.assign(copy, { state: "failed", broken: false, why });
    this.next();
  }

  again(copy) {
    Object.assign(copy, { state: "waiting", since: 0, why: undefined });
    this.next();
  }

  // Ends it at the server too. What is not reached there is swept away by the server in time.
  stop(copy) {
    copy.upload?.abort(copy.upload.url !== null).catch(() => {});
    this.drop(copy);
  }

  drop(copy) {
    this.list = this.list.filter((other) => other !== copy);
    this.next();
  }

  changed() {
    this.zone?.paint();
  }
}

async function reason(copy, error) {
  const response = error.originalResponse;
  const said = response?.getBody()?.trim() ?? "";
  if (response && said && said.length < 400 && !said.startsWith("<") && !said.startsWith("{")) return { said };
  if (response) return { key: "refused", status: response.getStatus() };
  const readable = await copy.file.slice(0, 1).arrayBuffer().then(() => true, () => false);
  return { key: readable ? "lost" : "unreadable" };
}

function loaded(address) {
  const all = (window[Symbol.for("maskanyone.libraries")] ??= {});
  return (all[address] ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => (window.tus ? resolve(window.tus) : reject(new Error(address)));
    script.onerror = () => {
      delete all[address]; // the next drop tries again
      script.remove();
      reject(new Error(address));
    };
    document.head.append(script);
  }));
}

// ---- what was dropped ----

function entries(transfer) {
  const items = [...(transfer.items ?? [])].filter((item) => item.kind === "file");
  return items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
}

async function walk(entry, folder = "") {
  if (entry instanceof File) return [{ file: entry, folder }];
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    return file ? [{ file, folder }] : [];
  }
  const inside = folder ? `${folder}/${entry.name}` : entry.name;
  const found = [];
  for (const each of await all(entry.createReader())) found.push(...(await walk(each, inside)));
  return found;
}

// A reader gives a hundred at a time, and nothing when it is through.
async function all(reader) {
  const found = [];
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) return found.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
    found.push(...some);
  }
}

function take(zone, found) {
  const visible = found.filter(({ file }) => !file.name.startsWith("."));
  const isVideo = ({ file }) => zone.data.endings.some((ending) => file.name.toLowerCase().endsWith(ending));
  const others = visible.filter((each) => !isVideo(each));
  const words = zone.data.words;
  const name = others[0]?.file.name;
  const key = others.length > 1 ? "left_out_more" : others.length ? "left_out" : visible.length ? "" : "empty";
  zone.notice.textContent = key ? filled(words[key], { name, n: others.length - 1 }) : "";
  zone.notice.hidden = !key;
  for (const { file, folder } of visible.filter(isVideo)) zone.copies.add(file, folder);
}

// ---- the area ----

function element(kind, name = "", text = "") {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = text;
  return made;
}

function icon(name) {
  const made = element("span", "icon", name);
  made.setAttribute("aria-hidden", "true");
  return made;
}

function button(name, text, act) {
  const made = element("button");
  made.type = "button";
  made.append(...(name ? [icon(name)] : []), text);
  made.addEventListener("click", act);
  return made;
}

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function build(root) {
  const area = element("div", "zone");
  area.setAttribute("role", "group");
  const [words, promise, input] = [element("span"), element("span", "promise"), element("input")];
  Object.assign(input, { type: "file", multiple: true, hidden: true });
  area.append(icon("upload_file"), words, promise, input);
  const below = element("div", "below");
  const [notice, more] = [element("div", "notice"), element("div", "more")];
  notice.setAttribute("role", "status");
  notice.hidden = more.hidden = true;
  below.append(notice, more);
  root.append(area, below);
  const zone = { area, words, promise, input, below, notice, more, lines: new Map() };
  zone.paint = () => (zone.timer ??= setTimeout(() => paint(zone), 100));
  listen(zone);
  return zone;
}

function listen(zone) {
  let depth = 0;
  const over = (now) => {
    zone.area.classList.toggle("over", now);
    const title = zone.words.querySelector("b");
    if (title) title.textContent = zone.data.words[now ? "release" : "drop"];
  };
  const steps = {
    dragenter: () => over(++depth > 0),
    dragleave: () => over(--depth > 0),
    dragover: (event) => (event.dataTransfer.dropEffect = "copy"),
    drop: async (event) => {
      over((depth = 0) > 0);
      const found = await Promise.all(entries(event.dataTransfer).map((entry) => walk(entry)));
      take(zone, found.flat());
    },
  };
  for (const [name, act] of Object.entries(steps)) {
    zone.area.addEventListener(name, (event) => {
      event.preventDefault();
      act(event);
    });
  }
  zone.input.addEventListener("change", () => {
    take(zone, [...zone.input.files].map((file) => ({ file, folder: "" })));
    zone.input.value = "";
  });
  const miss = (event) => event.preventDefault(); // a file dropped beside the area must not replace the page
  for (const name of ["dragover", "drop"]) window.addEventListener(name, miss);
  zone.close = () => {
    for (const name of ["dragover", "drop"]) window.removeEventListener(name, miss);
    clearTimeout(zone.timer);
    zone.copies.unwatch(zone);
  };
}

function lead(zone) {
  const { words, folder } = zone.data;
  zone.area.setAttribute("aria-label", words.area);
  const parts = [element("b", "", words.drop), `\u2003${words.or} `, button("", words.files, () => zone.input.click())];
  if (folder) parts.push(` ${words.or} `, button("", words.folder, () => zone.tell("folder", Date.now())));
  zone.words.replaceChildren(...parts);
}

// ---- lines of copies ----

function paint(zone) {
  zone.timer = undefined;
  const now = Date.now();
  const order = ["copying", "failed", "waiting"];
  const old = zone.copies.list.filter((copy) => copy.state === "failed" || now - copy.since > UNSEEN);
  if (old.length < zone.copies.list.length) setTimeout(zone.paint, UNSEEN);
  const sorted = order.flatMap((state) => old.filter((copy) => copy.state === state));
  const shown = sorted.slice(0, SHOWN);
  const hadFocus = [...zone.lines.values()].some(({ box }) => box.contains(zone.area.getRootNode().activeElement));
  for (const [copy, { box }] of zone.lines) {
    if (!shown.includes(copy)) box.remove();
  }
  zone.lines = new Map(shown.map((copy) => [copy, zone.lines.get(copy) ?? line(zone, copy)]));
  let last = zone.notice;
  for (const [copy, made] of zone.lines) {
    if (last.nextSibling !== made.box) last.after(made.box);
    last = made.box;
    fill(zone, copy, made);
  }
  rest(zone, sorted.slice(SHOWN));
  if (hadFocus && !zone.below.contains(zone.area.getRootNode().activeElement)) {
    (zone.below.querySelector("button:not([hidden])") ?? zone.words.querySelector("button")).focus();
  }
}

function rest({ more, data }, hidden) {
  const failed = hidden.filter((copy) => copy.state === "failed").length;
  more.hidden = !hidden.length;
  more.textContent = filled(data.words[failed ? "more_failed" : "more"], { n: hidden.length, failed });
}

function line(zone, copy) {
  const box = element("div", "line");
  const [said, state, text, bar] = [element("div", "said"), element("div", "state"), element("div"), element("div", "bar")];
  const name = element("div", "name", [copy.folder, copy.file.name].filter(Boolean).join("/"));
  name.title = name.textContent;
  said.setAttribute("role", "alert");
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-label", name.textContent);
  bar.append(element("div"));
  state.append(text, bar);
  const { words } = zone.data;
  const act = (icon, key, call) => {
    const made = button(icon, words[key], call);
    made.setAttribute("aria-label", filled(words[`${key}_one`], { name: copy.file.name }));
    return made;
  };
  const stop = act("close", "stop", () => zone.copies.stop(copy));
  const again = act("refresh", "again", () => zone.copies.again(copy));
  const dismiss = act("close", "dismiss", () => zone.copies.stop(copy));
  box.append(name, said, state, again, stop, dismiss);
  return { box, said, text, bar, again, stop, dismiss };
}

function fill(zone, copy, made) {
  const failed = copy.state === "failed";
  made.box.classList.toggle("failed", failed);
  made.again.hidden = made.dismiss.hidden = !failed;
  made.stop.hidden = failed;
  const why = failed ? copy.why.said ?? filled(zone.data.words[copy.why.key], copy.why) : "";
  if (made.why !== why) made.said.replaceChildren(...(why ? [icon("error"), why] : []));
  made.why = why;
  const share = Math.floor((100 * copy.sent) / Math.max(1, copy.file.size));
  made.text.textContent = told(zone.data.words, copy, share);
  made.bar.firstChild.style.width = `${share}%`;
  made.bar.setAttribute("aria-valuenow", share);
}

function told(words, copy, share) {
  if (copy.state === "waiting") return words.waiting;
  if (copy.broken) return words.broken;
  const left = duration(words, copy);
  const parts = [words.copying, filled(words.percent, { n: share }), left && filled(words.left, { time: left })];
  return parts.filter(Boolean).join(" · ");
}

// "" until the pace of the last seconds says something.
function duration(words, { marks, file }) {
  const [first, last] = [marks[0], marks[marks.length - 1]];
  if (!first || last.at - first.at < 1000 || last.sent <= first.sent) return "";
  const seconds = Math.ceil(((file.size - last.sent) * (last.at - first.at)) / (last.sent - first.sent) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  if (seconds < 60) return filled(words.seconds, { s: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return filled(words.minutes, { m: minutes, s: two(seconds % 60) });
  return filled(words.hours, { h: Math.floor(minutes / 60), m: two(minutes % 60) });
}
