// Selection in the table, and filtering it in place.
import { $, $$, on, parse, pause, say, serials } from './dom.js';

const TICK = '#rows input[type=checkbox]';
let last, wide, turn = 0;

const rows = () => $$('#rows tr');
const box = row => $('input', row) || {};
export const picked = () => rows().filter(row => box(row).checked);
// `wide`: more than the page shows.
export const selection = () => ({ rows: picked(), wide });

function sync(tell) {
	const all = $('#all'), n = picked().length, shown = rows().length, line = $('#wide span');
	if (!all) return;
	if (n < shown) wide = null;
	all.checked = n && n === shown;
	all.indeterminate = n && n < shown;
	$('.count').dataset.n = wide?.n || n;
	if (line) line.textContent = wide ? `All ${serials(wide.n)} are selected.` : 'Those on this page are selected.';
	if (tell) say(n ? `${serials(wide?.n || n)} selected` : 'Selection cleared');
}
export function tick(row) { box(row).checked = true; box(row).focus(); sync(true); }

// Takes the parts of another page; the address stays true.
export function place(page, url, how) {
	['flash', 'cover-box', 'list', 'csv', 'scope', 'filters', 'state', 'narrow'].forEach(id => {
		$(`#${id}`)?.replaceWith($(`#${id}`, page) || '');
	});
	history[how](null, '', url);
	sync();
}
async function narrow(url, how) {
	const mine = ++turn, answer = await fetch(url).catch(() => {});
	if (!answer?.ok) return location.assign(url);
	const page = parse(await answer.text()), ticked = picked().map(row => row.dataset.serial), folded = $('#cover:not([open])');
	if (mine !== turn) return;
	place(page, url, how);
	if (folded) $('#cover').open = false;
	rows().forEach(row => { box(row).checked = ticked.includes(row.dataset.serial); });
	sync();
	say(`${$('#shown').textContent} shown`);
}
function typed(how) {
	const form = $('#narrow'), set = [...new FormData(form)].filter(([, value]) => value);
	narrow(`${form.action}?${new URLSearchParams(set)}`, how);
}

on('click', async e => {
	const at = e.target, mark = at.closest(TICK), chip = at.closest('.chip[href], #show-all');
	if (mark) {
		const row = mark.closest('tr'), shown = rows(), [from, to] = [shown.indexOf(last), shown.indexOf(row)].sort((a, b) => a - b);
		if (e.shiftKey && from >= 0) shown.slice(from, to + 1).forEach(r => { box(r).checked = mark.checked; });
		last = row;
		sync(true);
	} else if (chip && !e.ctrlKey && !e.metaKey && !e.shiftKey) {
		const { id } = chip.dataset;
		e.preventDefault();
		if (!id) $$('[form=narrow]').forEach(field => { field.value = ''; });
		await narrow(chip.href, 'pushState');
		($$('.chip').find(c => id && c.dataset.id === id) || $('#filter')).focus();
	} else if (at.id === 'take-all') {
		const { scope, n } = $('#wide').dataset;
		wide = { scope, n: +n };
		sync(true);
	}
});
on('keydown', e => {
	const at = e.target, step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
	if (!at.matches(TICK)) return;
	if (e.key === 'x') at.click();
	const shown = rows(), next = step && shown[shown.indexOf(at.closest('tr')) + step];
	if (step) e.preventDefault();
	if (!next) return;
	if (e.shiftKey) { at.checked = true; tick(next); } else box(next).focus();
	last = next;
});
on('change', e => {
	const { id, checked } = e.target;
	if (id === 'group') typed('pushState');
	if (id !== 'all') return;
	wide = null;
	rows().forEach(row => { box(row).checked = checked; });
	sync(true);
});
on('input', async e => {
	const { id, value } = e.target;
	if (id !== 'filter') return;
	await pause(150);
	if (value === e.target.value) typed('replaceState');
});
on('reset', e => { if (e.target.id === 'assets') setTimeout(sync, 0, true); });
addEventListener('popstate', () => location.reload());
