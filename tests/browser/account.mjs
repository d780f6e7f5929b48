// The own account as a person uses it, and what the vendor's staff do about people: with a script and without.
import { readFileSync } from 'node:fs';
import { equal, fullName, ok, openProducts, row, until } from './harness/steps.mjs';

const main = b => b.page.innerText('main');
const says = (b, words) => until(async () => (await main(b)).includes(words), `the page says "${words}"`);
const press = (b, words) => b.locate('main').getByRole('button', { name: words, exact: true }).first().click();
const linkOf = (mail, path) => new URL(mail.text.match(new RegExp(`https?://\\S+${path}\\S+`))[0]).pathname;
const arrived = async (world, since, test) => (await world.untilMails(mails => mails.slice(since).some(test))).slice(since).find(test);

async function profile({ world, main: { manager, number, on }, open, script }) {
  const b = await open({ script });
  await b.signIn(manager.email);
  await b.goto('/account');
  await b.locate('#last_name').fill('Renamed');
  await b.locate('#time_zone').fill('europe/berlin');
  await b.locate('#shortcuts').uncheck();
  for (const [id, text] of [['recipient', 'Somebody'], ['line1', 'Kade 1'], ['city', 'Rotterdam']]) await b.locate(`#${id}`).fill(text);
  await b.locate('#country').selectOption('NL');
  await press(b, 'Save');
  await says(b, 'Your profile is saved');
  equal(await b.locate('#time_zone').inputValue(), 'Europe/Berlin', 'the zone is written as it is called');
  ok((await main(b)).includes('Checked on 24 Nov 2026'), 'the address counts as checked today');
  // Somebody else was quicker: a second page that was opened before.
  b.expects = 'a refusal';
  await b.locate('input[name=version]').evaluate(field => { field.value = '1'; });
  await b.locate('#last_name').fill('Late');
  await press(b, 'Save');
  await says(b, 'Last name is “Renamed” now; you entered “Late”');
  await openProducts(b, number);
  if (script) {
    await row(b, on[0].serial_number).waitFor();
    await b.page.keyboard.press('a');
    ok(!await b.locate('dialog[open]').count(), 'single keys are off');
    await b.page.keyboard.press('Control+k');
    await until(() => b.locate('#palette').isVisible(), 'Ctrl K still works');
  }
  await world.command('check');
}

async function changedEmail({ world, main: { manager, number }, open, script }) {
  const b = await open({ script }), other = await open({ script }), fresh = `new.${manager.email}`;
  await b.signIn(manager.email);
  await b.goto('/account');
  const since = world.mails().length;
  await b.locate('#email').fill(fresh);
  await press(b, 'Change e-mail address');
  await says(b, 'The address changes when both are confirmed');
  const to = address => mail => [mail.to].flat().includes(address) && /\/confirm-email\//.test(mail.text);
  const there = await arrived(world, since, to(fresh)), here = await arrived(world, since, to(manager.email));
  equal([there.subject, here.subject], ['Confirm your new e-mail address', 'Your e-mail address is to change'], 'both addresses have a mail');
  await other.goto(linkOf(there, '/confirm-email/'));
  ok(!(await main(other)).includes('This was not me'), 'only the old address can stop it');
  await press(other, 'Confirm the change');
  await says(other, 'Confirmed here');
  await other.goto(linkOf(here, '/confirm-email/'));
  await press(other, 'Confirm the change');
  await says(other, 'The e-mail address is changed');
  equal((await world.untilMails(mails => mails.slice(since).filter(mail => mail.subject === 'Your e-mail address was changed').length === 2)).length > 0, true, 'both are told');
  const again = await open({ script });
  await again.signIn(fresh);
  await openProducts(again, number);
  await again.goto('/account');
  ok((await main(again)).includes(`${manager.email} until 24 Nov 2026`), 'the earlier address is shown');
  await world.command('check');
}

async function exported({ world, main: { manager }, open, script }) {
  const b = await open({ script });
  await b.signIn(manager.email);
  await b.goto('/account');
  const since = world.mails().length;
  await press(b, 'Export my data');
  await says(b, 'Your data is being put together');
  await arrived(world, since, mail => mail.subject === 'Your data export is ready');
  await b.goto('/account');
  const [download] = await Promise.all([b.page.waitForEvent('download'), b.locate('main').getByRole('link', { name: 'Fetch your data' }).click()]);
  const data = JSON.parse(readFileSync(await download.path(), 'utf8')).held_about_you;
  equal([data.profile[0].email, data.roles.some(role => role.level === 'manager')], [manager.email, true], 'it holds what is known');
  await b.goto('/account');
  await b.locate('main').getByRole('link', { name: 'Erase my data' }).click();
  await says(b, 'Contract Manager of');
  ok(!(await main(b)).includes('This cannot be undone'), 'who has duties is not erased');
}

/** Somebody of the vendor who may do everything. */
async function administrator({ world, open, script }) {
  const email = 'admin@vendor.example', b = await open({ script });
  await world.command('admin', 'create', '--email', email, '--name', 'Ada Vendor');
  await b.signIn(email);
  return b;
}

async function merged(context) {
  const { world, main: { manager, number, free, on } } = context, api = await world.api(manager.email);
  const twice = free[0].email.replace('@', '+cad@'), serial = on[0].serial_number;
  await api.post(`/contracts/${number}/coordinator-assignments`, { coordinator: { email: twice, first_name: free[0].first_name, last_name: free[0].last_name }, to: { serial_numbers: [serial] } });
  const b = await administrator(context), holder = async () => (await api.assets(number))[serial].email;
  await b.goto('/vendor/duplicates');
  const pair = b.locate('main li', { hasText: twice });
  ok((await pair.first().innerText()).includes('one mailbox'), 'the page says why they may be one');
  await pair.first().getByRole('link', { name: 'Look at merging them' }).click();
  await says(b, 'Software Coordinator of 1 serial number');
  if ((await b.text('h1')).length && !(await main(b)).includes(`What moves to ${free[0].email}`)) await b.locate('main').getByRole('link', { name: 'Keep the other one instead' }).click();
  await b.shot(`merge${context.script ? '' : '-no-script'}`);
  await b.locate('main form[action$="/merge"] button').click();
  await b.page.waitForURL('**/people/**');
  ok((await main(b)).includes('are one now'), 'the page says what was done');
  equal(await holder(), free[0].email, 'the serial number went along');
  await press(b, 'Undo');
  await says(b, 'Undone');
  equal(await holder(), twice, 'and came back');
  await world.command('check');
}

async function viewed(context) {
  const { world, main: { manager, number }, open, script } = context, b = await administrator(context);
  await openProducts(b, number);
  await b.locate('main a[href^="/people/"]', { hasText: fullName(manager) }).first().click();
  await b.locate('main').getByRole('link', { name: `View as ${fullName(manager)}` }).click();
  await b.locate('#why').fill('request 48211');
  await press(b, `View as ${fullName(manager)}`);
  const banner = b.locate('aside.viewing');
  await banner.waitFor();
  ok((await banner.innerText()).includes(fullName(manager)), 'the banner says whose pages these are');
  await b.accessible('the pages of somebody else');
  await b.shot(`viewing${script ? '' : '-no-script'}`);
  b.expects = 'a refusal';
  await b.goto('/account');
  ok(await banner.isVisible(), 'it is on each page');
  await b.locate('#last_name').fill('Mallory');
  await press(b, 'Save');
  await says(b, 'nothing can be changed');
  await b.goto('/account');
  await banner.getByRole('button', { name: 'Stop' }).click();
  await b.page.waitForURL(url => url.pathname === '/');
  equal(await banner.count(), 0, 'the own pages again');
  const person = await open({ script });
  await person.signIn(manager.email);
  await person.goto('/account');
  const text = await main(person);
  ok(text.includes('Ada Vendor (vendor’s staff) viewed your pages on 24 Nov 2026') && text.includes('because “request 48211”'), 'the person reads who looked, when and why');
  equal(await person.locate('#last_name').inputValue(), manager.last_name, 'nothing was changed');
  await world.command('check');
}

/** Whoever lost every second factor: the first alone removes nothing, an administrator does, and the person is told. */
async function lost(context) {
  const { world, main: { manager }, open, script } = context, b = await open({ script });
  b.expects = 'a refusal';
  await b.signIn(manager.email);
  await b.goto('/account/security/second-factor');
  await b.setUpApp(manager.email);
  world.advance(301);
  await b.goto('/account/security/second-factor/remove');
  await b.locate('main form button').last().click();
  await b.page.waitForURL('**/sign-in/again?second=true**');
  const page = await b.page.innerText('main');
  ok(page.includes('we ask for your second factor') && !page.includes('E-mail me a link'), 'a mailbox is not enough');
  await b.accessible('the second factor is asked for');
  await b.shot(`second factor asked for ${script ? '' : 'no script'}`);
  await b.locate('summary').click();
  await b.locate('input[name=recovery]').fill('aaaa-bbbb-cccc-dddd');
  await b.locate('form:has(input[name=recovery]) button').click();
  await until(async () => (await b.page.innerText('main')).includes('one of the recovery codes'), 'one that is made up is refused');
  const admin = await administrator(context), since = world.mails().length;
  admin.expects = 'a refusal';
  await admin.goto(`/people/${encodeURIComponent(manager.email)}`);
  await admin.page.getByRole('link', { name: 'Remove second factors' }).click();
  await admin.accessible('reset second factors');
  await admin.shot('reset second factors');
  await admin.page.getByRole('button', { name: 'Remove second factors' }).click();
  await until(async () => (await admin.page.innerText('main')).includes('how you made sure who asks'), 'a reason is asked for');
  await admin.locate('input[name=why]').fill('called back on the number that we know');
  await admin.page.getByRole('button', { name: 'Remove second factors' }).click();
  await until(async () => (await admin.page.innerText('main')).includes('is signed out everywhere and told by e-mail'), 'it is done');
  await admin.shot('reset second factors done');
  const told = mail => mail.subject === 'Your second factors were removed';
  const mail = (await world.untilMails(mails => mails.slice(since).some(told))).slice(since).find(told);
  ok(mail.text.includes('Ada Vendor') && mail.text.includes('called back on the number'), 'by whom and why');
  await b.goto('/account');
  ok(new URL(b.page.url()).pathname === '/sign-in', 'signed out everywhere');
  // The command line does the same, and finds nothing left.
  const nothing = await world.command('person', 'reset-factors', '--email', manager.email, '--why', 'asked').catch(error => error.message);
  ok(/there is nothing to remove/.test(nothing), `nothing is left: ${nothing}`);
  const again = await open({ script });
  await again.signIn(manager.email);
  await again.goto('/account/security');
  ok((await again.page.innerText('main')).includes('Set up an authenticator app'), 'a link is enough again');
  await world.command('check');
}

const both = (name, test) => ({ [name]: test, [`${name}, without a script`]: test });
export const tests = {
  ...both('a profile is saved, and never over a change', profile),
  ...both('an address changes when both have confirmed it', changedEmail),
  ...both('what is held is handed out', exported),
  ...both('two records become one, and two again', merged),
  ...both('staff look as somebody and change nothing', viewed),
  ...both('lost second factors are removed by an administrator', lost),
};
