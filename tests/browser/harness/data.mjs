// The sample data as the tests know it: read from the very files that the product imports, by nothing of the product's.
import { readFileSync } from 'node:fs';

export const EXPORT = new URL('../../../testkit/data/vendor-export/', import.meta.url).pathname;
// The world always starts on this day, whatever the day of the run, so that the same contracts are active.
export const TODAY = '2026-11-24';

/** RFC 4180: a list of rows, each an object by column name. */
export function parseCsv(text) {
  const rows = [[]];
  let field = '', quoted = false;
  for (let i = text.charCodeAt(0) === 0xfeff ? 1 : 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') { field += '"'; i++; }
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      rows.at(-1).push(field.replace(/\r$/, ''));
      field = '';
      if (c === '\n') rows.push([]);
    } else field += c;
  }
  if (field || rows.at(-1).length) rows.at(-1).push(field);
  const [columns, ...body] = rows.filter(row => row.length);
  return body.map(row => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? ''])));
}

export const read = name => parseCsv(readFileSync(`${EXPORT}${name}.csv`, 'utf8'));
export const fold = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const same = (a, b) => fold(a) === fold(b);
const by = (rows, key) => rows.reduce((map, row) => map.set(row[key], [...(map.get(row[key]) ?? []), row]), new Map());

/** What a search in "any field" compares with: each name, the address, and its local part after the last dot. */
const words = person => [
  `${person.first_name} ${person.last_name}`, ...person.first_name.split(' '), ...person.last_name.split(' '), person.last_name,
  person.email, person.email.split('@')[0].split('.').pop(),
].map(fold);

/** The first `length` letters that find this person and nobody else of the company; null where there are none. */
function letters(person, company, length = 3) {
  for (const start of [person.first_name, person.last_name]) {
    const typed = fold(start).slice(0, length);
    if (!/^[a-z]+$/.test(typed) || typed.length < length) continue;
    if (company.every(other => other === person || !words(other).some(word => word.startsWith(typed)))) return typed;
  }
  return null;
}

/** Every contract with what the tests choose by; `on` are its serial numbers, `source` says where a coordinator comes from. */
function contracts() {
  const people = read('people'), accounts = new Map(read('accounts').map(row => [row.account_number, row])), assets = by(read('assets'), 'contract_number');
  const groups = new Map(read('groups').map(row => [`${row.contract_number}/${row.group_name}`, row.software_coordinator_email]));
  return read('contracts').map(row => {
    const on = assets.get(row.contract_number) ?? [];
    const source = asset => asset.software_coordinator_email ? 'asset'
      : groups.get(`${row.contract_number}/${asset.group_name}`) ? 'group'
      : row.software_coordinator_email ? 'contract' : 'contract_manager';
    const count = kind => on.filter(asset => source(asset) === kind).length;
    const company = people.filter(person => person.account_numbers.split(' ').includes(row.account_number));
    const through = on.map(asset => fold(groups.get(`${row.contract_number}/${asset.group_name}`) ?? ''));
    const named = new Set(on.map(asset => fold(asset.software_coordinator_email)).filter(Boolean));
    const manager = people.find(person => same(person.email, row.contract_manager_email));
    const plain = person => person && !person.role && person.account_numbers === row.account_number;
    return { ...row, number: row.contract_number, on, company, manager, named, plain, account: accounts.get(row.account_number),
      default: count('contract_manager'), grouped: count('group'), own: count('asset') + count('group'),
      // Colleagues who coordinate nothing here and whom three letters find.
      free: company.filter(person => plain(person) && person !== manager && !named.has(fold(person.email)) && !through.includes(fold(person.email)) && letters(person, company)),
      typed: person => letters(person, company) };
  });
}

const active = row => row.start_date <= TODAY && row.end_date >= '2026-12-31';
const first = (rows, what) => { if (!rows.length) throw new Error(`the sample data has no ${what}`); return rows[0]; };

/**
 * The parts of the play, found in the data by what they are and not by name.
 * `main`: an active contract of 12–45 serial numbers (one page), some by default, some with coordinators of their own, some
 * through a group. `leaver`: somebody who coordinates on a contract of a manager of several, and a colleague who does not.
 */
export function cast() {
  const all = contracts();
  const fit = all.filter(row => active(row) && row.plain(row.manager) && row.reseller_account_number && row.on.length >= 12 && row.on.length <= 45 && row.default >= 2
    && row.own - row.grouped >= 4 && row.grouped && row.named.size >= 2 && !row.software_coordinator_email && row.free.length >= 4);
  const main = first(fit.sort((a, b) => a.on.length - b.on.length || a.number.localeCompare(b.number)), 'contract for the main tests');
  const managers = by(all.filter(row => active(row) && row.plain(row.manager)), 'contract_manager_email');
  const leaver = first([...managers.values()].flatMap(rows => {
    const company = rows[0].company, somewhere = email => rows.some(row => row.named.has(fold(email)));
    const person = company.find(other => rows[0].named.has(fold(other.email)) && other !== rows[0].manager && rows[0].plain(other));
    const successor = rows[0].free.find(other => !somewhere(other.email));
    const usual = rows.length > 1 && rows.every(row => row.account === rows[0].account && row.on.length <= 100);
    return usual && person && successor ? [{ rows, person, successor, manager: rows[0].manager, typed: rows[0].typed(successor) }] : [];
  }), 'manager of several contracts');
  const reseller = read('people').find(person => person.role === 'partner' && person.account_numbers === main.reseller_account_number);
  const staff = read('people').find(person => ['support', 'administrator'].includes(person.role));
  return { main, leaver, people: { reseller, staff } };
}

/** Whoever of the vendor's people looks after the catalogue. */
export const releasesStaff = read('people').find(person => person.role === 'releases');
export const fulfilmentStaff = read('people').find(person => person.role === 'fulfilment');
/** The product line of a serial number. */
export const lineOf = asset => read('products').find(product => product.product_code === asset.product_code).product_line;
