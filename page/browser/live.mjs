// Runs in the browser: when the server says that the sweep has changed, the page's parts are fetched again and exchanged.
// Without it every page still works; it only does not change by itself.

/** Between two exchanges, so that a fast sweep does not keep the browser busy. */
const LEAST_MS = 2_000;
/** Until what the browser itself has given up is tried again. */
const AGAIN_MS = 5_000;
const AWAY = 'No news from the server: this is how things stood. Trying again; if this stays, reload the page.';
const { events } = document.body.dataset;
const away = document.getElementById('away');
/** @type {EventSource | null} Null while nobody looks: a browser has six connections to a server, and each source holds one. */
let source = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let again;
let isBusy = false;
let isAskedAgain = false;

// Said once: a reload, or the address sent to somebody, does not say it again.
const address = new URL(location.href);
if (address.searchParams.has('told')) {
  address.searchParams.delete('told');
  history.replaceState(null, '', address);
}
if (events) {
  document.addEventListener('visibilitychange', follow);
  follow();
}

/** Nobody tells what has changed before the source is open: the page is fetched when it opens. */
function follow() {
  clearTimeout(again);
  source?.close();
  source = null;
  if (!events || document.hidden) return;
  source = new EventSource(events);
  source.addEventListener('change', () => void refresh());
  source.addEventListener('open', () => void refresh());
  source.addEventListener('error', () => {
    say(AWAY);
    // Where the answer is no stream (too many pages, another token), the browser does not try again.
    if (source?.readyState === EventSource.CLOSED) again = setTimeout(follow, AGAIN_MS);
  });
}

async function refresh() {
  isAskedAgain = true;
  if (isBusy) return;
  isBusy = true;
  while (isAskedAgain) {
    isAskedAgain = false;
    const isFresh = await exchange().then(
      () => true,
      () => false,
    );
    if (!isFresh) say(AWAY);
    // Without an open source nothing is known of what comes next; when it opens, all is fetched.
    else if (isOpen()) say('');
    await new Promise((resolve) => setTimeout(resolve, isFresh ? LEAST_MS : AGAIN_MS));
    if (!isFresh && isOpen()) isAskedAgain = true;
  }
  isBusy = false;
}

function isOpen() {
  return source?.readyState === EventSource.OPEN;
}

/** @throws where the server gives no page, or an error in its place */
async function exchange() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) throw new Error(`Expected the page, found ${answer.status}.`);
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of fresh.querySelectorAll('[data-live][id]')) {
    const shown = document.getElementById(part.id);
    if (shown === null) continue;
    keepOpen(shown, part);
    if (shown.innerHTML !== part.innerHTML) exchangePart(shown, part);
  }
}

/**
 * What the reader has opened stays open, and is no difference by itself.
 *
 * @param {Element} shown
 * @param {Element} fresh
 */
function keepOpen(shown, fresh) {
  for (const details of shown.querySelectorAll('details[open][id]')) {
    fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute('open', '');
  }
}

/**
 * What has the focus keeps it, and what the reader has moved sideways stays there.
 *
 * @param {Element} shown
 * @param {Element} fresh
 */
function exchangePart(shown, fresh) {
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  const path = focused === null ? null : placeOf(focused, shown);
  const moved = [...shown.querySelectorAll('.scroll')].map(({ scrollLeft }) => scrollLeft);
  const parts = document.importNode(fresh, true);
  shown.replaceChildren(...parts.childNodes);
  for (const [index, box] of shown.querySelectorAll('.scroll').entries()) box.scrollLeft = moved[index] ?? 0;
  if (path !== null) focusAt(shown, path);
}

/**
 * @param {Element} element
 * @param {Element} root
 * @returns {number[]} which child of which child
 */
function placeOf(element, root) {
  const path = [];
  for (let at = element; at !== root && at.parentElement !== null; at = at.parentElement)
    path.unshift([...at.parentElement.children].indexOf(at));
  return path;
}

/**
 * @param {Element} root
 * @param {number[]} path
 */
function focusAt(root, path) {
  /** @type {Element | undefined} */
  let at = root;
  for (const index of path) at = at?.children[index];
  if (at instanceof HTMLElement) at.focus({ preventScroll: true });
}

/** @param {string} text */
function say(text) {
  if (away !== null && away.textContent !== text) away.textContent = text;
}
