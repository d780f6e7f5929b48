// Combobox with the first option preselected. `find(text)`: the items at hand and perhaps a promise of all. Enter picks what
// is sure, else waits for the answer, and so does a second Enter, which sends the form: typing ahead is safe.
import { on, say } from './dom.js';

export function combobox(input, list, find, pick) {
	let items = [], at = -1, turn = 0, waiting = false, enters = 0;
	const mark = i => {
		at = i;
		items.forEach(({ row }, k) => row.setAttribute('aria-selected', k === i));
		items[i]?.row.scrollIntoView({ block: 'nearest' });
		input.setAttribute('aria-activedescendant', list.hidden || !items[i] ? '' : items[i].row.id);
	};
	const shut = hidden => { list.hidden = hidden; input.setAttribute('aria-expanded', !hidden); };
	const draw = (found, first) => {
		items = found;
		items.forEach((item, i) => { item.row.id = `${list.id}-${i}`; });
		list.replaceChildren(...items.map(item => item.row));
		shut(!items.length);
		mark(Math.max(items.length ? 0 : -1, items.findIndex(item => item.text === first)));
		say(items.length ? `${items.length} found. ${items[at].text}` : 'Nothing found');
	};
	const choose = i => {
		turn++;
		waiting = false;
		shut(true);
		mark(i);
		input.focus();
		pick(items[i]);
	};
	async function refresh() {
		const mine = ++turn, { now, more } = find(input.value);
		enters = 0;
		waiting = !!more;
		draw(now);
		const all = await more?.catch(() => now);
		if (!more || mine !== turn) return;
		waiting = false;
		draw(all, at > 0 && items[at].text);
		if (!enters || at < 0) return;
		choose(at);
		if (enters > 1 && list.hidden) input.form.requestSubmit();
	}
	const edit = () => { pick(); refresh(); };
	on('input', edit, input);
	on('keydown', e => {
		const step = { ArrowDown: 1, ArrowUp: items.length - 1 }[e.key], enter = e.key === 'Enter';
		if (step !== undefined && list.hidden) refresh();
		else if (step !== undefined) { mark((at + step) % items.length); say(`${items[at].text}, ${at + 1} of ${items.length}`); }
		else if (enter && waiting && !items[at]?.sure) enters++;
		else if (enter && !list.hidden) choose(at);
		else if (e.key === 'Escape' && !list.hidden && input.value && input.form) { input.value = ''; edit(); }
		else return;
		e.preventDefault();
	}, input);
	on('pointerdown', e => e.preventDefault(), list);
	on('click', e => {
		const i = items.findIndex(item => item.row.contains(e.target));
		if (i >= 0) choose(i);
	}, list);
	return refresh;
}
