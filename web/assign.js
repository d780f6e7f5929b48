// The assign dialog: nothing ticked never means everything; what changes is shown before it is made; the second Enter sends at
// once and does not wait for the preview.
import { $, $$, FRAGMENT, count, esc, on, onPage, parse, say, show } from './dom.js';
import { picker } from './people.js';
import { picked, selection } from './table.js';

let who = null, find, opener, one, turn = 0, sending = false;
const form = () => $('#assign form');
const field = name => form().elements[name];
const scope = () => $('#scope :checked');

function data() {
  const out = new URLSearchParams(new FormData(form()));
  if (out.get('scope') === 'selected') (one ? [one] : picked()).forEach(row => out.append('serial_numbers', row.dataset.serial));
  if (who && 'clear' in who) out.append('clear', 1);
  return out;
}
function fault(text, at) {
  ['scope', 'when', 'names'].forEach(id => { const e = $(`#${id}-e`); e.hidden = id !== at; e.textContent = text; });
  find.fault(at === 'find' ? text : '');
}
// An error summary of a page or a preview; its links lead to what the dialog has in place of that field.
function problem(errors) {
  $('#problem').replaceChildren(...(errors ? [errors] : []));
  if (errors) $$('a', errors).forEach(a => { if (!$(`#assign ${a.hash}`)) a.hash = 'find'; });
  errors?.focus();
}
const trouble = text => problem(parse(`<div class="errors" id="errors" tabindex="-1"><h2>${esc(text)}</h2></div>`).body.firstChild);

// `keep`: the reason of a refusal stays while what is true now is shown below it.
async function preview(keep) {
  const mine = ++turn, chosen = scope(), { n, own = '' } = chosen?.dataset || {};
  $('#own').hidden = $('#own').disabled = !own;
  $('#own-q').textContent = own;
  $('#apply').textContent = !chosen ? 'Choose serial numbers' : !n ? `Apply to whole ${chosen.value === 'group' ? 'group' : 'contract'}`
    : n === '1' ? 'Apply' : `Apply to all ${count(n)}`;
  if (!who || !chosen) {
    $('#diff').hidden = true;
    $('#sum').textContent = chosen ? 'Choose a person to see what changes.' : 'Choose which serial numbers it is for.';
    return;
  }
  const answer = await fetch(form().dataset.preview, { method: 'POST', body: data(), ...FRAGMENT }).catch(() => null);
  const part = parse(await answer?.text() || ''), errors = $('#errors', part);
  if (mine !== turn || !$('#diff', part)) return;
  if (!keep) problem(null);
  if (errors) $('#problem').replaceChildren(errors);
  $('#diff').replaceWith($('#diff', part));
  $('#diff').hidden = !!errors;
  ['sum', 'apply'].forEach(id => { const text = $(`#${id}`, part).textContent; if (text) $(`#assign #${id}`).textContent = text; });
  $('#confirm').replaceChildren(...$('#confirm', part).childNodes);
  field('if_state').value = $('[name=if_state]', part)?.value || '';
  say(errors ? errors.textContent : $('#sum').textContent);
}

// `want`: the scope to begin with; `row`: for this serial number only.
export function assign(want, row) {
  if (!$('#assign')) return false;
  const { rows, wide } = selection(), n = row ? 1 : wide ? wide.n : rows.length;
  one = row;
  form().reset();
  $('#scope [data-picked]')?.remove();
  if (n) {
    $('#scope legend').insertAdjacentHTML('afterend', `<label data-picked><input type="radio" name="scope" value="${!row && wide ? wide.scope : 'selected'}" data-n="${
      n}">${row ? `Serial number ${esc(row.dataset.serial)}` : `${count(n)} selected`}</label>`);
  }
  const first = (want && $(`#scope [value="${want}"]`)) || $('#scope [data-picked] input') || $('#scope [value=default]');
  if (first) first.checked = true;
  opener = document.activeElement === document.body ? null : document.activeElement;
  $('#when').open = false;
  field('idempotency_key').value = crypto.randomUUID();
  $('#confirm').replaceChildren();
  problem(null);
  find.reset();
  $('#assign').showModal();
  return true;
}

const day = iso => new Date(`${iso}T12:00`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
// What can be said without asking; true if the form may go.
function complete() {
  const { today } = form().dataset, [from, until] = [field('from'), field('until')], start = from.value > today ? from.value : today;
  const nameless = $$('#names input').find(input => !input.disabled && !input.value.trim());
  const stop = (text, at, input) => { fault(text, at); input.focus(); };
  if (!scope()) stop('Choose which serial numbers it is for', 'scope', $('#scope input'));
  else if (!who) stop('Choose a person from the list, or type an e-mail address to add one', 'find', find.input);
  else if (nameless) stop(`Enter the ${nameless.id.replace('_', ' ')}`, 'names', nameless);
  else if (from.value && from.value < today) stop('Choose today or a later day', 'when', from);
  else if (until.value && until.value <= start) stop(`Choose a day after ${day(start)}`, 'when', until);
  else return true;
}
async function send() {
  if (sending || !complete()) return;
  const here = new URL(location.href);
  here.searchParams.delete('done');
  field('return_to').value = here.pathname + here.search;
  sending = true;
  turn++;
  try {
    const answer = await fetch(form().action, { method: 'POST', body: data() }), text = await answer.text(), page = parse(text);
    if (new URL(answer.url).pathname === '/sign-in') return trouble('Your session has ended. Sign in in a new tab, then apply again: nothing is lost.');
    if (answer.ok) return show(text, answer.url);
    const errors = $('#errors', page), ask = $('#confirm', page);
    if (errors) problem(errors); else trouble($('h1', page)?.textContent || 'Nothing was applied');
    if (ask?.firstChild) $('#confirm').replaceChildren(...ask.childNodes); else preview(true);
  } catch {
    trouble('No connection. Apply again when it is back: nothing is done twice.');
  } finally { sending = false; }
}

onPage(() => {
  const dialog = $('#assign');
  if (!dialog) return;
  const renew = () => { fault(''); preview(); };
  find = picker($('[data-people]', dialog), person => {
    who = person;
    if (person) field('may_name_users').checked = !!person.names;
    if (find) renew();
  });
  dialog.addEventListener('close', () => (opener?.isConnected ? opener : $('#assign-btn')).focus());
  dialog.addEventListener('change', e => { if (!/^(by|find)$/.test(e.target.id) && e.target.name !== 'confirm_notices') renew(); });
  dialog.addEventListener('submit', e => { e.preventDefault(); send(); });
  $('#when').addEventListener('toggle', e => e.target.open && e.target.scrollIntoView({ block: 'nearest' }));
});
// The table's own form leads to the classic page; with a script it opens the dialog instead.
on('submit', e => {
  const by = e.submitter;
  if (e.target.id !== 'assets' || by.formAction.endsWith('.csv')) return;
  if (assign(by.name === 'scope' && by.value, by.name === 'only' && by.closest('tr'))) e.preventDefault();
});
