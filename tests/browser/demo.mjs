// `serve --demo`, as the README says it: prints its address and one sign-in link per role; each link signs in.
import { NARROW, WIDE } from './harness/browser.mjs';
import { equal, note, ok, until } from './harness/checks.mjs';
import { World } from './harness/product.mjs';

/** A fresh directory, the product's own defaults, nothing else. */
export const start = () => World.demo();

/** Follows a printed link to the end; a page with one button may be in between, as a GET changes nothing. */
async function follow(b, link) {
  await b.goto(link);
  const button = b.locate('main form[action*="/demo/sign-in/"] button');
  if (new URL(b.page.url()).pathname.startsWith('/demo/sign-in/')) await button.first().click();
  await b.page.waitForURL(url => !/sign-in/.test(url.pathname));
}

const reader = b => b.locate('a.me').first();

export const tests = {
  async 'each printed link signs in as somebody else'({ world, open }) {
    const links = world.demoLinks();
    ok(links.length >= 4, `there is a link for each role: ${links.map(([role]) => role).join(', ')}`);
    const names = new Set();
    for (const [, link] of links) ok(link.startsWith(world.url), `${link} is at the printed address`);
    for (const script of [true, false]) {
      const b = await open({ script });
      for (const [role, link] of links) {
        await b.context.clearCookies();
        await follow(b, link);
        const who = (await reader(b).innerText()).replace(/\s+/g, ' ');
        names.add(who);
        equal((await b.goto('/account')).status(), 200, `${role} is signed in`);
        if (script) note(`${role}: ${who}`);
      }
      await b.close();
    }
    equal(names.size, links.length, 'each is another person');
    await world.command('check');
  },

  async 'a change of the demo shows its mail'({ world, open }) {
    const b = await open(), manager = world.demoLinks().find(([role]) => /contract manager/i.test(role));
    ok(manager, 'there is a Contract Manager');
    await follow(b, manager[1]);
    await b.goto('/contracts');
    await b.locate('main a[href*="/contracts/"]').first().click();
    await b.locate('#all').click();
    for (const key of ['a', 'a', 'Enter', 'Enter']) await b.page.keyboard.press(key);
    await b.locate('.flash').first().waitFor();
    await world.command('check');
    // The demo has no clock file: its mail is held like any other, and its page says so until then.
    await until(async () => { await b.goto('/demo/mail'); return (await b.locate('main a[href^="/demo/mail/"]').count()) > 0; }, 'the mail can be read', 90_000);
    await b.locate('main a[href^="/demo/mail/"]').first().click();
    ok(/Why you get this/i.test(await b.page.innerText('main')), 'and says why its reader gets it');
  },

  async 'axe on the pages of the demo'({ world, open }) {
    const [, link] = world.demoLinks()[0];
    const of = words => world.demoLinks().find(([role]) => role.startsWith(words))[1];
    for (const colorScheme of ['light', 'dark']) for (const viewport of [WIDE, NARROW]) {
      const b = await open({ colorScheme, viewport });
      const paths = ['/', '/sign-in', '/help'];
      for (const path of paths) { await b.goto(path); await b.accessible(`demo ${path}`); await b.shot(`${colorScheme}-${viewport.width}-demo-${path}`); }
      await follow(b, link);
      await b.goto('/demo/mail');
      await b.accessible('demo mail');
      await b.shot(`${colorScheme}-${viewport.width}-demo-mails`);
      const first = b.locate('main a[href^="/demo/mail/"]').first();
      if (await first.count()) { await first.click(); await b.accessible('one mail of the demo'); await b.shot(`${colorScheme}-${viewport.width}-demo-mail`); }
      // What was released: where a manager, a coordinator and the vendor meet it.
      const meets = [[link, ['/', '/contracts/110448270013/products', '/orders']], [of('Software Coordinator'), ['/', '/downloads', '/products', '/products/378-97366946']], [of('Vendor, releases'), ['/', '/vendor/releases']]];
      for (const [i, [to, paths]] of meets.entries()) {
        await b.context.clearCookies();
        await follow(b, to);
        for (const path of paths) { await b.goto(path); await b.accessible(`demo ${path}`); await b.shot(`${colorScheme}-${viewport.width}-demo-${i}-${path}`); }
      }
      await b.close();
    }
  },
};
