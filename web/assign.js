// The assign dialog: nothing ticked never means everything; what changes is shown before it is made; the second Enter sends
// at once and does not wait for the preview.
import { $, $$, FRAGMENT, count, esc, onPage, parse, say, show } from './dom.js';
import { picker } from './people.js';
import { picked, selection } from './table.js';

let who = null, find = null, opener = null, one = null, turn = 0, sending = false;
const form = () => $('#assign form');
const scope = () => $('#scope :checked');

function data() {
  const out = new URLSearchParams(new FormData(form()));
  if (out.get('scope') === 'selected') (one ? [one] : picked()).forEach(row => out.append('serial_numbers', row.dataset.serial));
  if (who?.clear) out.append('clear', '1');
  return out;
}
function fault(text, at = 'find') {
  for (const id of ['scope', 'when', 'names']) {
    const e = $(`#${id}-e`), on = text && id === at;
    e.textContent = on ? text : '';
    e.hidden = !on;
  }
  find.fault(at === 'find' ? text : '');
}
// An error summary that a page or a preview brought; its links point to what the dialog has in place of that field.
function problem(errors) {
  $('#problem').replaceChildren(...(errors ? [errors] : []));
  if (!errors) return;
  $$('a', errors).forEach(a => { if (!$(`#assign ${a.getAttribute('href')}`)) a.setAttribute('href', '#find'); });
  errors.focus();
}
const trouble = text => {
  const box = document.createElement('div');
  Object.assign(box, { className: 'errors', id: 'errors', tabIndex: -1, innerHTML: `<h2>${esc(text)}</h2>` });
  problem(box);
};

function label() {
  const on = scope(), n = Number(on?.dataset.n), own = on?.dataset.own || '';
  $('#own').hidden = $('#own').disabled = !own;
  $('#own-q').textContent = own;
  $('#apply').textContent = !on ? 'Choose serial numbers' : on.value === 'whole' ? 'Apply to whole contract'
    : on.value === 'group' ? 'Apply to whole group' : n === 1 ? 'Apply' : `Apply to all ${count(n)}`;
}
async function preview() {
  const mine = ++turn;
  label();
  if (!who || !scope()) {
    $('#diff').hidden = true;
    $('#confirm').replaceChildren();
    $('#sum').textContent = scope() ? 'Choose a person to see what changes.' : 'Choose which serial numbers it is for.';
    return;
  }
  let answer, part;
  try {
    answer = await fetch(form().dataset.preview, { method: 'POST', body: data(), ...FRAGMENT });
    part = parse(await answer.text());
  } catch { return; }
  if (mine !== turn || sending) return;
  const errors = $('#errors', part), diff = $('#diff', part);
  problem(null);
  if (errors) { $('#problem').replaceChildren(errors); say(errors.textContent); }
  if (!diff || errors) { $('#diff').hidden = true; $('#sum').textContent = ''; return; }
  $('#diff').replaceWith(diff);
  for (const id of ['sum', 'apply']) if ($(`#${id}`, part)?.textContent) $(`#assign #${id}`).textContent = $(`#${id}`, part).textContent;
  $('#confirm').replaceChildren(...$('#confirm', part).childNodes);
  form().elements.if_state.value = $('[name=if_state]', part)?.value || '';
  say($('#sum').textContent);
}

// `want`: the scope to begin with; `row`: for this serial number only.
export function assign(want, row) {
  const dialog = $('#assign');
  if (!dialog) return false;
  const { rows, wide } = selection(), n = row ? 1 : wide ? wide.n : rows.length;
  one = row || null;
  form().reset();
  $('#scope [data-picked]')?.remove();
  if (n) {
    const words = row ? `Serial number ${esc(row.dataset.serial)}` : `${count(n)} selected`;
    $('#scope legend').insertAdjacentHTML('afterend', `<label data-picked><input type="radio" name="scope" value="${
      !row && wide ? wide.scope : 'selected'}" data-n="${n}">${words}</label>`);
  }
  const on = (want && $(`#scope [value="${want}"]`)) || $('#scope [data-picked] input') || $('#scope [value=default]');
  if (on) on.checked = true;
  opener = document.activeElement === document.body ? $('#assign-btn') : document.activeElement;
  $('#when').open = false;
  form().elements.idempotency_key.value = crypto.randomUUID();
  problem(null);
  find.reset();
  fault('');
  dialog.showModal();
  return true;
}

const day = iso => new Date(`${iso}T12:00`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
// What can be said without asking; true if the form may go.
function complete() {
  const { from, until, first_name: first, last_name: last } = form().elements, today = form().dataset.today;
  const start = from.value > today ? from.value : today;
  const stop = (text, at, focus) => { fault(text, at); focus.focus(); return false; };
  if (!scope()) return stop('Choose which serial numbers it is for', 'scope', $('#scope input'));
  if (!who) return stop('Choose a person from the list, or type an e-mail address to add one', 'find', $('#find'));
  const nameless = [first, last].find(input => !input.disabled && !input.value.trim());
  if (nameless) return stop(`Enter the ${nameless === first ? 'first' : 'last'} name`, 'names', nameless);
  if (from.value && from.value < today) return stop('Choose today or a later day', 'when', from);
  if (until.value && until.value <= start) return stop(`Choose a day after ${day(start)}`, 'when', until);
  return true;
}
async function send() {
  if (sending || !complete()) return;
  sending = true;
  turn++;
  $('#apply').setAttribute('aria-busy', 'true');
  const here = new URL(location.href);
  here.searchParams.delete('done');
  form().elements.return_to.value = here.pathname + here.search;
  try {
    const answer = await fetch(form().action, { method: 'POST', body: data() }), text = await answer.text();
    if (answer.ok && new URL(answer.url).pathname === '/sign-in') {
      return trouble('Your session has ended. Sign in in a new tab, then apply again: nothing here is lost.');
    }
    if (answer.ok) return show(text, answer.url);
    const page = parse(text), errors = $('#errors', page), more = $('#confirm', page);
    if (errors) problem(errors); else trouble($('h1', page)?.textContent || 'Nothing was applied');
    if (more) $('#confirm').replaceChildren(...more.childNodes);
  } catch {
    trouble('No connection. Apply again when it is back: nothing is done twice.');
  } finally {
    sending = false;
    $('#apply')?.removeAttribute('aria-busy');
  }
}

onPage(() => {
  const dialog = $('#assign');
  if (!dialog) return;
  find = picker($('[data-people]', dialog), person => {
    who = person;
    const names = form().elements.may_name_users;
    if (person) names.checked = person.may === 'yes';
    fault('');
    preview();
  });
  dialog.addEventListener('close', () => (opener?.isConnected ? opener : $('#assign-btn')).focus());
  dialog.addEventListener('change', e => { if (e.target.id !== 'by' && e.target.name !== 'confirm_notices') { fault(''); preview(); } });
  dialog.addEventListener('submit', e => { e.preventDefault(); send(); });
  $('#when').addEventListener('toggle', e => e.target.open && e.target.scrollIntoView({ block: 'nearest' }));
});
// The table's own form leads to the classic page; with a script it opens the dialog instead.
document.addEventListener('submit', e => {
  const by = e.submitter;
  if (e.target.id !== 'assets' || by?.formAction.endsWith('.csv')) return;
  const row = by?.name === 'only' ? by.closest('tr') : null;
  if (assign(by?.name === 'scope' ? by.value : undefined, row)) e.preventDefault();
});
