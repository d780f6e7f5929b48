// What every module uses.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const on = (type, run, at = document) => at?.addEventListener(type, run);
export const fold = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
export const parse = html => new DOMParser().parseFromString(html, 'text/html');
export const count = n => Number(n).toLocaleString('en');
export const serials = n => (n === 1 ? '1 serial number' : `${count(n)} serial numbers`);
export const pause = ms => new Promise(done => setTimeout(done, ms));
export const FRAGMENT = { headers: { accept: 'text/html; fragment' } };

// A row of a list: a symbol, a title, words under it and beside it.
export function option(symbol, title, under = '', beside = '') {
	const row = $('#row').content.firstElementChild.cloneNode(true);
	$('use', row).setAttribute('href', `#i-${symbol}`);
	[['b', title], ['small', under], ['.r', beside]].forEach(([at, text]) => { $(at, row).textContent = text; });
	return row;
}
// The gap lets the same text be heard twice.
export function say(text) {
	$('#say').textContent = '';
	setTimeout(() => { $('#say').textContent = text; }, 60);
}
