// The few tools that every module uses.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const fold = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
export const esc = text => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt()};`);
export const icon = name => `<svg class="i" aria-hidden="true"><use href="#i-${name}"/></svg>`;
export const parse = html => new DOMParser().parseFromString(html, 'text/html');
export const node = html => parse(html).body.firstElementChild;
export const count = n => Number(n).toLocaleString('en');
export const serials = n => (n === 1 ? '1 serial number' : `${count(n)} serial numbers`);
export const pause = ms => new Promise(done => setTimeout(done, ms));
export const FRAGMENT = { headers: { accept: 'text/html; fragment' } };

// Screen readers hear a change of text; the same text twice would be silent without the gap.
export function say(text) {
  const region = $('#say');
  if (region) { region.textContent = ''; setTimeout(() => { region.textContent = text; }, 60); }
}

// Runs now and each time a whole page was put in place.
export function onPage(run) { document.addEventListener('page', run); run(); }

// Puts a page that was fetched in the place of the present one, as following a link would.
export function show(html, url) {
  const next = parse(html);
  document.title = next.title;
  document.body.replaceWith(document.adoptNode(next.body));
  history.pushState(null, '', url);
  scrollTo(0, 0);
  document.dispatchEvent(new Event('page'));
}
addEventListener('popstate', () => location.reload());
