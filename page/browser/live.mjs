// Runs in the browser: when the server says that the sweep has changed, the page's parts are fetched again and exchanged.
// Without it every page still works; it only does not change by itself.

/** Between two exchanges, so that a fast sweep does not keep the browser busy. */
const LEAST_MS = 2_000;
const { events } = document.body.dataset;
const away = document.getElementById('away');
let isBusy = false;
let isAskedAgain = false;

if (events) {
  const source = new EventSource(events);
  source.addEventListener('change', () => void refresh());
  source.addEventListener('open', () => say(''));
  source.addEventListener('error', () => say('The server does not answer: this is how things stood. Trying again.'));
}

async function refresh() {
  isAskedAgain = true;
  if (isBusy) return;
  isBusy = true;
  while (isAskedAgain) {
    isAskedAgain = false;
    await exchange().catch(() => say('The server does not answer: this is how things stood. Trying again.'));
    await new Promise((resolve) => setTimeout(resolve, LEAST_MS));
  }
  isBusy = false;
}

async function exchange() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of fresh.querySelectorAll('[data-live][id]')) {
    const shown = document.getElementById(part.id);
    if (shown !== null && shown.innerHTML !== part.innerHTML) exchangePart(shown, part);
  }
  say('');
}

/**
 * What the reader has opened stays open, and what has the focus keeps it.
 *
 * @param {Element} shown
 * @param {Element} fresh
 */
function exchangePart(shown, fresh) {
  for (const details of shown.querySelectorAll('details[open][id]')) {
    fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute('open', '');
  }
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  const path = focused === null ? null : placeOf(focused, shown);
  const parts = document.importNode(fresh, true);
  shown.replaceChildren(...parts.childNodes);
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
