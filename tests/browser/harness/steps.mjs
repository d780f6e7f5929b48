// What several tests do or look at: the key page, who coordinates what, and which mails came.
import { equal, note, ok, poll, until, untilEqual } from './checks.mjs';

export const productsPath = contract => `/contracts/${contract}/products`;
export const row = (b, serial) => b.locate(`#rows tr[data-serial="${serial}"]`);
export const option = (b, person) => b.locate('#found [role=option]', { hasText: person.email });
export const fullName = person => `${person.first_name} ${person.last_name}`;
export const numbers = n => (n === 1 ? '1 serial number' : `${n} serial numbers`);

export async function openProducts(b, contract) {
  await b.goto(productsPath(contract));
  await b.locate('#rows tr').first().waitFor();
}

/** Ticks these serial numbers and no others. */
export async function tick(hand, b, serials) {
  for (const serial of serials) await hand.click(row(b, serial).locator('input[type=checkbox]'));
}

/** The message that says what was done; the page shows it once the change is applied. */
export async function done(b, text) {
  const message = b.locate('.flash').first();
  await message.waitFor();
  const is = await message.innerText();
  ok(is.includes(text), `the message says "${text}": ${is}`);
  ok(!b.script || await poll(() => message.evaluate(element => element === document.activeElement)), 'the focus is on the message');
}

/** Who coordinates what, as "address source" by serial number. */
export async function holders(api, contract) {
  return Object.fromEntries(Object.entries(await api.assets(contract)).sort().map(([serial, c]) => [serial, `${c.email.toLowerCase()} ${c.source}`]));
}

export const byDefault = who => Object.keys(who).filter(serial => who[serial].endsWith(' contract_manager'));
export const of = (who, email) => Object.keys(who).filter(serial => who[serial].startsWith(`${email.toLowerCase()} `));

/** The contract is as `before`, but for these serial numbers. Asked again until so, as a page may still be on its way. */
export async function changed(api, contract, before, serials, person, source, what) {
  const should = { ...before };
  for (const serial of serials) should[serial] = `${person.email.toLowerCase()} ${source}`;
  await untilEqual(() => holders(api, contract), should, what, 5000);
}

export async function check(world) { await world.command('check'); ok(true, '`check` finds nothing'); }

/**
 * Lets a minute and a second pass and compares all mail since `since` with what should have come: a list of
 * [address, beginning of the subject], in any order, each exactly once.
 */
export async function mailed(world, since, should) {
  world.advance(61);
  const list = mails => mails.slice(since).filter(mail => !/\/sign-in\/link\//.test(mail.text)).flatMap(mail => [mail.to].flat().map(to => [to.toLowerCase(), mail.subject]));
  const wanted = should.map(([to, subject]) => [to.toLowerCase(), subject]);
  const arrived = await poll(() => list(world.mails()).length >= wanted.length && list(world.mails()), 20_000) || list(world.mails());
  const sort = rows => rows.map(([to, subject]) => `${to}: ${subject}`).sort();
  equal(sort(arrived.map(([to, subject]) => [to, wanted.find(w => w[0] === to && subject.startsWith(w[1]))?.[1] ?? subject])), sort(wanted), 'the mails that the SMTP server received');
  return world.mails().slice(since);
}

/**
 * Nothing was mailed of what happened until now: a later change, made by the API and due later, is mailed, and nothing
 * else is. So nobody has to wait for mail that does not come.
 */
export async function mailedNothing(world, api, contract, since, serial, person, manager) {
  world.advance(61);
  await api.post(`/contracts/${contract}/coordinator-assignments`, { coordinator: { email: person.email }, to: { serial_numbers: [serial] } });
  await mailed(world, since, [[person.email, 'You now coordinate 1 serial number'], [manager.email, '1 serial number ']]);
}

export { equal, note, ok, poll, until, untilEqual };
