// The fast path on the contract's Products page, within the budget of clicks and keys, and its undo.
import { byDefault, changed, check, done, equal, fullName, holders, mailed, mailedNothing, numbers, of, ok, openProducts, option, row, tick, until, untilEqual } from './harness/steps.mjs';

/** Three serial numbers that are in different hands: a colleague's, the manager's own by name, one by default. */
const mixed = who => [byDefault(who)[0], ...[...new Set(Object.values(who))].filter(v => v.endsWith(' asset')).slice(0, 2).map(v => Object.keys(who).find(s => who[s] === v))];
const keys = typed => ['a', ...typed, 'Enter', 'Enter'];

/** What follows each change: `check`, and the mails, one per person. */
async function settled({ world, main }, since, before, serials, person) {
  await check(world);
  const former = [...new Set(serials.filter(s => !before[s].endsWith(' contract_manager')).map(s => before[s].split(' ')[0]))]
    .filter(email => email !== person.email.toLowerCase() && email !== main.manager.email.toLowerCase());
  const changes = serials.filter(s => before[s] !== `${person.email.toLowerCase()} asset`).length;
  return mailed(world, since, [
    [person.email, `You now coordinate ${numbers(changes)} (contract ${main.number})`],
    ...former.map(email => [email, `${fullName(person)} took over ${numbers(serials.filter(s => before[s].startsWith(`${email} `)).length)} from you`]),
    [main.manager.email, `${numbers(changes)} ${changes === 1 ? 'has' : 'have'} a new Software Coordinator`],
  ]);
}

/** Who is signed in. */
export const as = ({ main }) => main.manager;

export const tests = {
  async 'mouse, nothing ticked: 3 clicks and 3 letters; undo with 1 click mails nobody'(t) {
    const { world, api, main, b } = t, person = main.free[0], since = world.mails().length, before = await holders(api, main.number);
    await openProducts(b, main.number);
    equal(await b.text('#cover-p'), `${main.on.length - main.default} of ${main.on.length} serial numbers have a coordinator you named. The other ${main.default} are yours by default.`, 'the coverage sentence');
    const hand = b.hand();
    await hand.click('#assign-btn');
    await hand.type(main.typed(person));
    await hand.click(option(b, person));
    await hand.click('#apply');
    hand.budget('mouse, those by default', { clicks: 3, letters: 3 });
    await done(b, `${fullName(person)} now coordinates ${numbers(main.default)}.`);
    await changed(api, main.number, before, byDefault(before), person, 'asset', 'exactly those by default have changed hands');
    equal(await b.text('#cover-p'), `All ${main.on.length} serial numbers have a coordinator you named.`, 'the coverage sentence');
    await check(world);
    const undo = b.hand();
    await undo.click('#undo');
    undo.budget('undo', { clicks: 1 });
    await untilEqual(() => holders(api, main.number), before, 'the undo restores person and source of each');
    await check(world);
    await mailedNothing(world, api, main.number, since, byDefault(before)[0], main.free[1], main.manager);
  },

  async 'keyboard: a, three letters, Enter, Enter; the mails come after a minute'(t) {
    const { world, api, main, b } = t, person = main.free[0], since = world.mails().length, before = await holders(api, main.number);
    await openProducts(b, main.number);
    const hand = b.hand();
    await hand.press('a');
    await hand.type(main.typed(person));
    await hand.press('Enter', 'Enter');
    hand.budget('keyboard, those by default', { keys: 3, letters: 3 });
    await done(b, `${fullName(person)} now coordinates ${numbers(main.default)}.`);
    await changed(api, main.number, before, byDefault(before), person, 'asset', 'exactly those by default have changed hands');
    equal(world.mails().slice(since), [], 'mail is held for a minute');
    const mails = await settled(t, since, before, byDefault(before), person);
    for (const serial of byDefault(before)) ok(mails.some(mail => mail.text.includes(serial)), `the mail names ${serial}`);
  },

  async 'six keys pressed as fast as a program can'({ api, main, b }) {
    const person = main.free[1], before = await holders(api, main.number);
    await openProducts(b, main.number);
    await Promise.all(keys(main.typed(person)).map(key => b.page.keyboard.press(key)));
    await done(b, fullName(person));
    await changed(api, main.number, before, byDefault(before), person, 'asset', 'exactly those by default have changed hands');
  },

  async 'Z undoes and mails nobody'({ world, api, main, b }) {
    const person = main.free[2], since = world.mails().length, before = await holders(api, main.number);
    await openProducts(b, main.number);
    for (const key of keys(main.typed(person))) await b.page.keyboard.press(key);
    await done(b, fullName(person));
    const hand = b.hand();
    await hand.press('z');
    hand.budget('undo', { keys: 1 });
    await untilEqual(() => holders(api, main.number), before, 'Z restores person and source of each');
    await check(world);
    await mailedNothing(world, api, main.number, since, byDefault(before)[0], main.free[1], main.manager);
  },

  async 'three ticked in different hands: the dialog says what changes, each person gets one mail'(t) {
    const { world, api, main, b } = t, person = main.free[1], since = world.mails().length, before = await holders(api, main.number), serials = mixed(before);
    await openProducts(b, main.number);
    await tick(b.hand(), b, serials);
    await until(() => b.locate('.batch').isVisible(), 'the batch bar appears');
    const hand = b.hand();
    await hand.click('.batch .go');
    await hand.type(main.typed(person));
    await hand.click(option(b, person));
    await until(async () => (await b.text('#apply')) === 'Apply to all 3', 'the button says how many');
    await until(async () => (await b.locate('#diff li').count()) === 3, 'one line for each former coordinator');
    await until(async () => /hands over 1/.test(await b.text('#diff')) && /by default until now: 1/.test(await b.text('#diff')), 'the list says who hands over what');
    await until(async () => /Held for 60 seconds\.$/.test(await b.text('#sum')), 'the footer says who will be written to, and when');
    await hand.click('#apply');
    hand.budget('mouse, 3 ticked', { clicks: 3, letters: 3 });
    await done(b, `${fullName(person)} now coordinates 3 serial numbers.`);
    await changed(api, main.number, before, serials, person, 'asset', 'exactly the three ticked have changed hands');
    await settled(t, since, before, serials, person);
  },

  async 'Space on tick-all and six keys: every serial number'(t) {
    const { world, api, main, b } = t, person = main.free[0], since = world.mails().length, before = await holders(api, main.number);
    await openProducts(b, main.number);
    await b.locate('#all').focus();
    const hand = b.hand();
    await hand.press('Space');
    await hand.press('a');
    await hand.type(main.typed(person));
    await hand.press('Enter', 'Enter');
    hand.budget('keyboard, all', { keys: 4, letters: 3 });
    await done(b, `${fullName(person)} now coordinates ${numbers(main.on.length)}.`);
    await changed(api, main.number, before, Object.keys(before), person, 'asset', 'all have changed hands');
    await settled(t, since, before, Object.keys(before), person);
  },

  async 'tick-all with the mouse: 1 + 3 clicks'({ api, main, b }) {
    const person = main.free[3], before = await holders(api, main.number), hand = b.hand();
    await openProducts(b, main.number);
    await hand.click('#all');
    await hand.click('#assign-btn');
    await hand.type(main.typed(person));
    await hand.click(option(b, person));
    await hand.click('#apply');
    hand.budget('mouse, all', { clicks: 4, letters: 3 });
    await done(b, fullName(person));
    await changed(api, main.number, before, Object.keys(before), person, 'asset', 'all have changed hands');
  },

  async 'Shift and arrow down extend the selection; ranges by Shift-click; Esc clears'({ api, main, b }) {
    const person = main.free[0], before = await holders(api, main.number), ticked = () => b.locate('#rows input:checked').count();
    await openProducts(b, main.number);
    await b.locate('#rows input[type=checkbox]').nth(0).click();
    await b.locate('#rows input[type=checkbox]').nth(4).click({ modifiers: ['Shift'] });
    await untilEqual(ticked, 5, 'Shift-click ticks the range');
    await b.page.keyboard.press('Escape');
    await untilEqual(ticked, 0, 'Esc clears');
    const serials = await b.locate('#rows tr').evaluateAll(rows => rows.slice(3, 6).map(r => r.dataset.serial));
    await b.locate('#rows input[type=checkbox]').nth(3).focus();
    const hand = b.hand();
    await hand.press('Shift+ArrowDown', 'Shift+ArrowDown');
    await untilEqual(ticked, 3, 'Shift and arrow down tick three');
    await hand.press('a');
    await hand.type(main.typed(person));
    await hand.press('Enter', 'Enter');
    hand.budget('keyboard, 3 ticked', { keys: 5, letters: 3 });
    await done(b, fullName(person));
    await changed(api, main.number, before, serials, person, 'asset', 'exactly the three have changed hands');
  },

  async 'the action of a row: that serial number alone'(t) {
    const { world, api, main, b } = t, person = main.free[0], since = world.mails().length, before = await holders(api, main.number);
    const serial = of(before, [...main.named].find(email => email !== main.manager.email.toLowerCase()))[0];
    await openProducts(b, main.number);
    await row(b, serial).hover();
    const hand = b.hand();
    await hand.click(row(b, serial).locator('.row-act'));
    await hand.type(main.typed(person));
    await hand.click(option(b, person));
    await until(async () => (await b.text('#apply')) === 'Apply', 'the button of one says Apply');
    await hand.click('#apply');
    hand.budget('mouse, one row', { clicks: 3, letters: 3 });
    await done(b, `${fullName(person)} now coordinates 1 serial number.`);
    await changed(api, main.number, before, [serial], person, 'asset', 'one has changed hands');
    await settled(t, since, before, [serial], person);
  },

  async 'the button beside the coverage sentence'({ api, main, b }) {
    const person = main.free[2], before = await holders(api, main.number);
    await openProducts(b, main.number);
    equal(await b.text('#rest'), `Assign the other ${main.default}`, 'the button says how many');
    const hand = b.hand();
    await hand.click('#rest');
    await hand.type(main.typed(person));
    await hand.press('Enter', 'Enter');
    await done(b, fullName(person));
    await changed(api, main.number, before, byDefault(before), person, 'asset', 'those by default have changed hands');
  },
};
