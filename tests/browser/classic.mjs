// The familiar path of the original, step by step and in its words, without a script and with one, with mouse and with keys.
import { changed, check, done, equal, fullName, holders, mailed, numbers, ok, row, until } from './harness/steps.mjs';
import { fold } from './harness/data.mjs';

const FAMILIAR = { email: 'Email', first_name: 'First name', last_name: 'Last name' };
/** The page, or the one that is on its way, says all of these words. */
const has = async (b, words) => { for (const word of words) await until(async () => (await b.page.innerText('body')).includes(word), `the page says "${word}": ${b.page.url()}`, 5000); };

/** Steps 1 to 4: to the classic page with these serial numbers ticked. `use` clicks or presses. */
async function toAssign(b, main, serials, use) {
  await b.goto('/');
  await has(b, ['Contract Administration', 'Manage Software Coordinators']);
  await use(b.locate('nav a', { hasText: 'Manage Software Coordinators' }));
  // The contract is skipped where there is only one.
  await b.page.waitForURL(url => url.pathname !== '/');
  if (new URL(b.page.url()).pathname === '/coordinators') await use(b.locate(`main a[href*="/contracts/${main.number}"]`).first());
  await b.page.waitForURL(`**/contracts/${main.number}/**`);
  await has(b, ['Products']);
  const tab = b.locate('.tabs a', { hasText: 'Products' });
  if (await tab.getAttribute('aria-current') !== 'page') await use(tab);
  for (const serial of serials) await use(row(b, serial).locator('input[type=checkbox]'), 'Space');
  await has(b, ['Assign coordinator']);
}

/** Steps 5 to 9 on the classic page. */
async function pickAndApply(b, main, serials, person, use, by = 'email') {
  await b.locate('h1').waitFor();
  await has(b, ['Contract Administration', 'Manage Software Coordinators', main.number, 'Products', ...serials]);
  await use(b.locate('main a, main button').filter({ hasText: /^\s*Pick list\s*$/ }));
  await has(b, ['Find', 'starting with', 'Go', ...Object.values(FAMILIAR)]);
  await b.locate('main select[name=find]').selectOption(by);
  const value = { email: person.email, first_name: person.first_name, last_name: person.last_name }[by];
  await b.locate('main input[name=starting_with]').fill(fold(value).slice(0, 4));
  await use(b.locate('main button').filter({ hasText: /^\s*Go\s*$/ }));
  await has(b, ['Select', 'Add', fullName(person)]);
  await use(b.locate('main li, main tr').filter({ hasText: person.email }).locator('a, button').filter({ hasText: /^\s*Select/ }));
  await has(b, [fullName(person), 'Apply to All']);
  await use(b.locate('main button').filter({ hasText: /^\s*Apply to All\s*$/ }));
  await done(b, `${fullName(person)} now coordinates ${numbers(serials.length)}.`);
}

const mouse = hand => target => hand.click(target);
const keyboard = hand => async (target, key = 'Enter') => { await hand.tabTo(target); await hand.press(key); };

/** After step 9: what has changed, and who was written to. */
async function applied({ world, api, main }, since, before, serials, person) {
  await changed(api, main.number, before, serials, person, 'asset', 'Apply to All: the ticked ones, and only they');
  await check(world);
  const former = [...new Set(serials.map(serial => before[serial]).filter(v => !v.endsWith('contract_manager')).map(v => v.split(' ')[0]))].filter(email => email !== main.manager.email.toLowerCase());
  await mailed(world, since, [[person.email, `You now coordinate ${numbers(serials.length)} (contract ${main.number})`], ...former.map(email => [email, `${fullName(person)} took over`]),
    [main.manager.email, `${numbers(serials.length)} have a new Software Coordinator`]]);
}

/** Who is signed in. */
export const as = ({ main }) => main.manager;

export const tests = {
  async 'the nine steps without a script'(t) {
    const { world, api, main, b } = t, person = main.free[0], since = world.mails().length, before = await holders(api, main.number), serials = Object.keys(before).slice(2, 5), hand = b.hand();
    await toAssign(b, main, serials, mouse(hand));
    await hand.click('#assign-btn');
    await pickAndApply(b, main, serials, person, mouse(hand));
    hand.budget('the familiar path without a script, ticks included', { clicks: 9 + serials.length });
    await applied(t, since, before, serials, person);
  },

  async 'the nine steps with a script: the dialog has the same words'(t) {
    const { world, api, main, b } = t, person = main.free[0], since = world.mails().length, before = await holders(api, main.number), serials = Object.keys(before).slice(2, 5), hand = b.hand();
    await toAssign(b, main, serials, mouse(hand));
    await hand.click('#assign-btn');
    await until(() => b.locate('dialog#assign').isVisible(), 'the dialog opens');
    await has(b, ['Find', 'starting with']);
    await b.locate('#by').selectOption({ label: 'Email' });
    await b.locate('#find').fill(person.email.slice(0, 5));
    await hand.click(b.locate('#found [role=option]', { hasText: person.email }));
    equal(await b.text('#apply'), 'Apply to all 3', 'the button applies to all that are ticked');
    await hand.click('#apply');
    await done(b, `${fullName(person)} now coordinates ${numbers(serials.length)}.`);
    hand.budget('the familiar path with a script, ticks included', { clicks: 9 + serials.length });
    await applied(t, since, before, serials, person);
  },

  async 'the classic page works with a script too'(t) {
    const { world, api, main, b } = t, person = main.free[1], since = world.mails().length, before = await holders(api, main.number), serials = Object.keys(before).slice(5, 8), hand = b.hand();
    await b.goto(`/contracts/${main.number}/coordinators/assign?${serials.map(serial => `serial=${encodeURIComponent(serial)}`).join('&')}`);
    await pickAndApply(b, main, serials, person, mouse(hand));
    await applied(t, since, before, serials, person);
  },

  async 'the nine steps without a script, with Tab, Space and Enter only'({ world, api, main, b }) {
    const person = main.free[1], before = await holders(api, main.number), serials = Object.keys(before).slice(0, 2), hand = b.hand();
    await toAssign(b, main, serials, keyboard(hand));
    await keyboard(hand)(b.locate('#assign-btn'));
    await pickAndApply(b, main, serials, person, keyboard(hand), 'last_name');
    await changed(api, main.number, before, serials, person, 'asset', 'Apply to All: the ticked ones, and only they');
    equal(hand.clicks, 0, 'no click');
    await check(world);
  },

  async 'Add without a script: somebody new is invited'({ world, api, main, b }) {
    const since = world.mails().length, before = await holders(api, main.number), serials = Object.keys(before).slice(0, 2), hand = b.hand();
    const person = { email: `noor.de-wit@${main.manager.email.split('@')[1]}`, first_name: 'Noor', last_name: 'de Wit' };
    await toAssign(b, main, serials, mouse(hand));
    await hand.click('#assign-btn');
    await hand.click(b.locate('main a, main button').filter({ hasText: /^\s*Pick list\s*$/ }));
    await b.locate('main select[name=find]').selectOption('email');
    await b.locate('main input[name=starting_with]').fill(person.email);
    await hand.click(b.locate('main button').filter({ hasText: /^\s*Go\s*$/ }));
    await hand.click(b.locate('main a, main button').filter({ hasText: /^\s*Add\b/ }));
    const mail = b.locate('main input[type=email][name=coordinator], main input[name=coordinator]:not([type=hidden])');
    if (await mail.count()) await mail.first().fill(person.email);
    await b.locate('main input[name=first_name]').fill(person.first_name);
    await b.locate('main input[name=last_name]').fill(person.last_name);
    await hand.click(b.locate('main button').filter({ hasText: /^\s*Apply to All\s*$/ }));
    await done(b, fullName(person));
    await changed(api, main.number, before, serials, person, 'asset', 'the two ticked are the new person\'s');
    await check(world);
    const mails = await mailed(world, since, [[person.email, 'You\'re invited to '], [main.manager.email, numbers(2)],
      ...[...new Set(serials.map(s => before[s]).filter(v => !v.endsWith('contract_manager')).map(v => v.split(' ')[0]))].filter(e => e !== main.manager.email.toLowerCase()).map(e => [e, fullName(person)])]);
    ok(mails.some(mail => /\/invite\//.test(mail.text)), 'the invitation has a link');
  },

  async 'a manager of several contracts picks one without a script'({ leaver, open }) {
    const b = await open({ script: false }), hand = b.hand(), [one, two] = leaver.rows;
    await b.signIn(leaver.manager.email);
    await b.goto('/');
    await hand.click(b.locate('nav a', { hasText: 'Manage Software Coordinators' }));
    await b.page.waitForURL('**/coordinators');
    for (const contract of leaver.rows) ok((await b.page.innerText('main')).includes(contract.number), `${contract.number} is listed`);
    await hand.click(b.locate(`main a[href*="/contracts/${two.number}"]`));
    await b.page.waitForURL(`**/contracts/${two.number}/products`);
    ok(!(await b.page.innerText('main')).includes(one.on[0].serial_number), 'and sees that one');
    hand.budget('steps 1 and 2', { clicks: 2 });
  },

  async 'undo without a script: one click'({ world, api, main, b }) {
    const before = await holders(api, main.number), serials = Object.keys(before).slice(0, 2), hand = b.hand();
    await toAssign(b, main, serials, mouse(hand));
    await hand.click('#assign-btn');
    await pickAndApply(b, main, serials, main.free[2], mouse(hand));
    const undo = b.hand();
    await undo.click('.flash button:has-text("Undo")');
    undo.budget('undo', { clicks: 1 });
    await until(async () => JSON.stringify(await holders(api, main.number)) === JSON.stringify(before), 'each has its former coordinator again');
    await check(world);
  },

  async 'the action of a row without a script'({ api, main, b }) {
    const before = await holders(api, main.number), serial = Object.keys(before)[3], hand = b.hand();
    await b.goto(`/contracts/${main.number}/products`);
    await hand.click(row(b, serial).locator('.row-act'));
    await pickAndApply(b, main, [serial], main.free[0], mouse(hand), 'first_name');
    await changed(api, main.number, before, [serial], main.free[0], 'asset', 'that one alone');
  },
};
