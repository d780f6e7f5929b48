// Passwords, the second factor, recovery codes, sessions and tokens, as a person uses them, with a script and without.
import { equal, ok, until } from './harness/steps.mjs';

const PASSWORD = 'umbrella-kettle-97', OTHER = 'gravel onyx teapot 8842';
const at = b => new URL(b.page.url()).pathname;
const press = (b, words) => b.page.getByRole('button', { name: words, exact: true }).click();
const main = b => b.page.innerText('main');

/** Signs in with a password on the page for it. */
async function byPassword(b, email, password) {
  await b.goto('/sign-in');
  await b.locate('input[name=email]').fill(email);
  await b.locate('input[name=password]').fill(password);
  await press(b, 'Sign in');
}

async function setPassword(b, password) {
  await b.goto('/account/security');
  await b.locate('input[name=new_password]').fill(password);
  await press(b, 'Save password');
  await until(async () => (await main(b)).includes('Your password is saved'), 'the password is saved');
}

async function password({ world, main: { manager }, open, script }) {
  const b = await open({ script });
  b.expects = 'a refusal';
  await b.signIn(manager.email);
  await b.goto('/account/security');
  await b.locate('input[name=new_password]').fill('Password1234!');
  await press(b, 'Save password');
  await until(async () => (await main(b)).includes('something that others do not try first'), 'a common one is refused, with what to do');
  await setPassword(b, PASSWORD);
  await world.untilMails(mails => mails.some(mail => mail.subject === 'Your password was changed'));
  const other = await open({ script });
  other.expects = 'a refusal';
  await byPassword(other, manager.email, 'not the right one');
  await until(async () => (await main(other)).includes('that belong together'), 'a wrong one is refused');
  equal(await other.locate('input[name=email]').inputValue(), manager.email, 'what was typed is still there');
  await byPassword(other, manager.email, PASSWORD);
  await other.page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
  const told = (await world.untilMails(mails => mails.some(mail => /^New sign-in from Chrome/.test(mail.subject)))).find(mail => /^New sign-in/.test(mail.subject));
  ok(told.text.includes('/account/security'), 'a sign-in in a new browser is told, with where to look');
  const count = world.mails().length;
  await other.page.context().clearCookies({ name: 'session' });
  await byPassword(other, manager.email, PASSWORD);
  await other.page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
  equal(world.mails().slice(count).filter(mail => /^New sign-in/.test(mail.subject)).length, 0, 'a known browser is not told of');
  // A change signs the others out, and asks for a fresh proof when the last one is older than five minutes.
  world.advance(301);
  await b.goto('/account/security');
  await b.locate('input[name=new_password]').fill(OTHER);
  await press(b, 'Save password');
  await b.page.waitForURL('**/sign-in/again**');
  await b.locate('input[name=password]').fill(PASSWORD);
  await press(b, 'Go on');
  await b.page.waitForURL('**/account/security');
  await setPassword(b, OTHER);
  await other.goto('/contracts');
  ok(at(other).startsWith('/sign-in'), 'the other browser is signed out');
  await world.command('check');
}

async function forgotten({ world, main: { manager }, open, script }) {
  const b = await open({ script }), since = world.mails().length;
  b.expects = 'a refusal';
  await b.goto('/sign-in');
  await b.page.getByRole('link', { name: 'Forgot your password?' }).click();
  await b.locate('input[name=email]').fill(manager.email);
  await press(b, 'E-mail me a link');
  await b.page.waitForURL('**/forgot?sent=**');
  const mail = (await world.untilMails(mails => mails.slice(since).some(mail => mail.subject === 'Set a new password'))).slice(since).at(-1);
  const link = mail.text.match(/https?:\/\/\S+\/reset\/\S+/)[0];
  for (let i = 0; i < 3; i++) equal((await fetch(link)).status, 200, 'a scanner may open it');
  await b.goto(link);
  await b.locate('input[name=new_password]').fill('short');
  await press(b, 'Save password');
  await until(async () => (await main(b)).includes('at least 12 characters'), 'too short, with what to do');
  await b.locate('input[name=new_password]').fill(PASSWORD);
  await press(b, 'Save password');
  await b.page.waitForURL(url => url.pathname === '/');
  equal((await fetch(link)).status, 404, 'the link works once');
  const other = await open({ script });
  await byPassword(other, manager.email, PASSWORD);
  await other.page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
}

async function secondFactor({ world, main: { manager }, open, script }) {
  const b = await open({ script });
  await b.signIn(manager.email);
  await b.goto('/account/security/second-factor');
  const codes = await b.setUpApp(manager.email);
  equal([codes.length, new Set(codes).size], [10, 10], 'ten recovery codes');
  const other = await open({ script });
  other.expects = 'a refusal';
  await other.goto('/sign-in');
  const begun = async b => {
    const since = world.mails().length;
    await b.goto('/sign-in');
    await b.locate('input[name=email]').fill(manager.email);
    await press(b, 'E-mail me a link');
    const mail = (await world.untilMails(mails => mails.slice(since).some(mail => /\/sign-in\/link\//.test(mail.text)))).at(-1);
    await b.goto(mail.text.match(/https?:\/\/\S+\/sign-in\/link\/\S+/)[0]);
    await b.locate('main form button').first().click();
    await b.page.waitForURL('**/sign-in/second');
  };
  await begun(other);
  await other.goto('/contracts');
  ok(at(other) === '/sign-in', 'a sign-in that is half open is none');
  await other.goto('/sign-in/second');
  await other.locate('input[name=code]').fill('000000');
  await press(other, 'Sign in');
  await until(async () => (await main(other)).includes('each code works once'), 'a wrong code is refused');
  const code = world.apps.next(manager.email);
  await other.locate('input[name=code]').fill(code);
  await press(other, 'Sign in');
  await other.page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
  // The same code again, elsewhere.
  const third = await open({ script });
  third.expects = 'a refusal';
  await begun(third);
  await third.locate('input[name=code]').fill(code);
  await press(third, 'Sign in');
  await until(async () => (await main(third)).includes('each code works once'), 'a code works once');
  await third.locate('summary').click();
  await third.locate('input[name=recovery]').fill(codes[3].toUpperCase());
  await press(third, 'Use a recovery code');
  await third.page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
  await third.goto('/account/security');
  ok((await main(third)).includes('9 recovery codes are left'), 'nine are left');
  await begun(third);
  await third.locate('summary').click();
  await third.locate('input[name=recovery]').fill(codes[3]);
  await press(third, 'Use a recovery code');
  await until(async () => (await main(third)).includes('one of the recovery codes'), 'a recovery code works once');
  await world.command('check');
}

async function elsewhere({ main: { manager }, open, script }) {
  const [b, other] = [await open({ script }), await open({ script })];
  await b.signIn(manager.email);
  await other.signIn(manager.email);
  await b.goto('/account/security');
  ok(/Chrome on Linux/.test(await main(b)), 'browser and system in words');
  await b.page.getByRole('button', { name: /^Sign out Chrome/ }).first().click();
  await until(async () => (await main(b)).includes('Signed out there'), 'it is said');
  await other.goto('/contracts');
  ok(at(other).startsWith('/sign-in'), 'the other browser is signed out at once');
  await b.goto('/contracts');
  ok(!at(b).startsWith('/sign-in'), 'this one is not');
  await other.signIn(manager.email);
  await b.goto('/account/security');
  await press(b, 'Sign out everywhere else');
  await until(async () => !(await main(b)).includes('Sign out everywhere else'), 'nothing is left elsewhere');
  await other.goto('/contracts');
  ok(at(other).startsWith('/sign-in'), 'and again');
}

async function tokens({ world, main: { manager, number, on }, open, script }) {
  const b = await open({ script });
  b.expects = 'a refusal';
  await b.signIn(manager.email);
  await b.goto('/account/tokens');
  const make = async (name, reach) => {
    await b.locate('input[name=name]').fill(name);
    await b.locate(`input[name=reach][value=${reach}]`).check({ force: true });
    await press(b, 'Make token');
    await b.locate('.made').waitFor();
    return b.text('.made code');
  };
  const call = (token, path, body) => fetch(`${world.url}/api/v1${path}`, { method: body ? 'POST' : 'GET', body: body && JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } });
  const assign = { coordinator: null, to: { serial_numbers: [on[0].serial_number] }, preview: true }, path = `/contracts/${number}/coordinator-assignments`;
  const [reads, writes] = [await make('reads', 'read'), await make('writes', 'write')];
  equal([(await call(reads, '/me')).status, (await call(writes, '/me')).status], [200, 200], 'both read');
  equal((await call(writes, path, { ...assign, preview: undefined })).status, 200, 'one writes');
  const refused = await call(reads, path, { ...assign, preview: undefined });
  equal([refused.status, (await refused.json()).type], [403, '/problems/read-only-token'], 'the other may not');
  await b.goto('/account/tokens');
  ok(!(await b.page.content()).includes(reads), 'a token is shown once');
  await b.page.getByRole('button', { name: 'Revoke reads' }).click();
  await until(async () => !(await main(b)).includes('May read.'), 'it is gone');
  equal((await call(reads, '/me')).status, 401, 'and works no more');
}

/** An authenticator in the machine, with a finger that is always right. */
async function authenticator(b) {
  const cdp = await b.context.newCDPSession(b.page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true,
    hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  return { verified: isUserVerified => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials };
}

async function passkey({ world, main: { manager }, people: { staff }, open }) {
  await world.serveByName();
  const b = await open(), key = await authenticator(b);
  b.expects = 'a refusal';
  await b.signIn(manager.email);
  await b.goto('/account/security');
  await press(b, 'Add passkey');
  await until(async () => (await main(b)).includes('Your passkey is saved'), 'the passkey is saved');
  ok((await main(b)).includes('Chrome on Linux'), 'it is named after its browser');
  const [made] = await key.credentials();
  ok(made.isResidentCredential && made.rpId === 'localhost', 'it lives in the authenticator, for this site');
  // The same authenticator twice.
  await press(b, 'Add passkey');
  await until(async () => (await main(b)).includes('has a passkey for you already'), 'one is enough');
  // By button: no address, no password. The browser offers nothing in the field as long as it is told so.
  await b.page.addInitScript(() => { if (localStorage.plain) PublicKeyCredential.isConditionalMediationAvailable = async () => false; });
  const out = async plain => {
    await b.page.evaluate(plain => { if (plain) localStorage.plain = '1'; else localStorage.clear(); }, plain);
    await b.context.clearCookies({ name: 'session' });
    await b.goto('/sign-in');
  };
  await out(true);
  await press(b, 'Sign in with a passkey');
  await b.page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
  await b.goto('/account');
  ok((await b.page.content()).includes(manager.email), 'as who registered it');
  // By what the browser offers in the address field: nothing to press.
  await out(false).catch(() => {});
  await b.page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
  // A finger that is not the right one.
  await out(true);
  await key.verified(false);
  await press(b, 'Sign in with a passkey');
  await until(async () => (await main(b)).includes('ended or did not work'), 'it says so, and the other ways are there');
  await key.verified(true);
  await press(b, 'Sign in with a passkey');
  await b.page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
  // Proven again with it, where the last proof is older than five minutes.
  world.advance(301);
  await b.goto('/account/security');
  await b.page.getByRole('button', { name: /^Remove Chrome/ }).click();
  await b.page.waitForURL('**/sign-in/again**');
  await press(b, 'Sign in with a passkey');
  await b.page.waitForURL('**/account/security');
  // Gone here: the authenticator still has it, and it signs nobody in.
  await b.page.getByRole('button', { name: /^Remove Chrome/ }).click();
  await until(async () => (await main(b)).includes('The passkey is removed'), 'it is removed');
  await out(true);
  await press(b, 'Sign in with a passkey');
  await until(async () => /another way/.test(await b.page.innerText('body')), 'what was removed signs nobody in');
  await world.command('check');
}

/** For whom a second factor is required, a passkey is both. */
async function passkeyOfStaff({ world, people: { staff }, open }) {
  await world.serveByName();
  const b = await open();
  await authenticator(b);
  const since = world.mails().length;
  await b.goto('/sign-in');
  await b.locate('input[name=email]').fill(staff.email);
  await press(b, 'E-mail me a link');
  const mail = (await world.untilMails(mails => mails.slice(since).some(mail => /\/sign-in\/link\//.test(mail.text)))).at(-1);
  await b.goto(mail.text.match(/https?:\/\/\S+\/sign-in\/link\/\S+/)[0]);
  await b.locate('main form button').first().click();
  await b.page.waitForURL('**/account/security/second-factor');
  await b.goto('/contracts');
  equal(at(b), '/account/security/second-factor', 'nothing else opens before');
  await press(b, 'Add a passkey instead');
  await until(async () => (await main(b)).includes('Your passkey is saved'), 'the passkey is saved');
  await b.goto('/contracts');
  equal(at(b), '/contracts', 'now everything opens');
  await b.context.clearCookies({ name: 'session' });
  await b.goto('/sign-in');
  await b.page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
  await b.goto('/contracts');
  equal(at(b), '/contracts', 'a passkey is both factors');
}

const both = (name, test) => ({ [name]: test, [`${name}, without a script`]: test });
export const tests = {
  ...both('a password is set, used and changed', password),
  ...both('a forgotten password', forgotten),
  ...both('an authenticator app and recovery codes', secondFactor),
  ...both('signing out elsewhere', elsewhere),
  ...both('API tokens', tokens),
  'a passkey is registered, used and removed': passkey,
  'a passkey is the second factor of staff': passkeyOfStaff,
};
