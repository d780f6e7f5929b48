// Finding a person, or adding one by a full address. The first page of people comes with the page.
import { $, $$, FRAGMENT, fold, on, option, parse, pause } from './dom.js';
import { combobox } from './combobox.js';

const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
function hit(at, q) {
	const text = at.textContent, i = q ? fold(text).indexOf(fold(q)) : -1, mark = document.createElement('mark');
	mark.textContent = text.slice(i, i + q.length);
	if (i >= 0) at.replaceChildren(text.slice(0, i), mark, text.slice(i + q.length));
}
// "maya.lindqvist@…" is most likely Maya Lindqvist.
const guess = mail => mail.split('@')[0].split(/[\d._+-]+/).filter(Boolean).map(w => w[0].toUpperCase() + w.slice(1));

// `changed(person)`: what was picked; nothing once it no longer holds.
export function picker(root, changed) {
	const get = id => $(`#${id}`), input = get('find'), names = get('names'), face = get('find-av'), by = get('by');
	const known = new Map(), { people, name, complete, clear } = root.dataset;
	const learn = rows => rows.forEach(row => known.set(fold(row.dataset.email), { ...row.dataset, row, name: $('b', row).textContent }));
	learn($$('[role=option]', root));

	const listed = q => {
		const f = fold(q), fits = p => (p[by.value] ? [p[by.value]] : [p.name, ...p.name.split(' '), p.email, p.email.split('@')[0].split('.').pop()])
			.some(text => fold(text).startsWith(f));
		const out = [...known.values()].filter(fits).map(person => {
			const row = person.row.cloneNode(true);
			$$('.t *', row).forEach(at => hit(at, q));
			return { sure: true, person, row, text: `${person.name}, ${person.email}, ${$('.r', row).textContent}` };
		});
		const [text, words] = MAIL.test(q) ? [`Add ${q}`, 'Sends an invitation and assigns at once'] : ['Add a new person', 'Type their full e-mail address'];
		const nobody = 'Nobody in particular';
		if (q && !known.has(f)) out.push({ add: q, text: `${text}. ${words}`, row: option('plus', text, words) });
		if (!q && clear) out.push({ person: { name: nobody, clear }, text: nobody, row: option('back', nobody, clear) });
		return out;
	};
	const find = raw => {
		const q = raw.trim(), now = listed(q);
		if (!q || complete !== undefined) return { now };
		return { now, more: pause(120).then(async () => {
			if (input.value !== raw) return now;
			const answer = await fetch(`${people}?${new URLSearchParams({ find: by.value, starting_with: q })}`, FRAGMENT);
			learn($$('[role=option]', parse(await answer.text())));
			return listed(q);
		}) };
	};
	const fault = (text = '') => {
		get('find-e').textContent = text;
		get('find-e').hidden = !text;
		input.setAttribute('aria-invalid', !!text);
	};
	const set = person => {
		const isNew = !!person?.add, av = person?.row && $('.av', person.row), [first = '', ...last] = isNew ? guess(person.add) : [];
		fault();
		input.form.elements[name].value = person?.email || '';
		input.closest('.field').classList.toggle('picked', !!person);
		get('find-h').hidden = !!person;
		names.hidden = names.disabled = !isNew;
		$$('input', names).forEach((field, i) => { field.value = i ? last.join(' ') : first; });
		face.textContent = av?.textContent;
		face.dataset.c = av?.dataset.c;
		face.hidden = !av;
		if (person) input.value = person.name;
		changed(person);
	};
	const refresh = combobox(input, get('found'), find, item => {
		const { add } = item || {};
		if (!add) set(item?.person);
		else if (MAIL.test(add)) set({ name: add, email: add, add });
		else { refresh(); fault('Enter the full e-mail address, for example name@company.com'); }
	});
	on('change', () => { refresh(); input.focus(); }, by);
	return { fault, input, learn, reset() { input.value = ''; set(); refresh(); } };
}
