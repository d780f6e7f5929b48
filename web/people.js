// Finding a person of the company, or adding one by a full address. The first page of people comes with the page; more
// are asked for after a pause, unless everybody is there already.
import { $, $$, FRAGMENT, esc, fold, icon, node, parse, pause } from './dom.js';
import { combobox } from './combobox.js';

const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const hit = (text, q) => {
  const i = q ? fold(text).indexOf(fold(q)) : -1;
  return i < 0 ? esc(text) : `${esc(text.slice(0, i))}<mark>${esc(text.slice(i, i + q.length))}</mark>${esc(text.slice(i + q.length))}`;
};
// "maya.lindqvist@…" is most likely Maya Lindqvist; the fields stay open to correction.
const guess = mail => mail.split('@')[0].replace(/\+.*/, '').split(/[._-]+/).map(w => w.replace(/\d+$/, '')).filter(Boolean)
  .map(w => w[0].toUpperCase() + w.slice(1));
const row = (data, symbol, title, words) =>
  node(`<div class="opt" role="option" ${data}><span class="plus">${icon(symbol)}</span><span class="t"><b>${title}</b><small>${words}</small></span></div>`);

// `changed(person)` is called with what was picked, and with null when it no longer holds.
export function picker(root, changed) {
  const input = $('#find', root), list = $('#found', root), names = $('#names', root), field = input.closest('.field');
  const form = input.form, hidden = form.elements[root.dataset.name || 'coordinator'];
  const known = new Map(), asked = new Set();
  const learn = nodes => nodes.forEach(option => {
    const { email, first, last, names: may } = option.dataset;
    known.set(fold(email), { option, email, first, last, may, name: $('b', option).textContent, note: $('.r', option).textContent });
  });
  learn($$('[role=option]', list));

  const fits = (p, f, by) => {
    const any = [p.name, p.first, p.last, ...p.name.split(' '), p.email, p.email.split('@')[0].split('.').pop()];
    return ({ email: [p.email], first_name: [p.first], last_name: [p.last] }[by] || any).some(x => fold(x).startsWith(f));
  };
  const listed = q => {
    const f = fold(q), by = $('#by', root).value;
    const out = [...known.values()].filter(p => !f || fits(p, f, by)).map(p => {
      const option = p.option.cloneNode(true);
      $('b', option).innerHTML = hit(p.name, q);
      $('small', option).innerHTML = hit(p.email, q);
      return { key: p.email, sure: true, person: p, node: option, text: `${p.name}, ${p.email}, ${p.note}` };
    });
    if (q && !known.has(f)) {
      const full = MAIL.test(q), title = full ? `Add ${esc(q)}` : 'Add a new person';
      const words = full ? 'Sends an invitation and assigns at once' : 'Type their full e-mail address';
      out.push({ key: 'add', add: q, node: row('', 'plus', title, words), text: full ? `Add ${q}` : 'Add a new person, type the full e-mail address' });
    } else if (!q && 'clear' in root.dataset) {
      out.push({ key: 'clear', clear: true, text: 'Nobody in particular', node: row('', 'back', 'Nobody in particular', 'Falls back to the group, the contract or the Contract Manager') });
    }
    return out;
  };
  const find = raw => {
    const q = raw.trim(), by = $('#by', root).value, key = `${by} ${fold(q)}`;
    if (!q || 'complete' in root.dataset || asked.has(key)) return { now: listed(q) };
    const more = pause(120).then(async () => {
      if (input.value.trim() !== q) throw key;
      const answer = await fetch(`${root.dataset.people}?${new URLSearchParams({ find: by, starting_with: q })}`, FRAGMENT);
      if (!answer.ok) throw answer;
      learn($$('[role=option]', parse(await answer.text())));
      asked.add(key);
      return listed(q);
    });
    return { now: listed(q), more };
  };

  const fault = text => {
    const e = $('#find-e', root);
    e.textContent = text;
    e.hidden = !text;
    if (text) input.setAttribute('aria-invalid', 'true'); else input.removeAttribute('aria-invalid');
  };
  const set = (person, isNew) => {
    fault('');
    hidden.value = person?.email || '';
    field.classList.toggle('picked', !!person);
    $('#find-h', root).hidden = !!person;
    names.hidden = !isNew;
    $$('input', names).forEach(i => { i.disabled = !isNew; });
    if (isNew) {
      const [first, ...last] = guess(person.email);
      $('#first_name', names).value = first || '';
      $('#last_name', names).value = last.join(' ');
    }
    const face = $('#find-av', root), from = person?.option && $('.av', person.option);
    face.textContent = from?.textContent || '';
    face.hidden = !from;
    if (from) face.dataset.c = from.dataset.c;
    if (person) input.value = person.name;
    changed(person);
  };
  const box = combobox(input, list, find, item => {
    if (!item) return set(null);
    if (item.clear) return set({ name: 'Nobody in particular', email: '', clear: true });
    if (!item.add) return set(item.person);
    if (MAIL.test(item.add)) return set({ name: item.add, email: item.add, isNew: true }, true);
    box.refresh();
    fault('Enter the full e-mail address, for example name@company.com');
  });
  $('#by', root).addEventListener('change', () => { box.refresh(); input.focus(); });
  return { fault, reset() { input.value = ''; set(null); box.refresh(); } };
}
