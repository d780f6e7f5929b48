// Somebody leaves: everything of theirs goes to a colleague, from their page, across contracts.
import { check, done, equal, fullName, holders, mailed, of, ok, openProducts, until, untilEqual } from './harness/steps.mjs';

/** The leaver also holds part of a second contract, as its standing coordinator. */
async function prepare({ world, leaver }) {
  const api = await world.api(leaver.manager.email), [one, two] = leaver.rows;
  await api.post(`/contracts/${two.number}/coordinator-assignments`, { coordinator: { email: leaver.person.email }, to: { whole_contract: true, overrides: 'keep' } });
  // Whatever this mails is out before the test looks.
  const since = world.mails().length;
  world.advance(61);
  await world.untilMails(mails => mails.slice(since).length >= 2);
  return { api, one, two };
}

const all = async (api, leaver) => Object.assign({}, ...await Promise.all(leaver.rows.map(row => holders(api, row.number))));

/** To the leaver's page, by the link on a contract that they coordinate on. */
async function personPage(b, leaver, contract) {
  await openProducts(b, contract);
  const link = b.locate('main a[href^="/people/"]', { hasText: fullName(leaver.person) }).first();
  await link.click();
  await b.page.waitForURL('**/people/*');
  ok((await b.text('h1')).includes(fullName(leaver.person)), 'the page is theirs');
}

async function proven({ world, leaver, b }, api, before, since) {
  const theirs = of(before, leaver.person.email), email = leaver.successor.email.toLowerCase();
  const should = { ...before };
  for (const serial of theirs) should[serial] = before[serial].replace(leaver.person.email.toLowerCase(), email);
  await done(b, fullName(leaver.successor));
  await untilEqual(() => all(api, leaver), should, 'everything of the leaver\'s is the successor\'s, at the same levels, and nothing else has changed');
  ok(new Set(theirs.map(serial => before[serial].split(' ')[1])).size > 1, 'at more than one level');
  await check(world);
  await mailed(world, since, [[leaver.successor.email, 'You now coordinate'], [leaver.person.email, `${fullName(leaver.successor)} took over`], [leaver.manager.email, '']]);
}

/** Who is signed in. */
export const as = ({ leaver }) => leaver.manager;

export const tests = {
  async 'with a script: 4 clicks at most, one mail each; undo restores everything'(t) {
    const { world, leaver, b } = t, { api, one } = await prepare(t), before = await all(api, leaver);
    await personPage(b, leaver, one.number);
    const since = world.mails().length, hand = b.hand();
    await hand.click(b.locate('main a, main button', { hasText: 'Hand over everything' }));
    const find = b.locate('main input[role=combobox], dialog[open] input[role=combobox]');
    await find.waitFor();
    if (!await find.evaluate(field => field === document.activeElement)) await hand.click(find);
    await hand.type(leaver.typed);
    await hand.click(b.locate('[role=option]', { hasText: leaver.successor.email }));
    await until(async () => /\d+ serial number/.test(await b.page.innerText('main')), 'the page says what would change hands');
    await hand.click(b.locate('main form[action$="/hand-over"] button[type=submit]'));
    hand.budget('hand over everything', { clicks: 4, letters: 3 });
    await proven(t, api, before, since);
    await b.locate('.flash button', { hasText: 'Undo' }).click();
    await untilEqual(() => all(api, leaver), before, 'the undo gives everything back, at each level');
    await check(world);
  },

  async 'without a script'(t) {
    const { world, leaver, b } = t, { api, one } = await prepare(t), before = await all(api, leaver);
    await personPage(b, leaver, one.number);
    const since = world.mails().length, hand = b.hand(), start = b.locate('main a', { hasText: 'Hand over everything' });
    if (await start.count()) await hand.click(start);
    const select = b.locate('main select[name=successor]');
    if (await select.count()) await select.selectOption(leaver.successor.email);
    else await b.locate('main input[name=successor]:visible').fill(leaver.successor.email);
    await hand.click(b.locate('main form:has([name=successor]) button').first());
    ok(/\d+ serial number/.test(await b.page.innerText('main')), 'the page says what would change hands');
    await hand.click(b.locate('main form[action$="/hand-over"] button[type=submit]'));
    hand.budget('hand over everything, no script', { clicks: 4 });
    await proven(t, api, before, since);
  },

  async 'nobody but the manager may: the page says who can'({ leaver, b }) {
    await openProducts(b, leaver.rows[0].number);
    const href = await b.locate('main a[href^="/people/"]', { hasText: fullName(leaver.person) }).first().getAttribute('href');
    b.expects = 403;
    await b.locate('form[action="/sign-out"] button').first().evaluate(button => button.form.requestSubmit());
    await b.page.waitForURL(url => url.pathname !== `/contracts/${leaver.rows[0].number}/products`);
    await b.signIn(leaver.person.email);
    await b.goto(href);
    equal(await b.locate('main a, main button').filter({ hasText: 'Hand over everything' }).count(), 0, 'there is no dead button');
    ok((await b.page.innerText('main')).includes(fullName(leaver.manager)), 'the page names who can');
  },
};
