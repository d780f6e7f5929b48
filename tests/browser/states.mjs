// Pages that take several people to reach, each with its way there and in every look: light and dark, wide and at 320 px, with a
// script and without.
import { looks } from './harness/looks.mjs';
import { equal, fullName, ok, until } from './harness/steps.mjs';
import { says, setUp, signedIn, through } from './oidc.mjs';

const at = b => new URL(b.page.url()).pathname;
const press = (b, words) => b.page.getByRole('button', { name: words, exact: true }).click();
const to = (mail, email) => [mail.to].flat().some(one => one.toLowerCase() === email.toLowerCase());

/** The path of the link in the mail to somebody that came since. */
async function linkOf(world, since, email, path) {
  const found = mail => to(mail, email) && mail.text.match(new RegExp(`https?://\\S+${path}\\S+`))?.[0];
  const mails = await world.untilMails(mails => mails.slice(since).some(found));
  return new URL(mails.slice(since).map(found).find(Boolean)).pathname;
}

/** Somebody who belongs to two companies signs in by the provider of one: the mailbox is asked first. */
async function asked(context) {
  const { world, leaver, open, script } = context, { account, company } = leaver.rows[0];
  const { idp, manager } = await setUp({ ...context, main: { manager: leaver.manager, account } });
  try {
    const ours = leaver.manager.email.split('@')[1];
    const person = company.find(one => one.account_numbers.includes(' ') && one.email.endsWith(`@${ours}`)), since = world.mails().length;
    await manager.close();
    idp.person('both', { email: person.email, given_name: person.first_name, family_name: person.last_name });
    const b = await open({ script });
    await through(b, person.email, 'both');
    await says(b, `whether ${account.name}’s sign-in may sign you in here`);
    await looks(b, 'provider asks, look into your mail', { loaded: false });
    ok(!await signedIn(b), 'nobody is signed in before the mailbox has said so');
    const link = await linkOf(world, since, person.email, '/sign-in/oidc/confirm/');
    // Another browser than the one that began it: the mail may be read anywhere.
    const reads = await open({ script });
    for (let i = 0; i < 3; i++) equal((await fetch(world.url + link)).status, 200, 'a scanner may open it');
    await reads.goto(link);
    await says(reads, person.email);
    await looks(reads, 'provider asks');
    await reads.locate(`main form[action="${link}"] button`).click();
    await says(reads, 'Allowed');
    await looks(reads, 'provider asks, confirmed', { loaded: false });
    ok(!await signedIn(reads), 'the link signs nobody in');
    await through(b, person.email, 'both', { again: true });
    ok(await signedIn(b), 'from now on the provider does');
    reads.expects = 'a refusal';
    equal((await reads.goto(link)).status(), 404, 'the link works once');
    await looks(reads, 'provider asks, link used');
    await world.command('check');
  } finally { await idp.stop(); }
}

/** An invitation link is handed over, whoever has it sets a password up; then the owner comes through the mailbox. */
async function anew({ world, main, open, script }) {
  const email = `nia.new@${main.manager.email.split('@')[1]}`, api = await world.api(main.manager.email);
  await api.post(`/contracts/${main.number}/users`, { users: [{ email, first_name: 'Nia', last_name: 'New', grants: ['support'], serial_numbers: [main.on[0].serial_number] }] });
  const b = await open({ script });
  await b.signIn(main.manager.email);
  await b.goto(`/users?contract=${main.number}&q=${encodeURIComponent(email)}`);
  await b.locate('main a[href^="/people/"]', { hasText: 'Nia New' }).first().click();
  await press(b, 'Copy invitation link');
  const link = await b.locate('input[aria-label="Invitation link"]').inputValue();
  await looks(b, 'invitation link to hand over', { loaded: false });
  const early = await open({ script });
  await early.goto(link);
  await early.locate('main form[action^="/invite/"] button').first().click();
  await early.page.waitForURL(url => !url.pathname.startsWith('/invite'));
  await early.goto('/account/security');
  await early.locate('input[name=new_password]').fill('umbrella-kettle-97');
  await press(early, 'Save password');
  await says(early, 'Your password is saved');
  const owner = await open({ script });
  await owner.signIn(email);
  equal(at(owner), '/account/security', 'the owner lands where own ways in are set up');
  await says(owner, 'This account is yours alone now');
  ok(!(await owner.page.innerText('main')).includes('Remove password'), 'the password is gone');
  await looks(owner, 'the owner proved the mailbox');
  await early.goto('/contracts');
  ok(at(early).startsWith('/sign-in'), 'whoever had the link is signed out');
  await world.command('check');
}

/** Access to a serial number, access without saying to what, in many words, and somebody who wants to join. */
async function requests(context) {
  const { world, main, open, script } = context, { idp, manager } = await setUp(context);
  try {
    const ours = main.manager.email.split('@')[1], [first, second] = main.free;
    const ask = async (person, { serial, wants, words }) => {
      const b = await open({ script });
      await b.signIn(person.email);
      await b.goto('/access/ask');
      if (serial) await b.locate('input[name=serial]').fill(serial);
      for (const want of wants) await b.locate(`input[name=wants][value=${want}]`).check();
      await b.locate('textarea[name=words]').fill(words);
      await press(b, 'Ask for access');
      await says(b, 'Asked.');
      await b.close();
    };
    const ofManager = (await (await world.api(main.manager.email)).assets(main.number));
    const serial = main.on.map(asset => asset.serial_number).find(serial => ofManager[serial].source === 'contract_manager');
    await ask(first, { serial, wants: ['releases', 'support'], words: 'I install it on the new machines.' });
    await ask(second, { wants: ['releases', 'extensions', 'support', 'learning'], words: 'We open a second office in spring, and I am to set up all the workstations there before the others come: whatever the team here has, we need, too.' });
    idp.person('nia', { email: `nia.new@${ours}`, given_name: 'Nia', family_name: 'New' });
    const joins = await open({ script });
    await through(joins, `nia.new@${ours}`, 'nia');
    await says(joins, 'Your request is with');
    await joins.close();
    await manager.goto('/users/requests');
    equal(await manager.locate('section.card').count(), 3, 'three requests are open');
    await looks(manager, 'who asks, three requests');
    for (const [person, button, words] of [[fullName(first), 'Give access', ''], [fullName(second), 'Say no', 'Declined'], ['Nia New', 'Let in', 'Let in, and told so by e-mail']]) {
      await manager.locate('section.card', { hasText: person }).locator('button', { hasText: button }).click();
      await manager.locate('.flash').waitFor();
      await until(async () => (await manager.text('.flash')).includes(words), `it is said what became of ${person}`);
    }
    await says(manager, 'Nobody asks for anything');
    await world.command('check');
  } finally { await idp.stop(); }
}

/** An administrator removes the second factors of somebody who lost them all. */
async function reset({ world, main, people, open, script }) {
  const lost = await open({ script }), staff = await open({ script }), since = world.mails().length;
  await lost.signIn(main.manager.email);
  await lost.goto('/account/security/second-factor');
  await lost.setUpApp(main.manager.email);
  await staff.signIn(people.staff.email);
  await staff.goto(`/contracts/${main.number}/products`);
  await staff.locate('main a[href^="/people/"]', { hasText: fullName(main.manager) }).first().click();
  await staff.page.waitForURL('**/people/*');
  await staff.locate('main a', { hasText: /second factors/i }).click();
  await looks(staff, 'remove second factors');
  await staff.locate('input[name=why]').fill('Called back on the number that we know.');
  await staff.locate('main form[action$="/reset-factors"] button').click();
  await staff.page.waitForURL('**/reset-factors?done=true');
  await says(staff, 'is signed out everywhere and told by e-mail');
  await looks(staff, 'second factors removed');
  await lost.goto('/contracts');
  ok(at(lost).startsWith('/sign-in'), 'the person is signed out');
  const told = mail => to(mail, main.manager.email) && mail.text.replace(/\s+/g, ' ').includes('Called back on the number that we know');
  ok((await world.untilMails(mails => mails.slice(since).some(told))).slice(since).some(told), 'and told why');
  await world.command('check');
}

const both = (name, test) => ({ [name]: test, [`${name}, without a script`]: test });
export const tests = {
  ...both('who belongs to two companies is asked before a provider signs in', asked),
  ...both('what was set up with a link that was handed over ends, and the page says it', anew),
  ...both('three requests of both kinds', requests),
  ...both('second factors are removed, and the page says what comes next', reset),
};
