// Combobox over a listbox (ARIA practices: list autocomplete, first option preselected). `find(text)` gives the items at hand
// and, if others may come, a promise of all. Enter picks what is sure at once; otherwise it waits for the answer, and so does
// a second Enter, which then sends the form: typing ahead never picks the wrong thing.
import { $$, say } from './dom.js';

export function combobox(input, list, find, pick) {
  let items = [], at = -1, turn = 0, waiting = false, enters = 0;
  const mark = i => {
    at = i;
    $$('[role=option]', list).forEach((row, k) => {
      row.setAttribute('aria-selected', k === i);
      if (k === i) row.scrollIntoView({ block: 'nearest' });
    });
    if (i < 0 || list.hidden) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `${list.id}-${i}`);
  };
  const shut = hidden => { list.hidden = hidden; input.setAttribute('aria-expanded', !hidden); };
  const draw = (found, first) => {
    items = found;
    list.replaceChildren(...items.map((item, i) => { item.row.id = `${list.id}-${i}`; return item.row; }));
    shut(!items.length);
    mark(items.length ? Math.max(0, items.findIndex(item => item.key === first)) : -1);
    say(items.length ? `${items.length} found. ${items[at].text}` : 'Nothing found');
  };
  const choose = i => {
    turn++;
    waiting = false;
    shut(true);
    mark(i);
    input.focus();
    pick(items[i]);
  };
  async function refresh() {
    const mine = ++turn, { now, more } = find(input.value);
    enters = 0;
    waiting = !!more;
    draw(now);
    const all = await more?.catch(() => now);
    if (!more || mine !== turn) return;
    waiting = false;
    draw(all, at > 0 && items[at].key);
    if (!enters || at < 0) return;
    choose(at);
    if (enters > 1 && list.hidden) input.form.requestSubmit();
  }
  input.addEventListener('input', () => { pick(null); refresh(); });
  input.addEventListener('keydown', e => {
    const step = { ArrowDown: 1, ArrowUp: items.length - 1 }[e.key];
    if (step !== undefined) {
      if (list.hidden) refresh();
      else { mark((at + step) % items.length); say(`${items[at].text}, ${at + 1} of ${items.length}`); }
    } else if (e.key === 'Enter' && waiting && !items[at]?.sure) enters++;
    else if (e.key === 'Enter' && !list.hidden && at >= 0) choose(at);
    else if (e.key === 'Escape' && !list.hidden && input.value && input.form) { input.value = ''; pick(null); refresh(); }
    else return;
    e.preventDefault();
  });
  list.addEventListener('pointerdown', e => e.preventDefault());
  list.addEventListener('click', e => {
    const row = e.target.closest('[role=option]');
    if (row) choose([...list.children].indexOf(row));
  });
  return refresh;
}
