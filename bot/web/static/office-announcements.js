// While an announcement leaves, its progress is fetched again; without this script the page reloads by itself.
const EVERY = 2000;
const place = document.getElementById("tien-do");

async function look() {
  try {
    const answer = await fetch(location.pathname, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("tien-do");
    if (!fresh) return;
    if (!fresh.dataset.live && !document.querySelector("main form :focus")) {
      location.replace(location.pathname); // what can be done now stands outside of the progress
      return;
    }
    if (fresh.innerHTML !== place.innerHTML) place.innerHTML = fresh.innerHTML;
    if (!fresh.dataset.live) return;
  } catch {
    // no network for a moment: the next look may do
  }
  setTimeout(look, EVERY);
}

if (place && place.dataset.live) setTimeout(look, EVERY);
