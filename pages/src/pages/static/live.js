// A page that follows what happens, for whoever has scripts; without them it is only less fresh.
//
// <div data-live-url="/journeys/…/live"> … <ol id="etapes">…</ol> … </div>
//
// The address answers with Server-Sent Events whose data is HTML: one or several elements, each
// with an id. Each one takes the place of the element of the same id inside the div. Elements with
// an id that were not there before are new: they are marked for a moment and read out politely.
"use strict";

const HIGHLIGHT_MS = 150;
const WORDS = { open: "Mise à jour en direct.", lost: "Connexion perdue, nouvel essai…", closed: "" };

function withIds(element) {
  return [element, ...element.querySelectorAll("[id]")].filter((found) => found.id);
}

function announce(element) {
  const voice = document.getElementById("live-announcement");
  if (voice) voice.textContent = element.textContent.replace(/\s+/g, " ").trim();
}

function highlight(element) {
  element.classList.add("just-arrived");
  setTimeout(() => element.classList.remove("just-arrived"), HIGHLIGHT_MS);
}

// The hand may be on a link of the part being replaced: it finds its place again by id.
function replaceKeepingFocus(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function replaceFragment(room, fresh) {
  const old = room.querySelector("#" + CSS.escape(fresh.id));
  if (!old || old.isEqualNode(fresh)) return;
  const known = new Set(withIds(old).map((element) => element.id));
  replaceKeepingFocus(old, fresh);
  const arrived = withIds(fresh).filter((element) => !known.has(element.id));
  arrived.forEach(highlight);
  if (arrived.length > 0) announce(arrived[arrived.length - 1]);
}

function receive(room, html) {
  // A parsed document runs no script, and the policy of the page allows none inside it.
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of [...parsed.body.children]) {
    if (fresh.id) replaceFragment(room, document.adoptNode(fresh));
  }
}

function say(room, state) {
  const place = room.querySelector("[data-live-state]");
  if (place) place.textContent = WORDS[state];
}

function follow(room) {
  const source = new EventSource(room.dataset.liveUrl);
  source.onopen = () => say(room, "open");
  source.onmessage = (event) => receive(room, event.data);
  // The browser tries again by itself unless the server said that there is nothing more to come.
  source.onerror = () => say(room, source.readyState === EventSource.CLOSED ? "closed" : "lost");
  addEventListener("pagehide", () => source.close());
  // Back from the browser's memory, the page would be stale and deaf.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

for (const room of document.querySelectorAll("[data-live-url]")) follow(room);
