// Renewals within the budget of clicks (ux.md §5, 13 and 16), with a script and without.
import { equal, ok, until } from './harness/steps.mjs';

/** Who is signed in: somebody whose contracts end at different times. */
export const as = ({ leaver }) => leaver.manager;

async function quote({ world, b }) {
  const since = world.mails().length;
  await b.goto('/renewals');
  const hand = b.hand();
  await hand.click(b.locate('.renewals a', { hasText: 'Request renewal quote' }).first());
  await hand.click(b.locate('main button', { hasText: 'Send request' }));
  hand.budget('a renewal quote', { clicks: 2 });
  await until(() => b.locate('#flash').isVisible(), 'the page says so');
  ok((await b.text('#flash')).includes('Your request is sent.'), 'it is sent');
  ok((await b.page.innerText('main')).includes('Quote requested'), 'the request is there with its state');
  const mails = (await world.untilMails(mails => mails.slice(since).some(mail => mail.subject.startsWith('Renewal request for ')))).slice(since);
  ok(mails.length > 0, 'the Contract Manager is told');
}

async function calendar({ b }) {
  await b.goto('/');
  const hand = b.hand();
  await hand.click(b.locate('#side a', { hasText: 'Renewals' }));
  await hand.click(b.locate('main button', { hasText: 'Make a private link' }));
  hand.budget('renewals into a calendar', { clicks: 2 });
  const address = async () => (await b.text('.made code')).trim(), first = await address();
  const file = await fetch(first), text = await file.text();
  equal([file.status, file.headers.get('content-type')], [200, 'text/calendar; charset=utf-8'], 'a calendar program gets it without a session');
  ok(/BEGIN:VEVENT\r\n/.test(text) && /TRIGGER:-P30D\r\n/.test(text) && text.endsWith('END:VCALENDAR\r\n'), 'events with reminders');
  await b.locate('main button', { hasText: 'Reset link' }).click();
  await until(async () => (await address()) !== first, 'there is another one');
  equal([(await fetch(first)).status, (await fetch(await address())).status], [404, 200], 'the old one has ended');
}

export const tests = {
  'a quote: 2 clicks from Renewals': quote,
  'a quote, without a script': quote,
  'a calendar: 2 clicks, and a link that can be reset': calendar,
  'a calendar, without a script': calendar,
  async 'g r leads there'({ b }) {
    await b.goto('/');
    await b.page.keyboard.press('g');
    await b.page.keyboard.press('r');
    await b.page.waitForURL('**/renewals');
  },
};
