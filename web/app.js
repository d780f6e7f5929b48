// What every page does with a script. Without one each of these is a plain link or form.
import { $, $$, onPage, say } from './dom.js';
import { assign } from './assign.js';
import { palette } from './palette.js';
import { picker } from './people.js';
import { picked } from './table.js';

const root = document.documentElement;
const dark = () => (root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
const keysOff = () => localStorage.getItem('keys') === 'off';

onPage(() => {
  $('#theme')?.setAttribute('aria-pressed', dark());
  if ($('#keys')) $('#keys').checked = !keysOff();
  const hand = $('#hand-over [data-people]');
  if (hand) {
    const find = picker(hand, person => { if (person && !person.isNew) $('#hand-over').requestSubmit(); });
    find.reset();
    $('#hand-over').addEventListener('submit', e => {
      if (!e.target.elements.successor.value) { e.preventDefault(); find.fault('Choose a person from the list, or type an e-mail address to add one'); $('#find').focus(); }
    });
  }
  ($('main #errors') || $('.flash') || $('[data-focus]'))?.focus();
});

document.addEventListener('click', e => {
  const at = e.target;
  if (at.matches?.('dialog')) at.close();
  at.closest?.('[data-close]')?.closest('dialog').close();
  if (!at.closest?.('.companies')) $('.companies[open]')?.removeAttribute('open');
  if (at.closest?.('#shut')) {
    e.preventDefault();
    history.replaceState(null, '', at.closest('#shut').href);
    $('#flash').replaceChildren();
    $('#main').focus();
  }
});
document.addEventListener('submit', async e => {
  if (!e.target.matches('form.theme')) return;
  e.preventDefault();
  root.dataset.theme = dark() ? 'light' : 'dark';
  const button = $('#theme'), body = new URLSearchParams(new FormData(e.target));
  body.set('theme', root.dataset.theme);
  button.setAttribute('aria-pressed', dark());
  try { await fetch(e.target.action, { method: 'POST', body, redirect: 'manual' }); } catch { say('No connection: the theme is not saved'); }
});
document.addEventListener('change', e => { if (e.target.id === 'keys') localStorage.setItem('keys', e.target.checked ? 'on' : 'off'); });

// Single keys; off in fields and dialogs, and where somebody switched them off (WCAG 2.1.4).
let go = 0;
document.addEventListener('keydown', e => {
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') { e.preventDefault(); return palette(); }
  if (e.ctrlKey || e.metaKey || e.altKey || $('dialog[open]') || e.target.matches('input:not([type=checkbox], [type=radio]), select, textarea')) return;
  if (e.key === 'Escape') { if (picked().length) $('#assets').reset(); return; }
  if (keysOff() || e.key.length > 1) return;
  const key = e.key.toLowerCase();
  if (Date.now() - go < 1500) { go = 0; const link = $$('[data-go]').find(a => a.dataset.go === key); if (link) { e.preventDefault(); return link.click(); } }
  if (key === 'g') go = Date.now();
  else if (key === '/' && $('#filter')) { e.preventDefault(); $('#filter').focus(); }
  else if (key === 'a') { if (assign()) e.preventDefault(); }
  else if (key === 'z') $('#undo')?.click();
  else if (key === '?') $('[data-go="?"]')?.click();
});
