// The palette: Ctrl K, then a serial number, person, page or action.
import { $, $$, esc, fold, icon, node, onPage, pause } from './dom.js';
import { combobox } from './combobox.js';
import { assign } from './assign.js';
import { picked, tick } from './table.js';

const ICONS = { Action: 'coord', Page: 'doc', Person: 'people', 'Serial number': 'box', Contract: 'doc' };
let box = null;

const entry = ({ text, kind, href, go }) => ({
  key: href || text, sure: true, go: go || (() => location.assign(href)), text: `${text}, ${kind}`,
  node: node(`<div class="opt" role="option">${icon(ICONS[kind] || 'doc')}<span class="t">${esc(text)}</span><span class="r">${esc(kind)}</span></div>`),
  words: fold(text),
});
function local() {
  const out = $$('#scope label:not([data-picked])').map(label => ({
    text: `Assign coordinator: ${label.textContent}`, kind: 'Action', go: () => assign($('input', label).value),
  }));
  if (picked().length) out.unshift({ text: 'Assign coordinator to the selected serial numbers', kind: 'Action', go: () => assign() });
  out.push({ text: 'Switch theme', kind: 'Action', go: () => $('#theme').click() });
  $$('.nav a').forEach(a => out.push({ text: [...a.childNodes].find(n => n.nodeType === 3).data, kind: 'Page', href: a.href }));
  out.push({ text: 'Help', kind: 'Page', href: '/help' });
  $$('#rows tr[data-serial]').forEach(row => out.push({
    text: `${$('.prod a', row).textContent} ${row.dataset.serial}`, kind: 'Serial number', go: () => tick(row),
  }));
  return out;
}
function find(raw) {
  const q = raw.trim(), fits = items => items.map(entry).filter(e => fold(q).split(/\s+/).every(word => e.words.includes(word)));
  const here = local(), now = fits(here).slice(0, 9);
  if (q.length < 2) return { now };
  const more = pause(120).then(async () => {
    if ($('#cmd').value !== raw) throw raw;
    const answer = await fetch(`/search.json?${new URLSearchParams({ q })}`);
    if (!answer.ok) throw answer;
    const known = new Set(here.filter(item => item.href).map(item => new URL(item.href, location).pathname));
    const found = (await answer.json()).filter(item => !known.has(item.href));
    return [...fits(here).slice(0, 6), ...found.map(entry)].slice(0, 12);
  });
  return { now, more };
}
export function palette() {
  const dialog = $('#palette');
  if (!dialog || $('dialog[open]')) return;
  $('#cmd').value = '';
  box.refresh();
  dialog.showModal();
}
onPage(() => {
  const dialog = $('#palette');
  if (!dialog) return;
  box = combobox($('#cmd'), $('#cmds'), find, item => { if (item) { dialog.close(); item.go(); } });
  $('#jump').addEventListener('click', palette);
});
