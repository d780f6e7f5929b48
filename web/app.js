// What every page does with a script. Without one each of these is a plain link or form.
import { $, $$, on, onPage, say } from './dom.js';
import { assign } from './assign.js';
import { palette } from './palette.js';
import { picker } from './people.js';
import { picked } from './table.js';

const root = document.documentElement;
const dark = () => (root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches && 'dark')) === 'dark';
const keysOff = () => localStorage.getItem('keys') === 'off';

onPage(() => {
  const hand = $('#hand-over');
  $('#theme').setAttribute('aria-pressed', dark());
  if ($('#keys')) $('#keys').checked = !keysOff();
  if (hand) {
    const find = picker($('[data-people]', hand), person => { if (person?.row) hand.requestSubmit(); });
    if (!$('.apply-form')) find.reset();
    hand.addEventListener('submit', e => {
      if (hand.elements.successor.value) return;
      e.preventDefault();
      find.fault('Choose a person from the list, or type an e-mail address to add one');
      find.input.focus();
    });
  }
  ($('main #errors') || $('.flash') || $('[data-focus]'))?.focus();
});
on('click', e => {
  const at = e.target, shut = at.closest('#shut');
  if (at.matches('dialog')) at.close();
  if (at.closest('[data-close]')) at.closest('dialog').close();
  if (!at.closest('.companies')) $('.companies')?.removeAttribute('open');
  if (!shut) return;
  e.preventDefault();
  history.replaceState(null, '', shut.href);
  $('#flash').replaceChildren();
  $('#main').focus();
});
on('submit', async e => {
  if (!e.target.matches('form.theme')) return;
  e.preventDefault();
  const body = new URLSearchParams(new FormData(e.target)), theme = dark() ? 'light' : 'dark';
  body.set('theme', theme);
  root.dataset.theme = theme;
  $('#theme').setAttribute('aria-pressed', dark());
  fetch(e.target.action, { method: 'POST', body, redirect: 'manual' }).catch(() => say('No connection: the theme is not saved'));
});
on('change', e => { if (e.target.id === 'keys') localStorage.setItem('keys', e.target.checked ? 'on' : 'off'); });

// Single keys; off in fields and dialogs, and where somebody switched them off (WCAG 2.1.4).
let go = -9999;
on('keydown', e => {
  const key = e.key.toLowerCase(), mod = e.ctrlKey || e.metaKey, typing = e.target.matches('input:not([type=checkbox], [type=radio]), select, textarea');
  if (mod && key === 'k') { e.preventDefault(); return palette(); }
  if (mod || e.altKey || typing || $('dialog[open]')) return;
  if (key === 'escape' && picked().length) $('#assets').reset();
  if (keysOff() || key.length > 1) return;
  const gone = e.timeStamp - go < 1500 && $$('[data-go]').find(a => a.dataset.go === key);
  go = key === 'g' ? e.timeStamp : -9999;
  if (gone) gone.click();
  else if (key === 'a') { if (!assign()) return; }
  else if (key === '/') $('#filter')?.focus();
  else if (key === 'z') $('#undo')?.click();
  else if (key === '?') $('[data-go="?"]').click();
  else return;
  e.preventDefault();
});
