// Media from the order to the parcel that comes back, through the pages: with a script and without.
import { fulfilmentStaff, lineOf, releasesStaff } from './harness/data.mjs';
import { check, equal, fullName, ok, until } from './harness/steps.mjs';

const main = b => b.page.innerText('main');
const press = (b, words) => b.locate('main').getByRole('button', { name: words }).first().click();
const says = (b, words) => until(async () => (await main(b)).includes(words), `the page says "${words}"`);

/** A release of the line that has media, and somebody who coordinates a serial number of it. */
async function offered(world, contract) {
  const staff = await world.api(releasesStaff.email), asset = contract.on.find(one => one.software_coordinator_email && one.software_coordinator_email.toLowerCase() !== contract.manager.email.toLowerCase());
  const { release } = await staff.post('/releases', { product_line: lineOf(asset), version: '2027.9', released_on: '2026-11-20', media: true });
  await staff.post(`/releases/${release}/publish`, {});
  const email = asset.software_coordinator_email.toLowerCase();
  return { release, name: `${lineOf(asset)} 2027.9`, coordinator: contract.company.find(person => person.email.toLowerCase() === email), serial: asset.serial_number };
}

/** The coordinator orders what is offered, with an address that is entered on the way. */
async function order(b, { coordinator, name, serial }) {
  await b.signIn(coordinator.email);
  await b.goto('/orders');
  await b.locate('main a', { hasText: 'Order media' }).first().click();
  await b.locate('#release').selectOption({ label: `${name}, 20 Nov 2026` });
  await press(b, 'Choose serial numbers');
  ok(await b.locate(`input[name=serial][value="${serial}"]`).isChecked(), 'what can be ordered for is ticked');
  await press(b, 'Place order');
  await b.page.waitForURL(url => /^\/orders\/\d+$/.test(url.pathname));
  await says(b, 'Address to be confirmed');
  const number = new URL(b.page.url()).pathname.split('/').pop();
  await b.locate('#recipient').fill(fullName(coordinator));
  await b.locate('#line1').fill('Harbour Street 12');
  await b.locate('#city').fill('Boston');
  await b.locate('#country').selectOption('US');
  ok(await b.locate('input[name=keep]').isChecked(), 'a first address is kept');
  await press(b, 'Save address');
  await says(b, 'Waits for approval');
  await press(b, 'Cancel order');
  await says(b, 'Cancelled');
  await press(b, 'Undo');
  await says(b, 'Waits for approval');
  await b.goto('/account');
  equal(await b.locate('#line1').inputValue(), 'Harbour Street 12', 'the account has the address, too');
  return number;
}

async function thereAndBack({ world, main: contract, open, script }) {
  const what = await offered(world, contract), b = await open({ script }), since = world.mails().length;
  const number = await order(b, what);
  const staff = await open({ script });
  await staff.signIn(fulfilmentStaff.email);
  await staff.goto('/');
  await staff.locate('main a', { hasText: 'Approve orders' }).click();
  await staff.locate(`input[name=order][value="${number}"]`).check();
  await staff.locate('.batch button', { hasText: 'Approve' }).click();
  ok((await staff.text('#flash')).includes('1 order is approved.'), 'it is approved');
  await staff.goto(`/vendor/shipments/${number}`);
  await staff.locate('main a', { hasText: 'Packing slip' }).click();
  const slip = await main(staff);
  for (const part of ['Harbour Street 12', what.serial, what.name, fullName(what.coordinator)]) ok(slip.includes(part), `the slip says ${part}`);
  await staff.page.emulateMedia({ media: 'print' });
  ok(!(await staff.locate('#side').isVisible()) && await staff.locate('.slip').isVisible(), 'on paper there is the slip alone');
  await staff.page.emulateMedia({ media: 'screen' });
  await staff.goto(`/vendor/shipments/${number}`);
  await staff.locate('#carrier').fill('DHL');
  await staff.locate('#tracking').fill('JD014600003SE');
  await press(staff, 'Note as sent');
  await says(staff, 'What became of it');
  await b.goto(`/orders/${number}`);
  ok((await b.locate('main a', { hasText: 'JD014600003SE' }).getAttribute('href')).startsWith('https://www.dhl.com/'), 'the parcel can be followed');
  await staff.locate('#reason').fill('nobody of that name');
  await press(staff, 'Note as returned');
  await says(staff, 'Came back');
  // The Contract Manager is told by mail and on Home.
  const manager = await open({ script });
  await manager.signIn(contract.manager.email);
  await manager.goto('/');
  await manager.locate('main li', { hasText: `Order ${number}` }).locator('a').click();
  await says(manager, 'It came back: nobody of that name');
  await manager.locate('main a', { hasText: 'Order again' }).click();
  await manager.page.waitForURL('**/orders/new?release=*');
  const mails = await world.untilMails(all => all.slice(since).some(mail => mail.subject === `Order ${number} came back` && [mail.to].flat().some(to => to.toLowerCase() === contract.manager.email.toLowerCase())));
  const subjects = mails.slice(since).filter(mail => [mail.to].flat().some(to => to.toLowerCase() === what.coordinator.email.toLowerCase())).map(mail => mail.subject).filter(subject => subject.startsWith('Order '));
  equal(subjects.sort(), ['came back', 'is your address right?', 'received', 'sent'].map((words, n) => `Order ${number}${n === 1 ? ':' : ''} ${words}`).sort(), 'the Software Coordinator gets one mail for each step');
  await check(world);
}

async function delivered({ world, main: contract, open, script }) {
  const what = await offered(world, contract), b = await open({ script });
  const number = await order(b, what), api = await world.api(fulfilmentStaff.email);
  await api.post('/shipments/approve', { numbers: [number] });
  await api.post(`/shipments/${number}/ship`, { carrier: 'UPS' });
  const staff = await open({ script });
  await staff.signIn(fulfilmentStaff.email);
  await staff.goto(`/vendor/shipments/${number}`);
  await press(staff, 'Note as delivered');
  await says(staff, 'Delivered');
  await b.goto('/account');
  await b.locate('#media label', { hasText: 'media by post' }).click();
  await press(b, 'Save choice');
  await until(async () => (await b.text('#flash')).includes('Your choice is saved'), 'the choice is saved');
  await b.goto('/orders');
  ok((await main(b)).includes('New releases that have media come to you by post, too.'), 'and orders say so');
}

export const tests = Object.fromEntries([['', true], [', without a script', false]].flatMap(([mode, script]) => [
  [`from the order to the parcel that comes back${mode}`, context => thereAndBack({ ...context, script })],
  [`a parcel that arrives, and media from then on${mode}`, context => delivered({ ...context, script })],
]));
