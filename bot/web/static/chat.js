// The chat page: asks /api/chat, shows what comes back. No text of an answer ever becomes markup by itself.
const log = document.getElementById("log");
const form = document.getElementById("form");
const field = document.getElementById("cau-hoi");
const state = document.getElementById("state");
const count = document.getElementById("count");
const fresh = document.getElementById("new");
const welcome = document.getElementById("welcome");
const offline = document.getElementById("offline");
const attach = document.getElementById("attach");
const file = document.getElementById("file");
const PATIENCE = 15000;
const NEAR_LIMIT = 900;

let session = read("session");
let busy = false;
const waiting = [];
let composing = false;

if (new URLSearchParams(location.search).has("khung")) document.body.classList.add("framed");

function read(name) {
  try { return sessionStorage.getItem(name); } catch { return null; }
}
function keep(name, value) {
  try {
    if (value) sessionStorage.setItem(name, value); else sessionStorage.removeItem(name);
  } catch { /* private window: the conversation is simply not resumed */ }
}
function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Light markup: **bold**, links, "- ", "☐ ", "1. ", empty line = paragraph.
function inline(target, text) {
  for (const piece of text.split(/(\*\*[^*]+\*\*|https:\/\/[^\s<>"]+)/)) {
    if (piece.startsWith("**") && piece.endsWith("**") && piece.length > 4) {
      target.append(element("strong", "", piece.slice(2, -2)));
    } else if (piece.startsWith("https://")) {
      target.append(link(piece.replace(/[.,;:)]+$/, ""), piece));
    } else if (piece) {
      target.append(piece);
    }
  }
}
function link(url, text, name = "") {
  const made = element("a", name, text);
  made.href = url;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  made.setAttribute("aria-label", `${text} (mở trang mới)`);
  return made;
}
const LISTS = [
  [/^☐ /, "ul", "ticks"],
  [/^- /, "ul", ""],
  [/^\d+\. /, "ol", ""],
];
function markup(text) {
  const parts = document.createDocumentFragment();
  let list = null;
  let kind = null;
  for (const line of text.split("\n")) {
    const found = LISTS.find(([pattern]) => pattern.test(line));
    if (!found) {
      list = kind = null;
      if (line.trim()) {
        const paragraph = element("p", line.startsWith("Nguồn:") ? "source" : "");
        inline(paragraph, line);
        parts.append(paragraph);
      }
      continue;
    }
    if (found !== kind) {
      kind = found;
      list = element(found[1], found[2]);
      parts.append(list);
    }
    list.append(item(line.replace(found[0], ""), found[2] === "ticks"));
  }
  return parts;
}
function item(text, tick) {
  const made = element("li");
  if (!tick) {
    inline(made, text);
    return made;
  }
  const label = element("label");
  const box = element("input");
  box.type = "checkbox";
  const words = element("span");
  inline(words, text);
  label.append(box, words);
  made.append(label);
  return made;
}

function say(who, text, choices = []) {
  const said = element("div", `said ${who}`);
  said.append(markup(text));
  if (who === "bot" && text.includes("☐ ")) said.append(printer(said));
  if (choices.length) said.append(buttons(choices));
  log.append(said);
  welcome.hidden = true;
  fresh.hidden = false;
  return said;
}
function printer(said) {
  const button = element("button", "quiet print", "In danh sách này");
  button.type = "button";
  button.addEventListener("click", () => {
    log.querySelectorAll(".printed").forEach((other) => other.classList.remove("printed"));
    said.classList.add("printed");
    window.print();
  });
  return button;
}
function buttons(choices) {
  const box = element("div", "choices");
  const made = choices.map((choice) => {
    if (!choice.action && choice.url) return link(choice.url, choice.label, "choice link");
    const button = element("button", "choice", choice.label);
    button.type = "button";
    button.addEventListener("click", () => ask({ action: choice.action, text: choice.label }));
    return button;
  });
  const last = choices.slice(-2).map((choice) => choice.action || "");
  const feedback = /^dung:/.test(last[0]) && /^sai:/.test(last[1]);
  box.append(...(feedback ? made.slice(0, -2) : made));
  if (feedback) {
    const pair = element("div", "pair");
    pair.append(...made.slice(-2));
    box.append(pair);
  }
  return box;
}

async function ask(question) {
  if (busy) return;
  const sent = { ...question, id: randomId() };
  const mine = say("me", question.text);
  mine.scrollIntoView({ block: "start", behavior: "instant" });
  await send(sent);
}
async function send(question) {
  busy = true;
  form.setAttribute("aria-busy", "true");
  showState("Em đang tìm", true);
  try {
    const answer = await post(question);
    session = answer.session;
    keep("session", session);
    showState("");
    attach.hidden = !answer.files;
    for (const reply of answer.replies) say("bot", reply.text, reply.choices);
    [...log.querySelectorAll(".me")].pop()?.scrollIntoView({ block: "start" });  // the answer is read from its beginning
  } catch (problem) {
    showRetry(problem.message, question);
  } finally {
    busy = false;
    form.removeAttribute("aria-busy");
  }
}
async function post(question) {
  if (question.file) return upload(question);
  const body = { id: question.id, text: question.text };
  if (question.action) body.action = question.action;
  if (session) body.session = session;
  const headers = { "Content-Type": "application/json" };
  return answered("/api/chat", { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) });
}
function upload(question) {
  const query = new URLSearchParams({ session, id: question.id, name: question.file.name });
  return answered(`/api/chat/file?${query}`, { method: "POST", body: question.file, signal: AbortSignal.timeout(8 * PATIENCE) });
}
async function answered(url, request) {
  let response;
  try {
    response = await fetch(url, request);
  } catch {
    throw new Error("Em chưa nhận được câu hỏi vì đường mạng yếu. Anh/chị bấm “Thử lại” giúp em, không cần gõ lại.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || "Hệ thống đang bận. Anh/chị bấm “Thử lại” sau ít phút giúp em nhé.");
  return answer;
}
function showState(text, waiting = false) {
  state.replaceChildren(text);
  state.classList.toggle("waiting", waiting);
}
function showRetry(text, question) {
  showState(text);
  const button = element("button", "retry", "Thử lại");
  button.type = "button";
  button.addEventListener("click", () => send(question));
  state.append(button);
  state.scrollIntoView({ block: "nearest" });
}

attach.addEventListener("click", () => file.click());
file.addEventListener("change", () => {
  for (const chosen of file.files) waiting.push({ text: `📎 ${chosen.name}`, file: chosen });
  file.value = "";
  next();
});
function next() {
  if (!busy && waiting.length) ask(waiting.shift()).then(next);
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text || busy) {
    field.focus();
    return;
  }
  field.value = "";
  counted();
  ask({ text });
});
field.addEventListener("compositionstart", () => { composing = true; });
field.addEventListener("compositionend", () => { composing = false; });
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !composing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
field.addEventListener("input", counted);
function counted() {
  const length = field.value.length;
  count.textContent = length >= NEAR_LIMIT ? `Đã gõ ${length} trên 1000 chữ cái. Anh/chị hỏi ngắn từng việc nhé.` : "";
}

document.getElementById("examples").addEventListener("click", (event) => {
  if (event.target.matches("button")) ask({ text: event.target.textContent });
});
fresh.addEventListener("click", () => {
  session = null;
  keep("session", null);
  log.replaceChildren();
  showState("");
  welcome.hidden = false;
  fresh.hidden = true;
  field.focus();
});

function online() { offline.hidden = navigator.onLine; }
addEventListener("online", online);
addEventListener("offline", online);
online();

async function resume() {
  if (!session) return;
  try {
    const response = await fetch(`/api/chat?session=${encodeURIComponent(session)}`);
    if (response.status === 404) {
      session = null;
      keep("session", null);
    }
    if (!response.ok) return;
    log.setAttribute("aria-live", "off");
    for (const message of (await response.json()).messages) say(message.from, message.text, message.choices);
    log.lastElementChild?.scrollIntoView({ block: "start" });
    log.setAttribute("aria-live", "polite");
  } catch { /* the conversation stays empty; asking still works */ }
}
const prepared = new URLSearchParams(location.search).get("noi");
if (prepared) {
  field.value = prepared.slice(0, 200);
  field.focus();
}
resume();
