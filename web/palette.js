// The palette: Ctrl K, then a serial number, person, page or action.
import { $, $$, fold, onPage, option, pause } from './dom.js';
import { combobox } from './combobox.js';
import { assign } from './assign.js';
import { picked, tick } from './table.js';

const ICONS = { Action: 'coord', Person: 'people', 'Serial number': 'box' };
let refresh;
const entry = ({ text, kind, href, go }) => ({
  key: href || text, sure: true, text: `${text}, ${kind}`, words: fold(text), row: option(ICONS[kind] || 'doc', text, '', kind),
  go: go || (() => location.assign(href)),
});
function local() {
  const action = (text, go) => ({ text, kind: 'Action', go });
  return [
    ...(picked().length ? [action('Assign coordinator to the selected serial numbers', () => assign())] : []),
    ...$$('#scope label:not([data-picked])').map(l => action(`Assign coordinator: ${l.textContent}`, () => assign($('input', l).value))),
    action('Switch theme', () => $('#theme').click()),
    ...$$('.nav a').map(a => ({ text: a.dataset.text, kind: 'Page', href: a.pathname })),
    { text: 'Help', kind: 'Page', href: '/help' },
    ...$$('#rows tr[data-serial]').map(row => ({ text: `${$('.prod a', row).textContent} ${row.dataset.serial}`, kind: 'Serial number', go: () => tick(row) })),
  ];
}
function find(raw) {
  const q = raw.trim(), here = local(), now = here.map(entry).filter(e => fold(q).split(/\s+/).every(word => e.words.includes(word))).slice(0, 9);
  if (q.length < 2) return { now };
  return { now, more: pause(120).then(async () => {
    if ($('#cmd').value !== raw) return now;
    const answer = await fetch(`/search.json?${new URLSearchParams({ q })}`), found = answer.ok ? await answer.json() : [];
    return [...now.slice(0, 6), ...found.filter(item => !here.some(h => h.href === item.href)).map(entry)].slice(0, 12);
  }) };
}
export function palette() {
  if (!$('#palette') || $('dialog[open]')) return;
  $('#cmd').value = '';
  refresh();
  $('#palette').showModal();
}
onPage(() => {
  if (!$('#palette')) return;
  refresh = combobox($('#cmd'), $('#cmds'), find, item => { if (item) { $('#palette').close(); item.go(); } });
  $('#jump').addEventListener('click', palette);
});
