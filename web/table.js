// Selection in the table of serial numbers, and filtering it in place.
import { $, $$, on, parse, pause, say, serials } from './dom.js';

const PARTS = ['cover-box', 'list', 'csv', 'scope', 'filters', 'narrow'];
const TICK = '#rows input[type=checkbox]';
let last = null, wide = null, turn = 0;

const rows = () => $$('#rows tr');
const box = row => $('input', row) || {};
export const picked = () => rows().filter(row => box(row).checked);
// What the next action is for: the ticked rows, or more than the page shows once that was asked for.
export const selection = () => ({ rows: picked(), wide });

function sync(tell) {
  const all = $('#all'), n = picked().length, shown = rows().length, line = $('#wide span');
  if (!all) return;
  if (n < shown) wide = null;
  all.checked = n > 0 && n === shown;
  all.indeterminate = n > 0 && n < shown;
  $('.count').toggleAttribute('data-n', !!wide);
  if (wide) $('.count').dataset.n = wide.n;
  if (line) {
    line.textContent = wide ? `All ${serials(wide.n)} are selected.` : 'Those on this page are selected.';
    $('#take-all').hidden = !!wide;
  }
  if (tell) say(n ? `${serials(wide ? wide.n : n)} selected` : 'Selection cleared');
}
export function tick(row) { box(row).checked = true; box(row).focus(); sync(true); }

// Asks for the page with other filters and takes its parts; the address stays true.
async function narrow(url, how) {
  const mine = ++turn, answer = await fetch(url).catch(() => null);
  if (!answer?.ok || answer.redirected) return location.assign(url);
  const next = parse(await answer.text()), ticked = picked().map(row => row.dataset.serial), folded = $('#cover')?.open === false;
  if (mine !== turn) return;
  PARTS.forEach(id => { const part = $(`#${id}`, next); if (part) $(`#${id}`)?.replaceWith(part); });
  if (folded) $('#cover').open = false;
  rows().forEach(row => { box(row).checked = ticked.includes(row.dataset.serial); });
  history[how](null, '', url);
  sync();
  say(`${$('#shown').textContent} shown`);
}
function typed(how) {
  const form = $('#narrow'), set = [...new FormData(form)].filter(([, value]) => value);
  return narrow(set.length ? `${form.action}?${new URLSearchParams(set)}` : form.action, how);
}

on('click', async e => {
  const at = e.target, tickBox = at.closest(TICK), chip = at.closest('.chip[href], #show-all');
  if (tickBox) {
    const row = tickBox.closest('tr'), shown = rows();
    if (e.shiftKey && last) {
      const [from, to] = [shown.indexOf(last), shown.indexOf(row)].sort((a, b) => a - b);
      shown.slice(Math.max(from, 0), to + 1).forEach(r => { box(r).checked = tickBox.checked; });
    }
    last = row;
    sync(true);
  } else if (chip && !e.ctrlKey && !e.metaKey && !e.shiftKey) {
    const { id } = chip.dataset;
    e.preventDefault();
    if (!id) $$('[form=narrow]').forEach(field => { field.value = ''; });
    await narrow(chip.href, 'pushState');
    ($$('.chip').find(c => id && c.dataset.id === id) || $('#filter')).focus();
  } else if (at.id === 'take-all') {
    wide = { ...$('#wide').dataset };
    wide.n = Number(wide.n);
    sync(true);
    $('#all').focus();
  }
});
on('keydown', e => {
  const tickBox = e.target.closest?.(TICK);
  if (e.target.id === 'filter' && e.key === 'Enter') { e.preventDefault(); typed('replaceState'); }
  if (tickBox && e.key === 'x') tickBox.click();
  if (!tickBox || !/^Arrow(Up|Down)$/.test(e.key)) return;
  e.preventDefault();
  const shown = rows(), next = shown[shown.indexOf(tickBox.closest('tr')) + (e.key === 'ArrowDown' ? 1 : -1)];
  if (!next) return;
  if (e.shiftKey) { tickBox.checked = box(next).checked = true; sync(true); }
  box(next).focus();
  last = next;
});
on('change', e => {
  if (e.target.id === 'all') { wide = null; rows().forEach(row => { box(row).checked = e.target.checked; }); sync(true); }
  if (e.target.id === 'group') typed('pushState');
});
on('input', async e => {
  const { id, value } = e.target;
  if (id === 'filter') { await pause(150); if (value === e.target.value) typed('replaceState'); }
});
on('reset', e => { if (e.target.id === 'assets') setTimeout(() => sync(true)); });
on('page', () => { last = wide = null; });
