// The assign dialog: nothing ticked never means everything; the second Enter sends at once and waits for no preview.
import { $, $$, FRAGMENT, count, on, parse, say } from './dom.js';
import { picker } from './people.js';
import { picked, place, selection } from './table.js';

const dialog = $('#assign'), form = dialog && $('form', dialog), field = name => form.elements[name];
const scope = () => $('#scope :checked');
let who, find, opener, one, turn = 0, sending = false;

function data() {
	const out = new URLSearchParams(new FormData(form));
	if (out.get('scope') === 'selected') (one ? [one] : picked()).forEach(row => out.append('serial_numbers', row.dataset.serial));
	if (who?.clear) out.append('clear', 1);
	return out;
}
const post = (url, more) => fetch(url, { method: 'POST', body: data(), ...more });
function fault(text, at) {
	['scope', 'when'].forEach(id => { const e = $(`#${id}-e`); e.hidden = id !== at; e.textContent = text; });
	find.fault(at === 'find' ? text : '');
}
// Words, or an error summary whose links lead to what the dialog has in place of a field.
function problem(what = '') {
	$('#problem').replaceChildren(what);
	$$('#problem a').forEach(a => { if (!$(a.hash, dialog)) a.hash = 'find'; });
}

// `keep`: the reason of a refusal stays while what is true now is shown.
async function preview(keep) {
	const mine = ++turn, chosen = scope(), { apply = 'Choose serial numbers', own = '' } = chosen?.dataset || {};
	$('#own').hidden = $('#own').disabled = !own;
	$('#own-q').textContent = own;
	$('#apply').textContent = apply;
	if (!who || !chosen) {
		$('#diff').hidden = true;
		$('#sum').textContent = chosen ? 'Choose a person to see what changes.' : 'Choose which serial numbers it is for.';
		return;
	}
	const answer = await post(form.dataset.preview, FRAGMENT).catch(() => {});
	const part = parse(await answer?.text() || ''), errors = $('#errors', part), diff = $('#diff', part);
	if (mine !== turn || !diff) return;
	if (!keep || errors) problem(errors || '');
	$('#diff').replaceWith(diff);
	diff.hidden = !!errors;
	if (!errors) ['sum', 'apply'].forEach(id => { $(`#${id}`, form).textContent = $(`#${id}`, part).textContent; });
	$('#confirm').replaceWith($('#confirm', part));
	$('#state').value = $('[name=if_state]', part)?.value;
	say((errors || $('#sum')).textContent);
}

// `want`: the first scope; `row`: only for this one.
export function assign(want, row) {
	if (!dialog) return;
	const { rows, wide } = selection(), n = row ? 1 : wide?.n || rows.length, radio = $('#picked'), state = $('#state');
	one = row;
	form.reset();
	radio.value = (!row && wide?.scope) || 'selected';
	radio.dataset.apply = n === 1 ? 'Apply' : `Apply to all ${count(n)}`;
	radio.parentNode.hidden = !n;
	radio.nextSibling.textContent = row ? `Serial number ${row.dataset.serial}` : `${count(n)} selected`;
	const first = (want && $(`#scope [value="${want}"]`)) || (n && radio) || $('#scope [value=default]');
	if (first) first.checked = true;
	opener = document.activeElement;
	$('#when').open = false;
	state.value = state.dataset.page;
	field('idempotency_key').value = crypto.randomUUID();
	$('#confirm').replaceChildren();
	problem();
	find.reset();
	dialog.showModal();
}

const day = iso => new Date(iso).toLocaleDateString('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
function complete() {
	const until = field('until'), start = [field('from').value, form.dataset.today].sort()[1];
	const stop = (text, at, input) => { fault(text, at); input.focus(); };
	if (!scope()) stop('Choose which serial numbers it is for', 'scope', $('#scope input'));
	else if (!who) stop('Choose a person from the list, or type an e-mail address to add one', 'find', find.input);
	else if (until.value && until.value <= start) stop(`Choose a day after ${day(start)}`, 'when', until);
	else return true;
}
async function send() {
	if (sending || !complete()) return;
	sending = true;
	turn++;
	try {
		const answer = await post(form.action), page = parse(await answer.text());
		if (new URL(answer.url).pathname === '/sign-in') throw 'Your session has ended. Sign in in a new tab, then apply again: nothing is lost.';
		if (answer.ok) {
			place(page, answer.url, 'pushState');
			find.learn($$('#found [role=option]', page));
			opener = $('.flash');
			sending = false;
			dialog.close();
			opener?.focus();
			return scrollTo(0, 0);
		}
		const ask = $('#confirm :first-child', page);
		if (ask) $('#confirm').replaceChildren(ask); else preview(true);
		problem($('#errors, h1', page));
	} catch (reason) {
		problem(reason.message ? 'No connection. Apply again when it is back: nothing is done twice.' : reason);
	}
	$('#problem').focus();
	sending = false;
}

if (dialog) {
	const renew = () => { fault(''); preview(); };
	find = picker($('[data-people]', dialog), person => {
		who = person;
		if (person) field('may_name_users').checked = !!person.names;
		renew();
	});
	on('close', () => (opener?.isConnected && opener !== document.body ? opener : $('#assign-btn')).focus(), dialog);
	on('change', e => { if (!/^(by|find)$/.test(e.target.id) && e.target.name !== 'confirm_notices') renew(); }, dialog);
	on('submit', e => { e.preventDefault(); send(); }, dialog);
	on('toggle', e => e.target.scrollIntoView({ block: 'nearest' }), $('#when'));
	// Without a script this form leads to the classic page.
	on('submit', e => {
		const by = e.submitter;
		if (by.formAction.endsWith('.csv')) return;
		e.preventDefault();
		assign(by.name === 'scope' && by.value, by.name === 'only' && by.closest('tr'));
	}, $('#assets'));
}
