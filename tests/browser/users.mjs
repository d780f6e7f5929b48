// Naming users: invite, accept, see exactly what was granted; many at once; grants with undo; asking; removal.
import { check, equal, fullName, note, ok, poll, until } from './harness/steps.mjs';

export const as = ({ main }) => main.manager;

const invitationTo = (world, since, email) => world.untilMails(mails => mails.slice(since).some(mail => [mail.to].flat().includes(email) && /\/invite\//.test(mail.text)))
  .then(mails => mails.slice(since).find(mail => [mail.to].flat().includes(email) && /\/invite\//.test(mail.text)));
const domain = main => main.manager.email.split('@')[1];
const usersPath = main => `/users?contract=${main.number}`;

/** Names somebody on two serial numbers, with downloads of releases; they accept and sign in. */
async function invited({ world, main, b, open, script, api }) {
  const email = `nia.person@${domain(main)}`, since = world.mails().length, serials = main.on.slice(0, 2).map(asset => asset.serial_number);
  await b.goto(usersPath(main));
  const hand = b.hand();
  await hand.click(b.locate('main a', { hasText: 'Name a user' }));
  await b.locate('input[name=email]').fill(email);
  await hand.click(b.locate('label', { hasText: 'May download releases' }));
  await hand.click(b.locate('label', { hasText: 'Only these' }));
  await b.locate('textarea[name=serials]').fill(serials.join(' '));
  await b.shot(`users new ${script}`);
  await hand.click(b.locate('main button', { hasText: 'Send invitation' }));
  await b.locate('.flash').waitFor();
  ok((await b.text('.flash')).includes('1 person has this access now.'), 'the message says what was done');
  ok((await b.text(`tr[data-email="${email}"]`)).includes('Invited, not yet accepted'), 'the list shows the invitation');
  // Held for a minute, then exactly one mail.
  world.advance(61);
  const mail = await invitationTo(world, since, email);
  const said = mail.text.replace(/\s+/g, ' ');
  ok(said.includes('access to 2 serial numbers') && said.includes('You may download releases'), `the mail says what it gives: ${said}`);
  const other = await open({ script });
  await other.goto(new URL(mail.text.match(/https?:\/\/\S+\/invite\/\S+/)[0]).pathname);
  const page = await other.page.innerText('main');
  ok(page.includes('2 serial numbers of contract'), 'the page of the invitation says what it gives');
  await other.shot(`users invitation ${script}`);
  await other.locate('main form[action^="/invite/"] button').first().click();
  await other.page.waitForURL(url => !url.pathname.startsWith('/invite'));
  // Exactly what was granted: two serial numbers, no administration, no third one.
  await other.goto('/products');
  const seen = await other.page.innerText('main');
  ok(serials.every(serial => seen.includes(serial)), 'both serial numbers are there');
  equal(main.on.slice(2).filter(asset => seen.includes(asset.serial_number)), [], 'and no other');
  other.expects = 'a refusal';
  equal((await other.goto(`/products/${main.on[2].serial_number}`)).status(), 404, 'another serial number does not exist for them');
  equal((await other.goto('/users')).status(), 403, 'they name nobody');
  const mine = await world.api(email);
  equal((await mine.get('/me')).roles, ['user'], 'they are a User');
  const listed = (await api.get(`/contracts/${main.number}/users?limit=200`)).items.find(user => user.email === email);
  equal([listed.state, listed.serial_numbers, listed.grants], ['member', [...serials].sort(), ['releases', 'support', 'learning']], 'the API says the same');
  // The access ends: dead on the next request.
  await api.post(`/contracts/${main.number}/users/end`, { emails: [email] });
  equal((await other.goto(`/products/${serials[0]}`)).status(), 404, 'what was taken is gone at once');
  await check(world);
}

async function bulk({ world, main, b, api, script }) {
  const people = Array.from({ length: 5000 }, (_, n) => (n % 2 ? `Person ${n} <bulk.${n}@${domain(main)}>` : `bulk.${n}@${domain(main)}; Bulk; Number${n}`)).join('\n');
  await b.goto(`/users/import?contract=${main.number}`);
  // Typed letter by letter by the browser, it alone would take longer than the product has.
  await b.locate('textarea[name=people]').evaluate((field, text) => { field.value = text; }, people);
  const begin = Date.now();
  await b.locate('main button', { hasText: 'Check list' }).click();
  await b.locate('#check').waitFor({ timeout: 20_000 });
  const previewed = Date.now() - begin;
  ok((await b.text('#check')).includes('5,000 people get this access, of whom 5,000 will be invited'), 'the preview counts them');
  await b.shot(`users bulk ${script}`);
  await b.locate('label', { hasText: 'Write to 5,000 people' }).click();
  const applying = Date.now();
  await b.locate('main button', { hasText: 'Send 5,000 invitations' }).click();
  await b.locate('.flash').waitFor({ timeout: 20_000 });
  const applied = Date.now() - applying;
  note(`5,000 pasted rows: previewed in ${previewed} ms, applied in ${applied} ms (debug build)`);
  ok(previewed + applied <= 5000, `5,000 rows previewed and applied within 5 s: ${previewed} + ${applied} ms`);
  ok((await b.text('.flash')).includes('5,000 people have this access now.'), 'the message counts them');
  const first = await api.get(`/contracts/${main.number}/users?limit=200`);
  equal([first.items.length, first.next !== null], [200, true], 'the list goes on');
  await b.locate('.flash button', { hasText: 'Undo' }).click();
  await until(async () => (await b.text('.flash')).includes('ndone'), 'and it is undone');
}

async function mended({ main, b }) {
  await b.goto(`/users/import?contract=${main.number}`);
  await b.locate('textarea[name=people]').fill(`Ana Ruiz <ana.ruiz@${domain(main)}>\nnonsense\n${main.free[0].email}\nana.ruiz@${domain(main)}\nx@elsewhere.example`);
  await b.locate('main button', { hasText: 'Check list' }).click();
  const rows = await b.text('#check table');
  for (const words of ['Cannot be named', 'Will be invited', 'Already here', 'Twice in the list', 'of another company?']) ok(rows.includes(words), `the preview says "${words}"`);
  b.expects = 'a refusal';
  await b.locate('main button', { hasText: 'Name 3 people' }).click();
  await b.locate('#errors').waitFor();
  ok((await b.text('#errors')).includes('1 row cannot be named'), 'nothing is done while one cannot be named');
  ok((await b.locate('textarea[name=people]').inputValue()).includes('nonsense'), 'and what was pasted is still there');
  await b.locate('label', { hasText: 'Leave out 1 row' }).click();
  await b.locate('main button', { hasText: 'Name 3 people' }).click();
  await b.locate('.flash').waitFor();
  ok((await b.text('.flash')).includes('3 people have this access now.'), 'the others are named');
}

async function fromFile({ main, b }) {
  await b.goto(`/users/import?contract=${main.number}`);
  const text = `E-Mail;Vorname;Nachname\r\nzoe.mueller@${domain(main)};Zoë;Müller\r\n`;
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  await b.locate('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: utf16 });
  await b.locate('main button', { hasText: 'Read file' }).click();
  await b.locate('#check').waitFor();
  ok((await b.text('#check')).includes('Zoë Müller'), 'the file is read, accents and all');
  await b.locate('main button', { hasText: 'Send 1 invitation' }).click();
  await b.locate('.flash').waitFor();
}

async function switched({ main, b, api }) {
  const person = main.free[0];
  await api.post(`/contracts/${main.number}/users`, { users: [{ email: person.email, grants: [] }] });
  const grants = async () => (await api.get(`/contracts/${main.number}/users?limit=200`)).items.find(user => user.email === person.email).grants;
  await b.goto(`${usersPath(main)}&q=${encodeURIComponent(person.email)}`);
  await b.locate(`tr[data-email="${person.email}"] button.grant`, { hasText: 'releases' }).click();
  await b.locate('.flash').waitFor();
  equal(await grants(), ['releases'], 'one press gives it');
  await b.locate('.flash button', { hasText: 'Undo' }).click();
  await until(async () => (await grants()).length === 0, 'Undo takes it back');
  await b.goto(usersPath(main));
  await b.locate(`tr[data-email="${person.email}"] input[type=checkbox]`).check();
  await b.locate('.batch select[name=grant]').selectOption('extensions');
  await b.locate('.batch button', { hasText: 'Give' }).click();
  await b.locate('.flash').waitFor();
  equal(await grants(), ['extensions'], 'the ticked get it');
  await b.locate(`tr[data-email="${person.email}"] input[type=checkbox]`).check();
  await b.locate('.batch button', { hasText: 'End access' }).click();
  await b.locate('.flash').waitFor();
  ok((await b.text('.flash')).includes('The access of 1 person has ended.'), 'and it ends');
}

async function asked({ world, main, b, open, script, api }) {
  const users = (await api.get(`/contracts/${main.number}/users?limit=200`)).items.map(user => user.email.toLowerCase());
  const person = main.free.find(one => !users.includes(one.email.toLowerCase())), serial = main.on.find(asset => !asset.software_coordinator_email && !asset.group_name)?.serial_number ?? main.on[0].serial_number, since = world.mails().length;
  const other = await open({ script });
  await other.signIn(person.email);
  await other.goto('/access/ask');
  await other.locate('input[name=serial]').fill(serial);
  await other.locate('label', { hasText: 'May download releases' }).click();
  await other.locate('textarea[name=words]').fill('I install it in Boston.');
  await other.shot(`users ask ${script}`);
  await other.locate('main button', { hasText: 'Ask for access' }).click();
  await other.locate('.calm').waitFor();
  const mail = (await world.untilMails(mails => mails.slice(since).some(m => m.subject.includes('asks to download releases')))).slice(since).find(m => m.subject.includes('asks to download releases'));
  equal([mail.to].flat().map(to => to.toLowerCase()), [main.manager.email.toLowerCase()], 'whoever decides is told');
  await b.goto('/users/requests');
  ok((await b.page.innerText('main')).includes('I install it in Boston.'), 'in their own words');
  await b.shot(`users requests ${script}`);
  await b.locate('main button', { hasText: 'Give access' }).first().click();
  await b.locate('.flash').waitFor();
  equal((await other.goto(`/products/${serial}`)).status(), 200, 'and they have it');
}

async function removed({ world, leaver, b, script }) {
  const [one] = leaver.rows, api = await world.api(leaver.manager.email);
  const { items } = await api.get(`/contracts/${one.number}/people?find=email&starting_with=${encodeURIComponent(leaver.person.email)}`);
  ok(items.length === 1, 'the leaver is found');
  await b.goto(`/contracts/${one.number}/products`);
  await b.locate('main a[href^="/people/"]', { hasText: fullName(leaver.person) }).first().click();
  await b.page.waitForURL('**/people/*');
  const page = b.page.url().split('?')[0];
  await b.locate('main a', { hasText: 'Remove from the company' }).click();
  ok((await b.text('h1')).includes('Hand over first'), 'a coordinator is not removed');
  ok(/coordinates \d+ serial number/.test(await b.page.innerText('main')), 'the page says what is in the way');
  await b.shot(`users hand over first ${script}`);
  await b.locate('main a', { hasText: 'Hand over everything' }).click();
  await api.post(`/people/${encodeURIComponent(leaver.person.email)}/hand-over`, { coordinator: { email: leaver.successor.email } });
  const since = world.mails().length;
  await b.goto(`${page}/remove`);
  ok((await b.text('h1')).startsWith(`Remove ${fullName(leaver.person)} from`), 'then it is asked');
  await b.locate('main button', { hasText: 'Remove' }).click();
  await b.page.waitForURL('**/users');
  await world.untilMails(mails => mails.slice(since).some(mail => /^Your role at .* ended$/.test(mail.subject)));
  ok(!(await b.page.innerText('main')).includes(leaver.person.email), 'and they are gone');
  await world.command('check');
}

/** 30 days, one reminder seven days before the end, and then it is over. */
async function reminded({ world, main, b, open, api }) {
  const email = `rem.inder@${domain(main)}`, since = world.mails().length, DAY = 24 * 3600;
  await api.post(`/contracts/${main.number}/users`, { users: [{ email }] });
  world.advance(61);
  const invitation = await invitationTo(world, since, email), then = world.mails().length;
  world.advance(23 * DAY + 60);
  const mails = await world.untilMails(list => list.slice(then).some(mail => mail.subject.startsWith('Reminder: your invitation from')));
  const reminder = mails.slice(then).find(mail => mail.subject.startsWith('Reminder: your invitation from'));
  equal([reminder.to].flat(), [email], 'the reminder goes to the one who was invited');
  const link = new URL(reminder.text.match(/https?:\/\/\S+\/invite\/\S+/)[0]).pathname, first = new URL(invitation.text.match(/https?:\/\/\S+\/invite\/\S+/)[0]).pathname;
  equal([(await fetch(world.url + link)).status, (await fetch(world.url + first)).status], [200, 200], 'both links work');
  world.advance(7 * DAY);
  equal([(await fetch(world.url + link)).status, (await fetch(world.url + first)).status], [404, 404], 'after 30 days neither does');
  equal(world.mails().slice(then).filter(mail => mail.subject.startsWith('Reminder: your invitation')).length, 1, 'there was one reminder');
  await b.signIn(main.manager.email);
  await b.goto(`${usersPath(main)}&q=${encodeURIComponent(email)}`);
  ok((await b.text(`tr[data-email="${email}"]`)).includes('Invitation ended'), 'the list says that it ended');
  await b.locate(`tr[data-email="${email}"] input[type=checkbox]`).check();
  await b.locate('.batch button', { hasText: 'Send again' }).click();
  await b.locate('.flash').waitFor();
  ok((await b.text('.flash')).includes('1 link was sent again.'), 'and it is sent again');
  const again = await invitationTo(world, mails.length, email);
  const other = await open();
  await other.goto(new URL(again.text.match(/https?:\/\/\S+\/invite\/\S+/)[0]).pathname);
  await other.locate('main form[action^="/invite/"] button').first().click();
  await other.page.waitForURL(url => !url.pathname.startsWith('/invite'));
  await check(world);
}

export const tests = {
  'an invitation is reminded of once, ends, and is sent again': reminded,
  'invite, accept, first sign-in, exactly what was granted': invited,
  'invite, accept, first sign-in, exactly what was granted, without a script': invited,
  '5,000 pasted rows': bulk,
  '5,000 pasted rows, without a script': bulk,
  'a list with faults is mended': mended,
  'a list with faults is mended, without a script': mended,
  'a file in UTF-16, without a script': fromFile,
  'grants are switched, ticked, ended and undone': switched,
  'grants are switched, ticked, ended and undone, without a script': switched,
  'access is asked for and given': asked,
  'access is asked for and given, without a script': asked,
  async 'removal is refused, and mended by a hand-over'(t) { await t.b.page.context().clearCookies(); await t.b.signIn(t.leaver.manager.email); await removed(t); },
  async 'removal is refused, and mended by a hand-over, without a script'(t) { await t.b.page.context().clearCookies(); await t.b.signIn(t.leaver.manager.email); await removed(t); },
};
