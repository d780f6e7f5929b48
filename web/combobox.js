// Combobox over a listbox (ARIA practices: list autocomplete, first option preselected). `find(text)` gives the items at
// hand and, if others may exist, a promise of all. Enter picks; pressed too early it waits for the answer, and so does a
// second one, which then sends the form: typing ahead never picks the wrong thing.
import { $$, say } from './dom.js';

export function combobox(input, list, find, pick) {
  let items = [], at = -1, turn = 0, waiting = false, enters = 0;
  const mark = i => {
    at = i;
    $$('[role=option]', list).forEach((option, k) => {
      option.setAttribute('aria-selected', k === i);
      if (k === i) option.scrollIntoView({ block: 'nearest' });
    });
    if (i < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `${list.id}-${i}`);
  };
  const shut = hidden => { list.hidden = hidden; input.setAttribute('aria-expanded', !hidden); };
  const draw = (found, first) => {
    items = found;
    list.replaceChildren(...items.map((item, i) => { item.node.id = `${list.id}-${i}`; return item.node; }));
    shut(!items.length);
    mark(items.length ? Math.max(0, items.findIndex(item => item.key === first)) : -1);
  };
  const tell = () => say(items.length ? `${items.length} found. ${items[0].text}` : 'Nothing found');
  const choose = i => {
    turn++;
    waiting = false;
    shut(true);
    input.removeAttribute('aria-activedescendant');
    input.focus();
    pick(items[i]);
  };
  async function refresh() {
    const mine = ++turn, { now, more } = find(input.value);
    enters = 0;
    waiting = !!more;
    draw(now);
    if (!more) return;
    const all = await more.catch(() => null);
    if (mine !== turn) return;
    waiting = false;
    if (all) draw(all, at > 0 ? items[at].key : undefined);
    tell();
    if (enters && items.length) {
      const send = enters > 1;
      choose(at);
      if (send && list.hidden) input.form?.requestSubmit();
    }
  }
  input.addEventListener('input', () => { pick(null); refresh(); if (!waiting) tell(); });
  input.addEventListener('keydown', e => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (list.hidden) return void refresh();
      mark((at + (e.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length);
      say(`${items[at].text}, ${at + 1} of ${items.length}`);
    } else if (e.key === 'Enter' && waiting && !(at >= 0 && items[at].sure)) { e.preventDefault(); enters++; }
    else if (e.key === 'Enter' && !list.hidden && at >= 0) { e.preventDefault(); choose(at); }
    else if (e.key === 'Escape' && !list.hidden && input.value && input.form) {
      e.preventDefault();
      input.value = '';
      pick(null);
      refresh();
    }
  });
  list.addEventListener('pointerdown', e => e.preventDefault());
  list.addEventListener('click', e => {
    const option = e.target.closest('[role=option]');
    if (option) choose([...list.children].indexOf(option));
  });
  return { refresh };
}
