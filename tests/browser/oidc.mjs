// Signing in through a company's own provider: the real npm oidc-provider, set up by the Contract Manager on the page for it.
import { Idp } from './harness/idp.mjs';
import { equal, fullName, ok, until } from './harness/steps.mjs';

const domain = main => main.manager.email.split('@')[1].toLowerCase();
const address = main => `/company/${encodeURIComponent(main.account.account_number)}/sign-in`;
const company = main => main.account.name;
export const signedIn = async b => { await b.goto('/account'); return new URL(b.page.url()).pathname === '/account'; };

/** The Contract Manager sets it up, as people do: tries the connection, saves. */
export async function setUp({ world, main, open, script }, { atOnce = false } = {}) {
  const idp = await Idp.start(`${world.url}/sign-in/oidc/callback`), b = await open({ script });
  await b.signIn(main.manager.email);
  await b.goto(address(main));
  ok((await b.page.innerText('main')).includes(`${world.url}/sign-in/oidc/callback`), 'the page says what to register at the provider');
  await b.locate('#issuer').fill(idp.issuer);
  await b.locate('#client_id').fill('center');
  const ours = b.locate(`input[name=domains][value="${domain(main)}"]`);
  ok(await ours.isChecked(), 'the verified domains are ticked');
  if (atOnce) await b.locate('input[name=joins][value=at_once]').check();
  await b.locate('button', { hasText: 'Test the connection' }).click();
  await until(async () => (await b.page.innerText('main')).includes('The provider answers, with 1 key'), 'the connection is tried');
  equal(await b.locate('#client_id').inputValue(), 'center', 'what was typed is still there');
  await b.locate('main button', { hasText: /^Save$/ }).click();
  await until(async () => (await b.page.innerText('main')).includes('Saved. The next sign-in uses it.'), 'it is saved');
  return { idp, manager: b };
}

/** From our front door through the provider and back, up to the page that comes then. */
export async function through(b, email, login, { again = false } = {}) {
  await b.goto('/sign-in');
  await b.locate('#email').fill(email);
  if (b.script) await until(async () => /^Continue with .*’s sign-in$/.test((await b.locate('#company-sign-in').innerText()).trim()), 'the company is named');
  await b.locate('#company-sign-in').click();
  if (!b.script) {
    await b.page.waitForURL('**/sign-in/company?*');
    await b.locate('main button', { hasText: 'Continue' }).click();
  }
  // Whoever has been there a moment ago is not asked again.
  if (!again) {
    await b.page.waitForURL('**/interaction/*');
    await b.locate('input[name=login]').fill(login);
    await b.locate('input[name=password]').fill(login);
    await b.locate('button[value=in]').click();
  }
  if (!b.script) {
    await b.page.waitForURL('**/sign-in/oidc/callback?*');
    await b.locate('main button', { hasText: 'Sign in' }).click();
  }
  await b.page.waitForURL(url => url.origin === b.world.url && !url.search && (!again || url.pathname === '/'));
}

export const says = async (b, words) => until(async () => (await b.page.innerText('main')).replace(/\s+/g, ' ').includes(words), `the page says: ${words}`);

async function firstTime(context) {
  const { world, main, open, script } = context, { idp, manager } = await setUp(context);
  try {
    const email = `nia.new@${domain(main)}`, since = world.mails().length;
    idp.person('nia', { email, given_name: 'Nia', family_name: 'New' });
    const b = await open({ script });
    await through(b, email, 'nia');
    await says(b, `Your request is with ${company(main)}`);
    await says(b, fullName(main.manager));
    await b.shot('oidc waiting');
    ok(!await signedIn(b), 'whoever waits is a stranger');
    const asks = mail => mail.subject.startsWith('Nia New asks to join');
    const mail = (await world.untilMails(mails => mails.slice(since).some(asks))).slice(since).find(asks);
    await manager.goto(new URL(mail.text.match(/https?:\/\/\S+\/users\/requests/)[0]).pathname);
    await manager.shot('oidc requests');
    await manager.locate('button', { hasText: 'Let in' }).click();
    await says(manager, 'Let in, and told so by e-mail.');
    await world.untilMails(mails => mails.slice(since).some(one => one.subject.startsWith('You now belong to') && [one.to].flat()[0].toLowerCase() === email));
    // A member sees what was granted, and nothing else.
    const before = await world.api(email);
    equal((await before.get('/contracts')).items, [], 'a member without access sees no contract');
    const api = await world.api(main.manager.email);
    await api.post(`/contracts/${main.number}/users`, { users: [{ email, first_name: 'Nia', last_name: 'New', grants: ['support'], serial_numbers: [main.on[0].serial_number] }] });
    await through(b, email, 'nia', { again: true });
    ok(await signedIn(b), 'signed in');
    equal((await before.get('/contracts')).items.map(item => item.contract_number), [main.number], 'the contract that access was given to');
    equal(Object.keys(await before.assets(main.number)), [main.on[0].serial_number], 'the serial number that was named');
    await world.command('check');
  } finally { await idp.stop(); }
}

async function atOnce(context) {
  const { main, open, script } = context, { idp } = await setUp(context, { atOnce: true });
  try {
    idp.person('nia', { email: `nia.new@${domain(main)}`, given_name: 'Nia', family_name: 'New' });
    const b = await open({ script });
    await through(b, `nia.new@${domain(main)}`, 'nia');
    equal(new URL(b.page.url()).pathname, '/', 'on Home at once');
    ok(await signedIn(b), 'signed in');
    ok((await b.page.innerText('main')).includes(company(main)), 'a member of the company');
  } finally { await idp.stop(); }
}

export const tests = {
  'the first time one waits, is let in, and sees what was granted': firstTime,
  'the first time one waits, is let in, and sees what was granted, without a script': firstTime,
  'at once where the company says so': atOnce,
  'at once where the company says so, without a script': atOnce,

  async 'another domain, an unverified address and somebody who goes back stay out'(context) {
    const { main, open } = context, { idp } = await setUp(context, { atOnce: true });
    try {
      idp.person('eve', { email: 'eve@evil.example' });
      idp.person('una', { email: `una@${domain(main)}`, email_verified: false });
      for (const [login, words] of [['eve', 'Your e-mail address is of a domain that does not belong to this sign-in'], ['una', 'Your company\'s sign-in has not verified your e-mail address']]) {
        const b = await open();
        b.expects = 'a refusal';
        await through(b, `somebody@${domain(main)}`, login);
        await says(b, words);
        await b.shot(`oidc refused ${login}`);
        ok(!await signedIn(b), 'not signed in');
      }
      const b = await open();
      b.expects = 'a refusal';
      await b.goto(`/sign-in/company?email=${encodeURIComponent(`x@${domain(main)}`)}`);
      await b.locate('main button', { hasText: 'Continue' }).click();
      await b.page.waitForURL('**/interaction/*');
      await b.locate('button[value=back]').click();
      await says(b, 'you were not let in there, or went back');
      ok(!await signedIn(b), 'not signed in');
      await b.goto('/sign-in/company?email=x%40nowhere.example');
      await says(b, 'nowhere.example has no sign-in of its own here');
    } finally { await idp.stop(); }
  },

  async 'a way back works once, in the browser that began it'(context) {
    const { world, main, open } = context, { idp } = await setUp(context, { atOnce: true });
    try {
      idp.person('nia', { email: `nia.new@${domain(main)}` });
      const b = await open({ script: false }), other = await open();
      other.expects = b.expects = 'a refusal';
      await b.goto(`/sign-in/company?email=${encodeURIComponent(`nia.new@${domain(main)}`)}`);
      await b.locate('main button', { hasText: 'Continue' }).click();
      await b.page.waitForURL('**/interaction/*');
      await b.locate('input[name=login]').fill('nia');
      await b.locate('input[name=password]').fill('nia');
      await b.locate('button[value=in]').click();
      await b.page.waitForURL('**/sign-in/oidc/callback?*');
      const back = b.page.url();
      await other.goto(back);
      await says(other, 'This sign-in was begun in another browser or tab');
      ok(!await signedIn(other), 'a way back that was stolen signs nobody in');
      await b.goto(back);
      await b.locate('main button', { hasText: 'Sign in' }).click();
      await b.page.waitForURL(url => url.pathname === '/');
      await b.goto(back);
      await b.locate('main button', { hasText: 'Sign in' }).click();
      await says(b, 'begin it again');
      world.advance(11 * 60);
      ok(await signedIn(b), 'the session that it opened stays');
    } finally { await idp.stop(); }
  },

  async 'a key that the provider changed is known at once'(context) {
    const { main, open } = context, { idp } = await setUp(context, { atOnce: true });
    try {
      idp.person('nia', { email: `nia.new@${domain(main)}` });
      for (let i = 0; i < 2; i++) {
        const b = await open();
        await through(b, `nia.new@${domain(main)}`, 'nia');
        ok(await signedIn(b), 'signed in');
        await b.close();
        idp.rotate();
      }
    } finally { await idp.stop(); }
  },
};
