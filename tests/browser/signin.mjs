// Signing in by a link in a mail, and out.
import { equal, ok, poll, until } from './harness/steps.mjs';

const onSignIn = url => url.pathname.startsWith('/sign-in');
const signedIn = async b => { await b.goto('/contracts'); return !onSignIn(new URL(b.page.url())); };

async function byLink({ world, main, open, script }) {
  const b = await open({ script });
  await b.goto(`/contracts/${main.number}/products`);
  ok(onSignIn(new URL(b.page.url())), 'a page asks for signing in first');
  const mail = await b.signIn(main.manager.email);
  ok(await signedIn(b), 'the link signs in');
  equal(mail.subject, 'Your sign-in link', 'the subject');
  ok(mail.html && mail.text.split('\n').some(line => /^https?:\/\/\S+$/.test(line.trim())), 'the mail has both parts, and the link on a line of its own');
  for (const cookie of await b.context.cookies()) ok(cookie.httpOnly && cookie.sameSite !== 'None', `the cookie ${cookie.name} is out of reach of scripts and other sites`);
  equal((await b.context.cookies()).length > 0, true, 'there is a session cookie');
  await world.command('check');
}

export const tests = {
  'by a link in a mail': byLink,
  'by a link in a mail, without a script': byLink,

  async 'opening the link changes nothing, using it works once'({ world, main, open }) {
    const b = await open(), mail = await b.signIn(main.manager.email), link = mail.text.match(/https?:\/\/\S+\/sign-in\/link\/\S+/)[0];
    const other = await open();
    other.expects = 'a refusal';
    await other.goto(link);
    const button = other.locate('main form[action*="/sign-in/link/"] button');
    if (await button.count()) await button.first().click();
    await other.page.waitForLoadState();
    ok(!await signedIn(other), 'a link that was used signs nobody in');
    await other.goto('/sign-in');
    // A mail scanner opens what it finds; the person comes later.
    const since = world.mails().length;
    await other.locate('input[name=email]').fill(main.manager.email);
    await other.locate('main form[action="/sign-in"] button').first().click();
    const fresh = (await world.untilMails(mails => mails.length > since)).at(-1).text.match(/https?:\/\/\S+\/sign-in\/link\/\S+/)[0];
    for (let i = 0; i < 3; i++) equal((await fetch(fresh)).status, 200, 'a scanner may open it');
    await other.goto(fresh);
    await other.locate('main form button').first().click();
    await other.page.waitForURL(url => !onSignIn(url));
    ok(await signedIn(other), 'and it still works');
  },

  async 'a link ends after 15 minutes'({ world, main, open }) {
    const b = await open(), since = world.mails().length;
    b.expects = 'a refusal';
    await b.goto('/sign-in');
    await b.locate('input[name=email]').fill(main.manager.email);
    await b.locate('main form[action="/sign-in"] button').first().click();
    const link = (await world.untilMails(mails => mails.length > since)).at(-1).text.match(/https?:\/\/\S+\/sign-in\/link\/\S+/)[0];
    world.advance(15 * 60 + 1);
    await b.goto(link);
    const button = b.locate('main form[action*="/sign-in/link/"] button');
    if (await button.count()) await button.first().click();
    await b.page.waitForLoadState();
    ok(!await signedIn(b), 'an old link signs nobody in');
  },

  async 'an unknown address sees the same and gets no mail'({ world, main, open }) {
    const b = await open(), since = world.mails().length, said = [];
    for (const email of ['nobody@nowhere.example', main.manager.email]) {
      await b.goto('/sign-in');
      await b.locate('input[name=email]').fill(email);
      await b.locate('main form[action="/sign-in"] button').first().click();
      await b.page.waitForURL('**/sign-in/sent*');
      said.push((await b.page.innerText('main')).replaceAll(email, '…'));
    }
    equal(said[0], said[1], 'known and unknown addresses get the same page');
    const mails = await world.untilMails(all => all.length > since);
    equal(mails.slice(since).map(mail => [mail.to].flat()[0].toLowerCase()), [main.manager.email.toLowerCase()], 'only the known one gets mail');
  },

  async 'signing out ends the session'({ main, open }) {
    const b = await open();
    await b.signIn(main.manager.email);
    const cookies = await b.context.cookies();
    await b.goto('/account');
    await b.locate('main form[action="/sign-out"] button, form[action="/sign-out"] button').last().click();
    await until(async () => !await signedIn(b), 'signed out');
    await b.context.addCookies(cookies.map(({ name, value, path, httpOnly, sameSite, secure }) => ({ name, value, path, domain: '127.0.0.1', httpOnly, sameSite, secure }))).catch(() => {});
    ok(!await signedIn(b), 'the old cookie is worth nothing');
  },

  async 'the theme is remembered, with one click'({ main, open }) {
    const b = await open({ colorScheme: 'light' });
    await b.signIn(main.manager.email);
    const canvas = () => b.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await canvas();
    await b.locate('#theme').click();
    await until(async () => await canvas() !== light, 'the page is dark');
    const dark = await canvas();
    await poll(async () => { await b.goto('/contracts'); return await canvas() === dark; }, 3000);
    equal(await canvas(), dark, 'and so is the next');
  },
};
