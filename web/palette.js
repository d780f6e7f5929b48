// The palette (Ctrl K): serial numbers, people, pages, actions.
import { $, $$, fold, on, option, pause } from './dom.js';
import { combobox } from './combobox.js';
import { assign } from './assign.js';
import { tick } from './table.js';

const dialog = $('#palette'), input = $('#cmd');
const entry = ({ text, kind, href, go }) => ({
	sure: true, text: `${text}, ${kind}`, row: option('to', text, '', kind), go: go || (() => location.assign(href)),
});
const local = () => [
	...$$('#scope label:not([hidden])').map(l => ({ text: `Assign coordinator: ${l.textContent}`, kind: 'Action', go: () => assign($('input', l).value) })),
	...$$('[data-text]').map(a => ({ text: a.dataset.text, kind: 'Page', href: a.pathname })),
	...$$('#rows tr[data-serial]').map(row => ({ text: `${$('.prod a', row).textContent} ${row.dataset.serial}`, kind: 'Serial number', go: () => tick(row) })),
];
function find(raw) {
	const q = raw.trim(), here = local();
	const now = here.filter(item => fold(q).split(/\s+/).every(word => fold(item.text).includes(word))).slice(0, 9).map(entry);
	if (q.length < 2) return { now };
	return { now, more: pause(120).then(async () => {
		if (input.value !== raw) return now;
		const answer = await fetch(`/search.json?${new URLSearchParams({ q })}`), found = await answer.json();
		return [...now.slice(0, 6), ...found.filter(item => !here.some(h => h.href === item.href)).map(entry)];
	}) };
}
const refresh = dialog && combobox(input, $('#cmds'), find, item => { if (item) { dialog.close(); item.go(); } });
export function palette() {
	if (!dialog || $('dialog[open]')) return;
	input.value = '';
	refresh();
	dialog.showModal();
}
on('click', palette, $('#jump'));
