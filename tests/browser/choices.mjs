// The other choices of the assign dialog: whole contract, dates, a person not yet known, and what it refuses.
import { byDefault, changed, check, done, equal, fullName, holders, mailed, numbers, of, ok, openProducts, option, poll, row, until, untilEqual } from './harness/steps.mjs';

const DAY = 24 * 3600;

async function pick(b, main, person, scope) {
  const hand = b.hand();
  await hand.click('#assign-btn');
  await hand.type(main.typed(person));
  await hand.click(option(b, person));
  if (scope) await hand.click(b.locate(`#scope label:has([name=scope][value=${scope}])`));
  return hand;
}

/** Who is signed in. */
export const as = ({ main }) => main.manager;

export const tests = {
  async 'the whole contract, keeping those with a coordinator of their own: 4 clicks'({ world, api, main, b }) {
    const person = main.free[0], since = world.mails().length, before = await holders(api, main.number);
    await openProducts(b, main.number);
    const hand = await pick(b, main, person, 'whole');
    await until(async () => (await b.text('#own-q')).startsWith(`${numbers(main.own)} have their own coordinator (${main.grouped} through the group)`), 'the dialog says how many have their own');
    ok(await b.locate('[name=overrides][value=keep]').isChecked(), 'to keep them is what happens unless one says otherwise');
    equal(await b.text('#apply'), 'Apply to whole contract', 'the button says what it does');
    await hand.click('#apply');
    hand.budget('mouse, whole contract', { clicks: 4, letters: 3 });
    await done(b, fullName(person));
    await changed(api, main.number, before, byDefault(before), person, 'contract', 'those by default follow the contract, the others are kept');
    await until(async () => (await b.locate('#rows .src', { hasText: 'Whole contract' }).count()) === main.default, 'the page says where it comes from');
    await check(world);
    await mailed(world, since, [[person.email, 'You now coordinate'], [main.manager.email, '']]);
    // Standing: what loses its own coordinator falls to the contract's.
    const own = of(before, [...main.named][0]).find(serial => before[serial].endsWith(' asset'));
    await api.post(`/contracts/${main.number}/coordinator-assignments`, { coordinator: null, to: { serial_numbers: [own] } });
    equal((await holders(api, main.number))[own].split(' ')[1] !== 'asset', true, 'a cleared serial number falls to the next level');
  },

  async 'the whole contract, replacing them'({ world, api, main, b }) {
    const person = main.free[1], before = await holders(api, main.number);
    await openProducts(b, main.number);
    const hand = await pick(b, main, person, 'whole');
    await hand.click(b.locate('#own label:has([value=replace])'));
    await hand.click('#apply');
    await done(b, fullName(person));
    await changed(api, main.number, before, Object.keys(before), person, 'contract', 'all follow the contract');
    await check(world);
    await b.locate('#undo').click();
    await untilEqual(() => holders(api, main.number), before, 'the undo restores each at its level');
    await check(world);
  },

  async 'Ctrl K, whole, Enter, name, Enter, Enter'({ api, main, b }) {
    const person = main.free[0], before = await holders(api, main.number);
    await openProducts(b, main.number);
    const hand = b.hand();
    await hand.press('Control+k');
    await hand.type('whole');
    await until(async () => /whole contract/i.test(await b.locate('#cmds [role=option]').first().innerText()), 'the palette offers the whole contract first');
    await hand.press('Enter');
    await hand.type(main.typed(person));
    await hand.press('Enter', 'Enter');
    hand.budget('keyboard, whole contract', { keys: 4, letters: 8 });
    await done(b, fullName(person));
    await changed(api, main.number, before, byDefault(before), person, 'contract', 'those by default follow the contract');
  },

  async 'Ctrl K and digits: who coordinates this serial number?'({ main, b }) {
    const serial = main.on[0].serial_number;
    await openProducts(b, main.number);
    const hand = b.hand();
    await hand.press('Control+k');
    await hand.type(serial);
    await until(async () => (await b.locate('#cmds [role=option]').first().innerText()).includes(serial), 'the palette finds the serial number');
    await hand.press('Enter');
    await until(() => new URL(b.page.url()).pathname.includes(serial) || b.page.evaluate(s => document.activeElement.value === s, serial), 'and goes there');
  },

  async 'cover from a day until a day changes hands and comes back by itself'({ world, api, main, b }) {
    const person = main.free[0], before = await holders(api, main.number), due = byDefault(before);
    await openProducts(b, main.number);
    const hand = await pick(b, main, person);
    await hand.click('#when summary');
    await b.locate('#from').fill('2026-12-01');
    await b.locate('#until').fill('2026-12-01');
    await hand.click('#apply');
    await until(() => b.locate('#when-e').isVisible(), 'until must be after from');
    ok((await b.text('#when-e')).includes('1 Dec 2026'), 'and the message says after which day');
    equal(await holders(api, main.number), before, 'nothing has changed');
    await b.locate('#until').fill('2026-12-05');
    await hand.click('#apply');
    await done(b, `${fullName(person)} will coordinate ${numbers(due.length)}`);
    equal(await holders(api, main.number), before, 'nobody changes today');
    ok((await row(b, due[0]).innerText()).includes(`From 1 Dec: ${fullName(person)}`), 'the row says what is planned');
    await check(world);
    world.advance(6 * DAY);
    equal(await holders(api, main.number), before, 'nobody changes on the eve');
    world.advance(DAY);
    await changed(api, main.number, before, due, person, 'asset', 'on the first day it is in the other hands');
    await openProducts(b, main.number);
    ok((await row(b, due[0]).innerText()).includes('until 5 Dec'), 'the row says until when');
    await check(world);
    world.advance(4 * DAY);
    await untilEqual(() => holders(api, main.number), before, 'and on the last it is back where it was');
    await check(world);
    equal((await api.get(`/assets/${due[0]}?on=2026-12-03`)).coordinator.email.toLowerCase(), person.email.toLowerCase(), 'history knows who had it meanwhile');
  },

  async 'typed without choosing, chosen without a person: the dialog says what is missing'({ api, main, b }) {
    const before = await holders(api, main.number);
    await openProducts(b, main.number);
    await b.page.keyboard.press('a');
    await b.locate('#apply').click();
    await until(() => b.locate('#find-e').isVisible(), 'nobody chosen: there is a message');
    equal(await b.locate('#find').getAttribute('aria-invalid'), 'true', 'the field is marked');
    ok(await b.locate('#find').evaluate(field => field === document.activeElement), 'and has the focus');
    await b.page.keyboard.type('somebody-new');
    await b.page.keyboard.press('Enter');
    await until(async () => /full e-mail address/.test(await b.text('#find-e')), 'a new person needs a full address');
    await b.page.keyboard.press('Escape');
    await b.page.keyboard.press('Escape');
    await until(async () => !(await b.locate('#assign').evaluate(dialog => dialog.open)), 'Esc closes');
    await until(() => b.page.evaluate(() => document.activeElement.id === 'assign-btn'), 'the focus returns to the button');
    equal(await holders(api, main.number), before, 'nothing has changed');
  },

  async 'none by default and nothing ticked is never everything'({ api, main, b }) {
    await api.post(`/contracts/${main.number}/coordinator-assignments`, { coordinator: { email: main.free[0].email }, to: { all_assets: true } });
    const before = await holders(api, main.number);
    await openProducts(b, main.number);
    for (const key of ['a', ...main.typed(main.free[1]), 'Enter', 'Enter']) await b.page.keyboard.press(key);
    await until(() => b.locate('#scope-e').isVisible(), 'the dialog asks for which serial numbers');
    equal(await b.text('#apply'), 'Choose serial numbers', 'the button says so');
    equal(await b.locate('[name=scope]:checked').count(), 0, 'nothing is chosen beforehand');
    equal(await holders(api, main.number), before, 'nothing has changed');
  },

  async 'somebody else was quicker: shown what changed, nothing overwritten'({ api, main, b }) {
    const serial = main.on[0].serial_number;
    await openProducts(b, main.number);
    await row(b, serial).locator('input[type=checkbox]').check();
    await pick(b, main, main.free[0]);
    await until(async () => (await b.locate('#diff li').count()) > 0, 'the dialog shows what would change');
    await api.post(`/contracts/${main.number}/coordinator-assignments`, { coordinator: { email: main.free[1].email }, to: { serial_numbers: [serial] } });
    const before = await holders(api, main.number);
    b.expects = 412;
    await b.locate('#apply').click();
    await until(async () => /changed since you opened this page/.test(await b.page.innerText('body')), 'the page says what changed');
    ok((await b.page.innerText('body')).includes(serial), 'and names it');
    equal(await holders(api, main.number), before, 'nothing was overwritten');
  },

  async 'a person not yet known: invited, and covered by the manager until accepted'({ world, api, main, b, open }) {
    const since = world.mails().length, before = await holders(api, main.number), email = `ines.montalban@${main.manager.email.split('@')[1]}`;
    const person = { email, first_name: 'Ines', last_name: 'Montalban' };
    await openProducts(b, main.number);
    const hand = b.hand();
    await hand.click('#assign-btn');
    await hand.type(email);
    await hand.click(b.locate('#found [role=option]', { hasText: `Add ${email}` }));
    equal([await b.locate('#assign [name=first_name]').inputValue(), await b.locate('#assign [name=last_name]').inputValue()], ['Ines', 'Montalban'], 'the name is guessed from the address');
    await hand.click('#apply');
    hand.budget('mouse, a new person', { clicks: 3, letters: email.length });
    await done(b, fullName(person));
    await changed(api, main.number, before, byDefault(before), person, 'asset', 'those by default are the new person\'s');
    ok((await row(b, byDefault(before)[0]).innerText()).includes('Invited, not yet accepted'), 'the row says so');
    await check(world);
    const mails = await mailed(world, since, [[email, `You're invited to ${main.account.name}`.slice(0, 30)], [main.manager.email, numbers(main.default)]]);
    const link = mails.find(mail => [mail.to].flat().includes(email)).text.match(/https?:\/\/\S+\/invite\/\S+/)?.[0];
    ok(link, 'the invitation has a link');
    const other = await open({ script: b.script });
    await other.goto(link);
    await other.locate('main form button').first().click();
    await other.page.waitForURL(url => !url.pathname.startsWith('/invite'));
    await other.goto('/products');
    for (const serial of byDefault(before)) ok((await other.page.innerText('main')).includes(serial), `the new person sees ${serial}`);
    await other.close();
    await openProducts(b, main.number);
    ok(!(await row(b, byDefault(before)[0]).innerText()).includes('Invited, not yet accepted'), 'accepted: the mark is gone');
  },
};
