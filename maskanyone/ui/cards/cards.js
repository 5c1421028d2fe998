// A radio group of pictures. State `chosen`: {id, at}; `at` makes the same card a new pick after another was set.

const element = (kind, name, text) => {
  const made = document.createElement(kind);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
};

const icon = (name, extra = "") => {
  const made = element("span", `icon ${extra}`, name);
  made.setAttribute("aria-hidden", "true");
  return made;
};

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".part");
  const group = root.group ?? (root.group = open(root));
  group.send = (id) => setStateValue("chosen", { id, at: Date.now() });
  group.box.setAttribute("aria-label", data.words.label);
  show(group, data);
}

function open(root) {
  const box = element("div", "cards");
  box.setAttribute("role", "radiogroup");
  root.append(box);
  const group = { box, cards: new Map(), chosen: "", send: () => {} };
  box.addEventListener("click", (event) => pick(group, event.target.closest(".card")));
  box.addEventListener("keydown", (event) => move(group, event));
  return group;
}

function show(group, { options, chosen, words }) {
  const ids = options.map((option) => option.id);
  if (ids.join("\n") !== [...group.cards.keys()].join("\n")) {
    group.cards = new Map(options.map((option) => [option.id, card(option)]));
    group.box.replaceChildren(...group.cards.values());
  }
  for (const option of options) fill(group.cards.get(option.id), option, words);
  mark(group, chosen);
}

function card({ id }) {
  const made = element("div", "card");
  made.dataset.id = id;
  made.setAttribute("role", "radio");
  made.append(element("div", "picture"), element("div", "text"));
  return made;
}

function fill(made, option, words) {
  const like = JSON.stringify(option);
  if (made.like === like) return;
  made.like = like;
  picture(made.firstChild, option.picture);
  const title = element("div", "title");
  title.append(element("b", "", option.title), icon("check_circle", "check"));
  const lines = [title, line("visibility_off", words.hides, option.hides, option.amber ? "amber" : "")];
  lines.push(line(option.kept ? "mic" : "mic_off", words.sound, option.sound, option.kept ? "amber" : ""));
  if (option.note) lines.push(line("info", "", option.note, ""));
  made.lastChild.replaceChildren(...lines);
}

function line(name, said, text, extra) {
  const made = element("div", `line ${extra}`);
  made.append(icon(name), element("span", "said", said ? `${said} ` : ""), element("span", "", text));
  return made;
}

function picture(area, address) {
  if (!address) return area.replaceChildren();
  const image = element("img");
  image.alt = "";
  image.onerror = () => image.remove();
  image.src = address;
  return area.replaceChildren(image);
}

function mark(group, chosen) {
  group.chosen = chosen;
  const entry = group.cards.get(chosen) ?? group.cards.values().next().value;
  for (const [id, made] of group.cards) {
    made.setAttribute("aria-checked", String(id === chosen));
    made.tabIndex = made === entry ? 0 : -1;
  }
}

function pick(group, made) {
  if (!made || made.dataset.id === group.chosen) return;
  mark(group, made.dataset.id);
  made.focus({ preventScroll: true });
  group.send(made.dataset.id);
}

function move(group, event) {
  const cards = [...group.cards.values()];
  const here = cards.indexOf(event.target.closest(".card"));
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, " ": 0, Enter: 0 };
  if (here < 0 || !(event.key in steps)) return;
  event.preventDefault();
  pick(group, cards[(here + steps[event.key] + cards.length) % cards.length]);
}
