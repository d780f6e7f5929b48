// The few tools that every module uses.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const on = (type, run) => document.addEventListener(type, run);
export const fold = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
export const esc = text => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt()};`);
export const parse = html => new DOMParser().parseFromString(html, 'text/html');
export const count = n => Number(n).toLocaleString('en');
export const serials = n => (n === 1 ? '1 serial number' : `${count(n)} serial numbers`);
export const pause = ms => new Promise(done => setTimeout(done, ms));
export const FRAGMENT = { headers: { accept: 'text/html; fragment' } };
// A row of a list: a symbol, a title, words under it or beside it.
export const option = (symbol, title, under, beside) => parse(`<div class="opt" role="option"><span class="plus"><svg class="i" aria-hidden="true"><use href="#i-${
  symbol}"/></svg></span><span class="t"><b>${esc(title)}</b><small>${under}</small></span><span class="r">${beside}</span></div>`).body.firstChild;
// The gap lets the same text be heard twice.
export function say(text) {
  $('#say').textContent = '';
  setTimeout(() => { $('#say').textContent = text; }, 60);
}
// Runs now and whenever a whole page was put in place.
export function onPage(run) { on('page', run); run(); }
export function show(html, url) {
  const next = parse(html);
  document.title = next.title;
  document.body.replaceWith(next.body);
  history.pushState(null, '', url);
  scrollTo(0, 0);
  document.dispatchEvent(new Event('page'));
}
addEventListener('popstate', () => location.reload());
