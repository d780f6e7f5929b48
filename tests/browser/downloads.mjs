// A release from the vendor's form to the customer's file: with a script and without.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { lineOf, releasesStaff } from './harness/data.mjs';
import { check, equal, note, ok, until } from './harness/steps.mjs';

// Three parts and a bit: one more than the product keeps in memory at a time.
const SIZE = 17 * 1024 * 1024 + 5;
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');
const press = (b, words) => b.locate('main').getByRole('button', { name: words }).first().click();
const main = b => b.page.innerText('main');

/** Reloads the page until it says so: the file is read and signed by a job. */
async function untilSays(b, words) {
  await until(async () => { await b.page.reload(); return (await main(b)).includes(words); }, `the page says "${words}"`);
}

async function fromFormToFile({ world, main: contract, open, script }) {
  const staff = await open({ script }), file = randomBytes(SIZE), line = lineOf(contract.on[0]);
  await staff.signIn(releasesStaff.email);
  await staff.goto('/vendor/releases');
  await staff.locate('main a', { hasText: 'New release' }).click();
  await staff.locate('#product_line').selectOption(line);
  await staff.locate('#version').fill('2027.3');
  await staff.locate('#notes').fill('Drawings open twice as fast.');
  await press(staff, 'Save draft');
  await staff.locate('#file').setInputFiles({ name: 'product-2027.3-windows.zip', mimeType: 'application/zip', buffer: file });
  await press(staff, 'Upload file');
  await staff.page.waitForURL(url => /^\/vendor\/releases\/[a-z0-9]+$/.test(url.pathname));
  await untilSays(staff, 'Signed');
  ok((await main(staff)).includes(sha256(file)), 'the page shows the SHA-256 of the file');
  await press(staff, 'Publish');
  await staff.locate('main a', { hasText: 'Rehearsal' }).click();
  const people = Number((await staff.locate('main button', { hasText: 'Notify' }).innerText()).match(/[\d,]+/)[0].replace(',', ''));
  ok(people > 0, 'somebody is told');
  const since = world.mails().length;
  await press(staff, 'Notify');
  await staff.page.waitForURL('**/report');
  const announced = mail => /2027\.3 is ready to download$/.test(mail.subject);
  ok(!world.mails().slice(since).some(announced), 'held for a minute');
  world.advance(120);
  const mails = (await world.untilMails(all => all.slice(since).filter(announced).length === people, 60_000)).slice(since).filter(announced);
  equal(new Set(mails.map(mail => mail.to[0])).size, people, 'one mail each');

  // The customer: the link of the mail, then the button.
  const { to: [to], text, headers } = mails[0], b = await open({ script });
  ok(headers['auto-submitted'] === 'auto-generated' && text.includes('Why you get this'), 'the mail says why');
  await b.signIn(to);
  await b.goto('/');
  ok((await main(b)).includes(`${line} 2027.3 is ready for `), 'Home says what waits');
  await b.locate('main .needs li', { hasText: '2027.3 is ready' }).getByRole('link', { name: 'Download' }).click();
  await b.page.waitForURL('**/downloads/*');
  const began = Date.now();
  await b.goto(new URL(text.match(/https?:\/\/\S+\/downloads\/\S+/)[0]).pathname);
  const [download] = await Promise.all([b.page.waitForEvent('download'), press(b, /^Download/)]);
  equal(sha256(readFileSync(await download.path())), sha256(file), 'the file is the one that was uploaded');
  equal(download.suggestedFilename(), 'product-2027.3-windows.zip', 'and is called so');
  note(`two clicks and ${Date.now() - began} ms from the mail to ${SIZE} bytes, verified`);
  await b.goto('/');
  ok(!(await main(b)).includes('2027.3 is ready'), 'what was fetched waits no more');
  // Cut off after the first bytes, it goes on from there, in the same session.
  const range = async text => b.context.request.get(download.url(), { headers: { range: text } });
  const first = await range('bytes=0-4999999'), rest = await range('bytes=5000000-');
  equal([first.status(), rest.status()], [206, 206], 'ranges are answered as ranges');
  const whole = Buffer.concat([await first.body(), await rest.body()]);
  equal(sha256(whole), sha256(file), 'the two pieces are the file');
  equal(rest.headers()['repr-digest'], `sha-256=:${createHash('sha256').update(file).digest('base64')}:`, 'with the digest of the whole');
  // Nobody else's browser can use the link.
  const stranger = await open({ script });
  await stranger.signIn(contract.manager.email === to ? contract.free[0].email : contract.manager.email);
  equal((await stranger.context.request.get(download.url())).status(), 404, 'the link is personal');
  await untilSays(staff, `1 of ${people === 1 ? '1 person' : `${people} people`} downloaded it`);
  await check(world);
}

/** What a page of a release says to whoever may not fetch it. */
async function whyNot({ world, main: contract, open, script }) {
  const api = await world.api(releasesStaff.email), line = lineOf(contract.on[0]);
  const { release } = await api.post('/releases', { product_line: line, version: '2027.3', released_on: '2026-11-20', licence_agreement: 'Be fair.' });
  await api.upload(release, 'product.zip', Buffer.from('hello'));
  await api.post(`/releases/${release}/publish`, {});
  const user = contract.free[0], manager = await world.api(contract.manager.email);
  const grant = grants => manager.post(`/contracts/${contract.number}/users`, { users: [{ email: user.email, grants, serial_numbers: [contract.on[0].serial_number] }] });
  await grant(['support']);
  const b = await open({ script });
  await b.signIn(user.email);
  await b.goto(`/downloads/${release}`);
  ok((await main(b)).includes(`You may not download releases of ${line}.`), 'the page says why');
  await b.locate('main a', { hasText: 'Ask for access' }).click();
  equal(await b.locate('input[name=serial]').inputValue(), contract.on[0].serial_number, 'what is asked for is filled in');
  await grant(['releases']);
  await b.goto(`/downloads/${release}`);
  ok((await main(b)).includes('Accept the licence agreement first.'), 'the agreement comes first');
  await press(b, 'Accept the licence agreement');
  const [download] = await Promise.all([b.page.waitForEvent('download'), press(b, /^Download/)]);
  equal(readFileSync(await download.path(), 'utf8'), 'hello', 'then the file comes');
  // A grant that was taken away ends the link that was made with it.
  await grant([]);
  equal((await b.context.request.get(download.url())).status(), 403, 'a taken grant ends a link');
}

export const tests = Object.fromEntries([['', true], [', without a script', false]].flatMap(([mode, script]) => [
  [`a release, from the form to the file${mode}`, context => fromFormToFile({ ...context, script })],
  [`whoever may not fetch it is told why${mode}`, context => whyNot({ ...context, script })],
]));
