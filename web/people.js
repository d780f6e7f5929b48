// Finding a person of the company, or adding one by a full address. The first page of people comes with the page; more are
// asked for after a pause, unless everybody is there.
import { $, $$, FRAGMENT, esc, fold, option, parse, pause } from './dom.js';
import { combobox } from './combobox.js';

const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const hit = (text, q) => {
  const i = fold(text).indexOf(fold(q)), end = i + q.length;
  return q && i >= 0 ? `${esc(text.slice(0, i))}<mark>${esc(text.slice(i, end))}</mark>${esc(text.slice(end))}` : esc(text);
};
// "maya.lindqvist@…" is most likely Maya Lindqvist; the fields stay open to correction.
const guess = mail => mail.split('@')[0].split(/[._+-]+/).map(w => w.replace(/\d+$/, '')).filter(Boolean).map(w => w[0].toUpperCase() + w.slice(1));

// `changed(person)` is called with what was picked, and with null when it no longer holds.
export function picker(root, changed) {
  const get = id => $(`#${id}`, root), input = get('find'), names = get('names'), face = get('find-av'), by = get('by');
  const known = new Map(), asked = new Set(), { people, name, complete, clear } = root.dataset;
  const learn = rows => rows.forEach(row => known.set(fold(row.dataset.email),
    { ...row.dataset, row, name: $('b', row).textContent, note: $('.r', row).textContent }));
  learn($$('[role=option]', root));

  const listed = q => {
    const f = fold(q), field = { email: 'email', first_name: 'first', last_name: 'last' }[by.value];
    const fits = p => (field ? [p[field]] : [p.first, p.last, p.name, ...p.name.split(' '), p.email, p.email.split('@')[0].split('.').pop()])
      .some(text => fold(text).startsWith(f));
    const out = [...known.values()].filter(fits).map(p => {
      const row = p.row.cloneNode(true);
      $('b', row).innerHTML = hit(p.name, q);
      $('small', row).innerHTML = hit(p.email, q);
      return { key: p.email, sure: true, person: p, row, text: `${p.name}, ${p.email}, ${p.note}` };
    });
    const [text, words] = MAIL.test(q) ? [`Add ${q}`, 'Sends an invitation and assigns at once'] : ['Add a new person', 'Type their full e-mail address'];
    if (q && !known.has(f)) out.push({ add: q, text: `${text}. ${words}`, row: option('plus', text, words, '') });
    const nobody = 'Nobody in particular';
    if (!q && clear !== undefined) {
      out.push({ person: { name: nobody, email: '', clear }, text: nobody,
        row: option('back', nobody, 'Falls back to the group, the contract or the Contract Manager', '') });
    }
    return out;
  };
  const find = raw => {
    const q = raw.trim(), key = `${by.value} ${fold(q)}`, now = listed(q);
    if (!q || complete !== undefined || asked.has(key)) return { now };
    return { now, more: pause(120).then(async () => {
      if (input.value !== raw) return now;
      const answer = await fetch(`${people}?${new URLSearchParams({ find: by.value, starting_with: q })}`, FRAGMENT);
      if (answer.ok) { learn($$('[role=option]', parse(await answer.text()))); asked.add(key); }
      return listed(q);
    }) };
  };
  const fault = text => {
    get('find-e').textContent = text;
    get('find-e').hidden = !text;
    if (text) input.setAttribute('aria-invalid', true); else input.removeAttribute('aria-invalid');
  };
  const set = person => {
    const isNew = !!person?.isNew, av = person?.row && $('.av', person.row);
    fault('');
    input.form.elements[name].value = person?.email || '';
    input.closest('.field').classList.toggle('picked', !!person);
    get('find-h').hidden = !!person;
    names.hidden = !isNew;
    const fields = $$('input', names), [first, ...last] = isNew ? guess(person.email) : [];
    fields.forEach((field, i) => { field.disabled = !isNew; field.value = (i ? last.join(' ') : first) || ''; });
    face.textContent = av?.textContent || '';
    face.hidden = !av;
    face.dataset.c = av?.dataset.c;
    if (person) input.value = person.name;
    changed(person);
  };
  const refresh = combobox(input, get('found'), find, item => {
    if (!item?.add) set(item && item.person);
    else if (MAIL.test(item.add)) set({ name: item.add, email: item.add, isNew: true });
    else { refresh(); fault('Enter the full e-mail address, for example name@company.com'); }
  });
  by.addEventListener('change', () => { refresh(); input.focus(); });
  return { fault, input, reset() { input.value = ''; set(null); refresh(); } };
}
