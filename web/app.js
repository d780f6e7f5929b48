// What each page does; without a script these are plain links and forms.
import { $, $$, on } from './dom.js';
import { assign } from './assign.js';
import { palette } from './palette.js';
import { picker } from './people.js';
import { picked } from './table.js';

const root = document.documentElement, theme = $('#theme'), hand = $('#hand-over');
const dark = () => (root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches && 'dark')) === 'dark';

theme.setAttribute('aria-pressed', dark());
on('submit', e => {
	const body = new URLSearchParams(new FormData(theme.form));
	e.preventDefault();
	root.dataset.theme = dark() ? 'light' : 'dark';
	theme.setAttribute('aria-pressed', dark());
	body.set('theme', root.dataset.theme);
	fetch(theme.form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => {});
}, theme.form);
if (hand) {
	const find = picker($('[data-people]', hand), person => person?.row && hand.requestSubmit());
	if (!$('.apply-form')) find.reset();
}
$('main #errors, .flash, [data-focus]')?.focus();

on('click', e => {
	const at = e.target;
	if (at.matches('dialog') || at.closest('[data-close]')) at.closest('dialog').close();
});

// Single keys, which can be switched off (WCAG 2.1.4).
let go = -1e4;
on('keydown', e => {
	const key = e.key.toLowerCase(), mod = e.ctrlKey || e.metaKey;
	if (mod && key === 'k') { e.preventDefault(); palette(); }
	if (mod || e.altKey || $('dialog[open]') || e.target.matches('input:not([type=checkbox], [type=radio]), select, textarea')) return;
	if (key === 'escape' && picked().length) $('#assets').reset();
	if (root.dataset.keys) return;
	const there = e.timeStamp - go < 1500 && $$('[data-go]').find(a => a.dataset.go === key);
	go = key === 'g' ? e.timeStamp : -1e4;
	const act = { a: () => assign(), '/': () => $('#filter')?.focus(), z: () => $('#undo')?.click(), '?': () => $('[data-go="?"]').click() }[key];
	if (there) there.click(); else act?.();
	if (there || act) e.preventDefault();
});
