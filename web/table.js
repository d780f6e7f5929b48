// Selection in the table of serial numbers, and filtering it in place.
import { $, $$, parse, pause, say, serials } from './dom.js';

const PARTS = ['cover-box', 'list', 'csv', 'scope', 'filters', 'narrow'];
let last = null, wide = null, turn = 0;

const rows = () => $$('#rows tr');
const box = row => $('input', row);
export const picked = () => rows().filter(row => box(row)?.checked);
// What the next action is for: the ticked rows, or more than the page shows once that was asked for.
export const selection = () => ({ rows: picked(), wide });

function sync() {
  const all = $('#all'), ticked = picked().length, shown = rows().length;
  if (!all) return;
  if (ticked < shown) wide = null;
  all.checked = ticked > 0 && ticked === shown;
  all.indeterminate = ticked > 0 && ticked < shown;
  const n = $('.count');
  if (wide) n.dataset.n = wide.n; else delete n.dataset.n;
  const line = $('#wide span');
  if (line) line.textContent = wide ? `All ${serials(wide.n)} are selected.` : 'Those on this page are selected.';
  if (line) $('#take-all').hidden = !!wide;
}
function tell() {
  sync();
  const n = wide ? wide.n : picked().length;
  say(n ? `${serials(n)} selected` : 'Selection cleared');
}
export function tick(row) { box(row).checked = true; box(row).focus(); tell(); }

// Asks for the page with other filters and takes its parts; the address stays true.
async function narrow(url, push) {
  const mine = ++turn;
  let answer;
  try { answer = await fetch(url); } catch { return say('No connection'); }
  if (!answer.ok || answer.redirected) return location.assign(url);
  const next = parse(await answer.text());
  if (mine !== turn) return;
  const ticked = new Set(picked().map(row => row.dataset.serial)), folded = $('#cover')?.open === false;
  for (const id of PARTS) { const now = $(`#${id}`), part = $(`#${id}`, next); if (now && part) now.replaceWith(part); }
  if (folded) $('#cover').open = false;
  rows().forEach(row => { if (ticked.has(row.dataset.serial)) box(row).checked = true; });
  history[push ? 'pushState' : 'replaceState'](null, '', url);
  sync();
  say(`${$('#shown').textContent} shown`);
}
const address = () => {
  const form = $('#narrow'), set = [...new FormData(form)].filter(([, value]) => value);
  return set.length ? `${form.action}?${new URLSearchParams(set)}` : form.action;
};

document.addEventListener('click', async e => {
  const tickBox = e.target.closest?.('#rows input[type=checkbox]'), chip = e.target.closest?.('.chip[href], #show-all');
  if (tickBox) {
    const row = tickBox.closest('tr'), shown = rows();
    if (e.shiftKey && last) {
      const [from, to] = [shown.indexOf(last), shown.indexOf(row)].sort((a, b) => a - b);
      shown.slice(Math.max(from, 0), to + 1).forEach(r => { box(r).checked = tickBox.checked; });
    }
    last = row;
    tell();
  } else if (chip && !e.ctrlKey && !e.metaKey && !e.shiftKey) {
    e.preventDefault();
    const id = chip.dataset.id;
    if (!id) { $('#filter').value = ''; if ($('#group')) $('#group').value = ''; }
    await narrow(chip.href, true);
    (id ? $$('.chip').find(c => c.dataset.id === id) : $('#filter'))?.focus();
  } else if (e.target.id === 'take-all') {
    const { scope, n } = $('#wide').dataset;
    wide = { scope, n: Number(n) };
    tell();
    $('#all').focus();
  }
});
document.addEventListener('keydown', e => {
  const tickBox = e.target.closest?.('#rows input[type=checkbox]');
  if (e.target.id === 'filter' && e.key === 'Enter') { e.preventDefault(); narrow(address()); }
  if (!tickBox) return;
  if (e.key === 'x') return tickBox.click();
  if (e.key !== 'ArrowUp' && e.key !== 'ArrowDown') return;
  e.preventDefault();
  const shown = rows(), next = shown[shown.indexOf(tickBox.closest('tr')) + (e.key === 'ArrowDown' ? 1 : -1)];
  if (!next) return;
  if (e.shiftKey) { tickBox.checked = true; box(next).checked = true; tell(); }
  box(next).focus();
  last = next;
});
document.addEventListener('change', e => {
  if (e.target.id === 'all') { rows().forEach(row => { box(row).checked = e.target.checked; }); wide = null; tell(); }
  if (e.target.id === 'group') narrow(address(), true);
});
document.addEventListener('input', async e => {
  if (e.target.id !== 'filter') return;
  const typed = e.target.value;
  await pause(150);
  if (typed === e.target.value) narrow(address());
});
document.addEventListener('reset', e => { if (e.target.id === 'assets') setTimeout(() => { wide = null; tell(); }); });
document.addEventListener('page', () => { last = wide = null; });
