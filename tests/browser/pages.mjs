// Every page and state, in light and dark, wide and at 320 px, with a script and without: axe, width, headers, no inline
// script or style, one heading. SHOTS=DIRECTORY keeps pictures.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { NARROW, WIDE } from './harness/browser.mjs';
import { checks, strict } from './harness/looks.mjs';
import { fulfilmentStaff, lineOf, releasesStaff } from './harness/data.mjs';
import { World } from './harness/product.mjs';
import { equal, fullName, note, ok, openProducts, row, until } from './harness/steps.mjs';

// Who looks: signed out, the Contract Manager, a Software Coordinator of the contract, a reseller's agent, vendor staff.
const products = ({ main }) => `/contracts/${main.number}/products`;
const classic = ({ main }, more = '') => `/contracts/${main.number}/coordinators/assign?${main.on.slice(0, 3).map(asset => `serial=${encodeURIComponent(asset.serial_number)}`).join('&')}${more}`;

// A contract that comes under an address which its company does not know.
const PURCHASE = '990000000001';

const PAGES = [
  { name: 'sign-in', who: 'nobody', path: () => '/sign-in' },
  { name: 'sign-in sent', who: 'nobody', path: () => '/sign-in/sent' },
  { name: 'sign-in link', who: 'nobody', path: ({ links }) => links.signIn },
  { name: 'sign-in link used', who: 'nobody', path: () => '/sign-in/link/0000000000000000000000000000000000000000000', refused: true },
  { name: 'invitation', who: 'nobody', path: ({ links }) => links.invite },
  { name: 'invitation unknown', who: 'nobody', path: () => '/invite/0000000000000000000000000000000000000000000', refused: true },
  { name: 'company sign-in', who: 'nobody', path: () => '/sign-in/company' },
  { name: 'company sign-in, no such', who: 'nobody', path: () => '/sign-in/company?email=x%40nowhere.example', status: 422 },
  { name: 'provider says no', who: 'nobody', path: () => '/sign-in/oidc/callback?error=access_denied', status: 422 },
  // Where scripts run, a module goes on at once.
  { name: 'back from a provider', who: 'nobody', path: () => '/sign-in/oidc/callback?code=x&state=y', plain: true },
  { name: 'welcome link', who: 'nobody', path: ({ links }) => links.welcome },
  { name: 'welcome link used', who: 'nobody', path: () => '/welcome/0000000000000000000000000000000000000000000', refused: true },
  { name: 'reset link', who: 'nobody', path: ({ links }) => links.reset },
  { name: 'forgotten password', who: 'nobody', path: () => '/forgot' },
  { name: 'forgotten password sent', who: 'nobody', path: () => '/forgot?sent=somebody%40nowhere.example' },
  { name: 'reset link used', who: 'nobody', path: () => '/reset/0000000000000000000000000000000000000000000', refused: true },
  { name: 'help signed out', who: 'nobody', path: () => '/help' },
  { name: 'provider that asks, used', who: 'nobody', path: () => '/sign-in/oidc/confirm/0000000000000000000000000000000000000000000', refused: true },
  { name: 'home', who: 'manager', path: () => '/' },
  { name: 'welcome, terms', who: 'manager', path: () => '/welcome', state: async b => ok((await b.page.innerText('main')).includes('Be fair'), 'the terms are there') },
  { name: 'welcome, accepted', who: 'managerOfSeveral', path: () => '/welcome', state: async b => {
    const button = b.locate('form[action="/welcome/terms"] button');
    if (await button.count()) { await button.click(); await b.page.waitForURL('**/welcome'); }
    equal(await button.count(), 0, 'accepted once'); } },
  { name: 'contracts', who: 'manager', path: () => '/contracts' },
  { name: 'products', who: 'manager', path: products },
  { name: 'products, ticked', who: 'manager', path: products, state: async (b, { main }) => { for (const asset of main.on.slice(0, 3)) await row(b, asset.serial_number).locator('input').check(); } },
  { name: 'products, by default only', who: 'manager', path: context => `${products(context)}?coordinator=default` },
  { name: 'products, nothing found', who: 'manager', path: context => `${products(context)}?q=zzzz` },
  { name: 'dialog', who: 'manager', path: products, script: true, state: async b => { await b.page.keyboard.press('a'); await b.page.keyboard.type('a'); } },
  { name: 'dialog, picked', who: 'manager', path: products, script: true, state: async (b, { main }) => {
    await b.page.keyboard.press('a'); await b.page.keyboard.type(main.typed(main.free[0])); await b.page.keyboard.press('Enter');
    await until(async () => (await b.locate('#diff li').count()) > 0, 'the dialog shows what changes'); } },
  { name: 'dialog, new person', who: 'manager', path: products, script: true, state: async b => { await b.page.keyboard.press('a'); await b.page.keyboard.type('new.person@nowhere.example'); await b.page.keyboard.press('Enter'); } },
  { name: 'dialog, nobody chosen', who: 'manager', path: products, script: true, state: async b => { await b.page.keyboard.press('a'); await b.locate('#apply').click(); } },
  { name: 'dialog, whole contract with dates', who: 'manager', path: products, script: true, state: async (b, { main }) => {
    await b.page.keyboard.press('a'); await b.page.keyboard.type(main.typed(main.free[0])); await b.page.keyboard.press('Enter');
    await b.locate('#scope label:has([value=whole])').click(); await b.locate('#when summary').click();
    await until(() => b.locate('#own').isVisible(), 'keep or replace is asked'); } },
  { name: 'palette', who: 'manager', path: products, script: true, state: async b => { await b.page.keyboard.press('Control+k'); await b.page.keyboard.type('co'); } },
  { name: 'products, done', who: 'manager', path: ({ main, changeSet }) => `/contracts/${main.number}/products?done=${changeSet}` },
  { name: 'renewals', who: 'manager', path: () => '/renewals' },
  { name: 'renewals, table and products', who: 'managerOfSeveral', path: () => '/renewals', state: async b => { for (const summary of await b.locate('main details > summary').all()) await summary.click(); } },
  { name: 'renewals, link made', who: 'manager', path: () => '/renewals', state: async b => {
    await b.locate('form[action="/renewals/calendar"] button').click();
    await b.locate('.made').waitFor(); } },
  { name: 'renewal', who: 'manager', path: ({ main }) => `/contracts/${main.number}/renewal` },
  { name: 'renewal, faults', who: 'manager', path: ({ main }) => `/contracts/${main.number}/renewal`, refused: true, state: async b => {
    b.expects = 'a refusal';
    await b.locate('input[name=seats_0]').fill('many'); await b.locate('main button', { hasText: 'Send request' }).click();
    await until(() => b.locate('#errors').isVisible(), 'the fault is listed'); } },
  { name: 'renewal, asked', who: 'manager', path: ({ main }) => `/contracts/${main.number}/renewal`, state: async b => {
    await b.locate('input[name=seats_0]').fill('3'); await b.locate('textarea[name=message]').fill('Two years, if that is cheaper.');
    await b.locate('main button', { hasText: 'Send request' }).click();
    await until(() => b.locate('#flash p').isVisible(), 'the page says that it is sent'); } },
  { name: 'renewal refused', who: 'coordinator', path: ({ main }) => `/contracts/${main.number}/renewal`, status: 403 },
  { name: 'renewals of a reseller', who: 'reseller', path: () => '/renewals' },
  { name: 'renewal of a reseller', who: 'reseller', path: ({ main }) => `/contracts/${main.number}/renewal` },
  { name: 'renewals of all', who: 'staff', path: () => '/renewals' },
  { name: 'renew contract', who: 'staff', path: ({ main }) => `/vendor/contracts/${main.number}/renew` },
  { name: 'renew contract, what changes', who: 'staff', path: ({ main }) => `/vendor/contracts/${main.number}/renew?end_date=2032-02-29` },
  { name: 'renew contract, too early', who: 'staff', path: ({ main }) => `/vendor/contracts/${main.number}/renew?end_date=2020-01-01`, status: 422 },
  { name: 'activity', who: 'manager', path: ({ main }) => `/contracts/${main.number}/activity` },
  { name: 'Manage Software Coordinators', who: 'manager', path: () => '/coordinators' },
  { name: 'Manage Software Coordinators, several', who: 'managerOfSeveral', path: () => '/coordinators' },
  { name: 'contracts, several', who: 'managerOfSeveral', path: () => '/contracts' },
  { name: 'products, several pages', who: 'managerOfSeveral', path: ({ leaver }) => `/contracts/${leaver.rows[0].number}/products`, script: true, state: async b => {
    await b.locate('#all').click();
    await until(() => b.locate('#wide').isVisible(), 'all of them are offered'); } },
  { name: 'classic', who: 'manager', path: context => classic(context) },
  { name: 'classic, pick list', who: 'manager', path: context => classic(context, '&pick=1') },
  { name: 'classic, found', who: 'manager', path: context => classic(context, `&pick=1&find=email&starting_with=${encodeURIComponent(context.main.free[0].email[0])}`) },
  { name: 'classic, nobody found', who: 'manager', path: context => classic(context, '&pick=1&find=email&starting_with=zzzz') },
  { name: 'classic, selected', who: 'manager', path: context => classic(context, `&coordinator=${encodeURIComponent(context.main.free[0].email)}`) },
  { name: 'person', who: 'manager', path: ({ links }) => links.person },
  { name: 'person, hand over', who: 'manager', path: ({ links, main }) => `${links.person}?successor=${encodeURIComponent(main.free[0].email)}` },
  { name: 'undo', who: 'manager', path: ({ changeSet }) => `/change-sets/${changeSet}` },
  { name: 'own serial numbers', who: 'manager', path: () => '/products' },
  { name: 'serial number', who: 'manager', path: ({ main }) => `/products/${main.on[0].serial_number}` },
  { name: 'downloads', who: 'manager', path: () => '/downloads' },
  { name: 'downloads, nothing', who: 'reseller', path: () => '/downloads' },
  { name: 'release', who: 'manager', path: ({ releases }) => `/downloads/${releases.announced}` },
  { name: 'release, licence agreement', who: 'manager', path: ({ releases }) => `/downloads/${releases.licensed}` },
  { name: 'extension, not for these', who: 'manager', path: ({ releases }) => `/downloads/${releases.extension}` },
  { name: 'release, no grant', who: 'coordinator', path: ({ releases }) => `/downloads/${releases.late}` },
  { name: 'orders', who: 'manager', path: () => '/orders' },
  { name: 'orders, nothing found', who: 'manager', path: () => '/orders?q=zzzz' },
  { name: 'orders, none', who: 'reseller', path: () => '/orders' },
  { name: 'order media', who: 'manager', path: () => '/orders/new' },
  { name: 'order media, serial numbers', who: 'manager', path: ({ releases }) => `/orders/new?release=${releases.announced}` },
  { name: 'order media, faults', who: 'manager', path: ({ releases }) => `/orders/new?release=${releases.announced}`, refused: true, state: async b => {
    b.expects = 'a refusal';
    await b.locate('details > summary', { hasText: 'Send it somewhere else' }).click();
    await b.locate('input[name=elsewhere]').check(); await b.locate('#city').fill('Rotterdam'); await b.locate('main button', { hasText: 'Place order' }).click();
    await until(() => b.locate('#errors').isVisible(), 'the faults are listed'); } },
  { name: 'order that waits', who: 'manager', path: ({ orders }) => `/orders/${orders.waits}` },
  { name: 'order that was sent', who: 'manager', path: ({ orders }) => `/orders/${orders.sent}` },
  { name: 'order media, for staff', who: 'fulfilment', path: ({ releases }) => `/orders/new?release=${releases.announced}` },
  { name: 'fulfilment home', who: 'fulfilment', path: () => '/' },
  { name: 'shipments', who: 'fulfilment', path: () => '/vendor/shipments' },
  { name: 'shipments, waiting for approval', who: 'fulfilment', path: () => '/vendor/shipments?state=requested' },
  { name: 'shipments, nothing found', who: 'fulfilment', path: () => '/vendor/shipments?q=zzzz' },
  { name: 'shipment, to hand to a carrier', who: 'fulfilment', path: ({ orders }) => `/vendor/shipments/${orders.approved}` },
  { name: 'shipment, sent', who: 'fulfilment', path: ({ orders }) => `/vendor/shipments/${orders.sent}` },
  { name: 'shipment, came back without a reason', who: 'fulfilment', path: ({ orders }) => `/vendor/shipments/${orders.sent}`, refused: true, state: async b => {
    b.expects = 'a refusal';
    await b.locate('main button', { hasText: 'Note as returned' }).click();
    await until(() => b.locate('#errors').isVisible(), 'the fault is listed'); } },
  { name: 'packing slip', who: 'fulfilment', path: ({ orders }) => `/vendor/shipments/${orders.approved}/slip` },
  { name: 'packing slips', who: 'fulfilment', path: () => '/vendor/shipments/slips' },
  { name: 'releases', who: 'releases', path: () => '/vendor/releases' },
  { name: 'new release', who: 'releases', path: () => '/vendor/releases/new' },
  { name: 'new release, faults', who: 'releases', path: () => '/vendor/releases/new', refused: true, state: async b => {
    b.expects = 'a refusal';
    await b.page.getByRole('button', { name: 'Save draft' }).click();
    await until(() => b.locate('#errors').isVisible(), 'the faults are listed'); } },
  { name: 'catalogue, draft', who: 'releases', path: ({ releases }) => `/vendor/releases/${releases.draft}` },
  { name: 'catalogue, announced', who: 'releases', path: ({ releases }) => `/vendor/releases/${releases.announced}` },
  { name: 'rehearsal', who: 'releases', path: ({ releases }) => `/vendor/releases/${releases.licensed}/rehearsal` },
  { name: 'report', who: 'releases', path: ({ releases }) => `/vendor/releases/${releases.announced}/report` },
  { name: 'report, not announced', who: 'releases', path: ({ releases }) => `/vendor/releases/${releases.licensed}/report` },
  { name: 'account', who: 'manager', path: () => '/account' },
  { name: 'sign-in and security', who: 'manager', path: () => '/account/security' },
  { name: 'second factor', who: 'manager', path: () => '/account/security/second-factor' },
  { name: 'second factor, picture', who: 'manager', path: () => '/account/security/second-factor', state: async b => {
    const button = b.locate('form[action$="/second-factor"] button');
    if (await button.count()) await button.click();
    await b.locate('.steps').waitFor(); } },
  { name: 'second factor, remove', who: 'manager', path: () => '/account/security/second-factor/remove' },
  { name: 'recovery codes', who: 'manager', path: () => '/account/security/recovery-codes' },
  { name: 'recovery codes, made', who: 'manager', path: () => '/account/security/recovery-codes', state: async b => {
    await b.page.getByRole('button', { name: 'Make 10 recovery codes' }).click();
    await b.locate('.codes').waitFor(); } },
  { name: 'API tokens', who: 'manager', path: () => '/account/tokens' },
  { name: 'API tokens, made', who: 'manager', path: () => '/account/tokens', state: async b => {
    await b.locate('input[name=name]').fill('nightly export');
    await b.page.getByRole('button', { name: 'Make token' }).click();
    await b.locate('.made').waitFor(); } },
  { name: 'prove it again', who: 'manager', path: () => '/sign-in/again?return_to=/account/security' },
  { name: 'prove it again, link', who: 'manager', path: ({ links }) => links.again },
  { name: 'account, faults', who: 'manager', path: () => '/account', refused: true, state: async b => {
    b.expects = 'a refusal';
    await b.locate('#time_zone').fill('Atlantis'); await b.locate('#city').fill('Rotterdam'); await b.locate('form.profile button[type=submit]').click();
    await until(() => b.locate('#errors').isVisible(), 'the faults are listed'); } },
  { name: 'sign-in of the company', who: 'manager', path: ({ main }) => `/company/${encodeURIComponent(main.account.account_number)}/sign-in` },
  { name: 'users', who: 'manager', path: ({ main }) => `/users?contract=${main.number}` },
  { name: 'users, nobody found', who: 'manager', path: ({ main }) => `/users?contract=${main.number}&q=zzzz` },
  { name: 'users, ticked', who: 'manager', path: ({ main }) => `/users?contract=${main.number}`, state: async b => { await b.locate('#rows input[type=checkbox]').first().check(); } },
  { name: 'name a user', who: 'manager', path: ({ main }) => `/users/new?contract=${main.number}` },
  { name: 'name a user, faults', who: 'manager', path: ({ main }) => `/users/new?contract=${main.number}`, refused: true, state: async b => {
    b.expects = 'a refusal';
    await b.locate('input[name=email]').fill('nonsense'); await b.locate('main button', { hasText: 'Send invitation' }).click();
    await until(() => b.locate('#errors').isVisible(), 'the faults are listed'); } },
  { name: 'edit access', who: 'manager', path: ({ main }) => `/users/new?contract=${main.number}&email=${encodeURIComponent(main.free[0].email)}` },
  { name: 'name many', who: 'manager', path: ({ main }) => `/users/import?contract=${main.number}` },
  { name: 'name many, checked', who: 'manager', path: ({ main }) => `/users/import?contract=${main.number}`, state: async (b, { main }) => {
    await b.locate('textarea[name=people]').fill(`Ana Ruiz <ana.ruiz@elsewhere.example>\nnonsense\n${main.free[0].email}`); await b.locate('main button', { hasText: 'Check list' }).click();
    await until(() => b.locate('#check').isVisible(), 'the rows are shown'); } },
  { name: 'requests, none', who: 'manager', path: () => '/users/requests' },
  { name: 'correct name', who: 'manager', path: ({ links }) => `${links.person}/edit` },
  { name: 'remove, hand over first', who: 'manager', path: ({ links }) => `${links.person}/remove` },
  { name: 'contract people', who: 'manager', path: ({ main }) => `/contracts/${main.number}/people` },
  { name: 'ask for access', who: 'coordinator', path: () => '/access/ask' },
  { name: 'users refused', who: 'coordinator', path: () => '/users', status: 403 },
  { name: 'notifications', who: 'manager', path: () => '/account/notifications' },
  { name: 'notifications, faults', who: 'manager', path: () => '/account/notifications', refused: true, state: async b => {
    b.expects = 'a refusal';
    await b.locate('input[name=colleague]').fill('nobody@nowhere.example'); await b.locate('main button', { hasText: 'Copy my notices' }).click();
    await until(() => b.locate('#errors').isVisible(), 'the faults are listed'); } },
  { name: 'unsubscribe link unknown', who: 'nobody', path: () => '/unsubscribe/0000000000000000000000000000000000000000000', status: 404 },
  { name: 'notice address link used', who: 'nobody', path: () => '/notice-address/0000000000000000000000000000000000000000000', status: 404 },
  { name: 'notices', who: 'manager', path: () => '/notices' },
  { name: 'notices, nothing found', who: 'manager', path: () => '/notices?person=zzzz&state=came_back' },
  { name: 'notices of a coordinator', who: 'coordinator', path: () => '/notices' },
  { name: 'help', who: 'manager', path: () => '/help' },
  { name: 'API description', who: 'nobody', path: () => '/api' },
  { name: 'not found', who: 'manager', path: () => '/contracts/999999999999/products', status: 404 },
  { name: 'nowhere', who: 'manager', path: () => '/nowhere', status: 404 },
  { name: 'coordinator home', who: 'coordinator', path: () => '/' },
  { name: 'coordinator products', who: 'coordinator', path: products, state: async (b, { main }) => ok((await b.page.innerText('main')).includes(`${fullName(main.manager)}, the Contract Manager, can change this.`), 'the page says who can') },
  { name: 'coordinator refused', who: 'coordinator', path: () => '/coordinators', status: 403, state: async (b, { main }) => ok((await b.page.innerText('main')).includes(fullName(main.manager)), 'the page names who can') },
  { name: 'own serial numbers of a coordinator', who: 'coordinator', path: () => '/products' },
  { name: 'reseller home', who: 'reseller', path: () => '/' },
  // Contract Administration is not theirs: "Partner Center instead" (domain.md §4).
  { name: 'reseller products', who: 'reseller', path: products, status: 403 },
  { name: 'reseller refused', who: 'reseller', path: () => '/contracts', status: 403 },
  { name: 'staff contracts', who: 'staff', path: () => '/contracts' },
  { name: 'person, for staff', who: 'staff', path: ({ links }) => links.person },
  { name: 'view as', who: 'staff', path: ({ links }) => links.person.replace('/people/', '/vendor/view-as/') },
  { name: 'duplicates', who: 'staff', path: () => '/vendor/duplicates' },
  { name: 'merge companies', who: 'staff', path: ({ main, leaver }) => `/vendor/merge-companies?gone=${encodeURIComponent(leaver.rows[0].account_number)}&kept=${encodeURIComponent(main.account.account_number)}` },
  { name: 'adoption', who: 'adopter', path: () => `/contracts/${PURCHASE}/adoption` },
  { name: 'adoption, for staff', who: 'staff', path: () => `/contracts/${PURCHASE}/adoption` },
  { name: 'home, a purchase came', who: 'adopter', path: () => '/' },
  { name: 'merge', who: 'staff', path: ({ leaver }) => `/vendor/merge?gone=${encodeURIComponent(leaver.person.email.toLowerCase())}&kept=${encodeURIComponent(leaver.successor.email.toLowerCase())}` },
  { name: 'remove second factors', who: 'staff', path: ({ links }) => `${links.person.replace('/people/', '/vendor/people/')}/reset-factors` },
  { name: 'unattended contracts', who: 'staff', path: () => '/vendor/unattended' },
  { name: 'yearly question, link unknown', who: 'nobody', path: () => '/still-coordinator/0000000000000000000000000000000000000000000', status: 404 },
  { name: 'outbox', who: 'staff', path: () => '/vendor/outbox' },
  { name: 'outbox, one mail', who: 'staff', path: () => '/vendor/outbox/1' },
  { name: 'sign-in of the staff', who: 'staff', path: () => '/vendor/settings/sign-in' },
  { name: 'second step', who: 'half', path: () => '/sign-in/second', state: async b => ok(await b.locate('input[name=code]').count(), 'a code is asked for') },
  { name: 'erase', who: 'manager', path: ({ links }) => `${links.own}/erase` },
  { name: 'address link used', who: 'nobody', path: () => '/confirm-email/0000000000000000000000000000000000000000000', refused: true },
];

// Routes that are not in the list above, each with its reason.
const ELSEWHERE = new Map([
  ['/contracts/{contract_number}', 'leads to the Products tab'],
  ['/vendor/people/{handle}', 'leads to the page of the person'],
  ['/contracts/{contract_number}/products.csv', 'a file'],
  ['/downloads/link/{secret}', 'a file, which downloads.mjs fetches'],
  ['/vendor/shipments.csv', 'a file'],
  ['/renewals.ics', 'a file, for calendar programs'], ['/contracts/{contract_number}/renewal.ics', 'a file'],
  ['/account/exports/{handle}', 'a file, which account.mjs fetches'],
  ['/assets/{prefix}/{*name}', 'style, modules and fonts, which each page loads'],
  ['/search.json', 'JSON'], ['/sign-in/company.json', 'JSON'], ['/openapi.json', 'JSON'], ['/healthz', 'text'], ['/readyz', 'text'],
  ['/demo', 'demo.mjs'], ['/demo/mail', 'demo.mjs'], ['/demo/mail/{id}', 'demo.mjs'], ['/demo/mail/{id}/html', 'demo.mjs'],
  ['/demo/sign-in/{role}', 'signs in and leads on'],
]);

/** Every page that the product routes, from the table that its matrix test keeps whole. */
const ROUTES = [...new Set(readFileSync(new URL('../route-matrix.csv', import.meta.url), 'utf8').split('\n').map(line => line.split(','))
  .filter(([method, path]) => method === 'GET' && !path.startsWith('/api/')).map(([, path]) => path))];

/** The route that serves a path: the one with the fewest parameters. */
function routeOf(path) {
  const { pathname } = new URL(path, 'http://x'), free = route => route.split('{').length;
  const fits = route => new RegExp(`^${route.replace(/\{\*[^}]+\}/g, '.+').replace(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname);
  return ROUTES.filter(fits).sort((a, b) => free(a) - free(b))[0];
}

/** A world in which each page has something to show. */
async function prepare({ world, main }) {
  const api = await world.api(main.manager.email), assign = body => api.post(`/contracts/${main.number}/coordinator-assignments`, body), links = {};
  const coordinator = main.company.find(person => person.email.toLowerCase() === [...main.named].find(email => email !== main.manager.email.toLowerCase()));
  const since = world.mails().length, serials = main.on.map(asset => asset.serial_number);
  await assign({ coordinator: { email: `hana.sato@${main.manager.email.split('@')[1]}`, first_name: 'Hana', last_name: 'Sato' }, to: { serial_numbers: [serials[0]] } });
  await assign({ coordinator: { email: main.free[1].email }, to: { serial_numbers: [serials[1]] }, from: '2026-12-01', until: '2026-12-24' });
  await assign({ coordinator: { email: main.free[2].email }, to: { serial_numbers: [serials[2]] }, until: '2026-12-24' });
  const { change_set: changeSet } = await assign({ coordinator: { email: main.free[0].email }, to: { serial_numbers: serials.slice(3, 6) } });
  world.advance(61);
  const invitation = (await world.untilMails(mails => mails.slice(since).some(mail => /\/invite\//.test(mail.text)))).slice(since).find(mail => /\/invite\//.test(mail.text));
  links.invite = new URL(invitation.text.match(/https?:\/\/\S+\/invite\/\S+/)[0]).pathname;
  const releases = await catalogue(world, main);
  return { api, coordinator, changeSet, links, releases, orders: await orders(world, main, api, releases), adopter: await purchase(world, main) };
}

/** A draft, one that was announced, one with a licence agreement, an extension of a release that nobody has. */
async function catalogue(world, main) {
  const staff = await world.api(releasesStaff.email), line = lineOf(main.on[0]), enter = (version, more) =>
    staff.post('/releases', { product_line: line, version, released_on: '2026-11-20', notes: 'Corridors follow the terrain.\n\nDrawings open twice as fast.', ...more }).then(drafted => drafted.release);
  const published = async (version, more) => {
    const release = await enter(version, more);
    await staff.upload(release, `product-${version}-windows.zip`, Buffer.from('hello'));
    await staff.post(`/releases/${release}/publish`, {});
    return release;
  };
  const announced = await published('2027.3', { media: true }), licensed = await published('2027.4', { media: true, licence_agreement: 'Be fair.\n\n'.repeat(40) });
  const extension = await published('Symbols', { kind: 'extension', extends: '1999' }), late = await published('2099', { released_on: '2026-11-21' });
  const { people } = await staff.post(`/releases/${announced}/rehearsal`, {});
  await staff.post(`/releases/${announced}/announce`, { confirm_notices: people });
  return { announced, licensed, extension, late, draft: await enter('2028') };
}

/** One that is approved, one that was sent, one that waits for approval, and one whose address is open. */
async function orders(world, main, api, { announced, licensed }) {
  const staff = await world.api(fulfilmentStaff.email), of = main.on.filter(asset => lineOf(asset) === lineOf(main.on[0])).map(asset => asset.serial_number);
  const ship_to = { company: main.account.name, recipient: 'Goods in', line1: 'Harbour Street 12', postal_code: '02110', city: 'Boston', country: 'US' };
  const order = async (release, serial, more) => (await api.post('/shipments', { release, serial_numbers: [serial], ...more })).shipments[0].number;
  const approved = async serial => {
    const number = await order(announced, serial, { ship_to });
    await staff.post('/shipments/approve', { numbers: [number] });
    return number;
  };
  const one = await approved(of[0]), sent = await approved(of[1]);
  await staff.post(`/shipments/${sent}/ship`, { carrier: 'DHL', tracking: 'JD014600003SE' });
  await order(licensed, of[0], { ship_to });
  return { approved: one, sent, waits: await order(licensed, of[1]) };
}

/** The Contract Manager to whom it goes. */
async function purchase(world, main) {
  const directory = join(world.dir, 'purchase'), email = `kim.oduya@${main.manager.email.split('@')[1]}`, account = main.account.account_number;
  mkdirSync(directory);
  writeFileSync(join(directory, 'people.csv'), `email,first_name,last_name,account_numbers,language,role\n${email},Kim,Oduya,${account},en,\n`);
  writeFileSync(join(directory, 'contracts.csv'), 'contract_number,account_number,reseller_account_number,contract_manager_email,start_date,end_date,program,support_tier\n' +
    `${PURCHASE},${account},,${email},2026-01-01,2031-01-01,term,gold\n`);
  const { adopted } = JSON.parse(await world.command('import', directory, '--json'));
  equal(adopted.map(one => one.contract), [PURCHASE], 'the purchase is adopted');
  return { email: adopted[0].manager };
}

async function look(context, options) {
  const { world, main, open } = context, { people } = context, seen = new Map();
  Object.assign(context, await prepare(context));
  const who = { manager: main.manager, managerOfSeveral: context.leaver.manager, coordinator: context.coordinator, reseller: people.reseller, staff: people.staff, releases: releasesStaff, fulfilment: fulfilmentStaff, adopter: context.adopter };
  const shown = new Set();
  for (const name of new Set(PAGES.map(page => page.who))) {
    const b = await open(options);
    if (name === 'half') await halfSignedIn(b, world, people.staff);
    else if (name !== 'nobody') await b.signIn(who[name].email);
    else await unusedLinks(b, context);
    if (name === 'manager') context.links.again = await againLink(b, world);
    if (name === 'manager') {
      await openProducts(b, main.number);
      context.links.own = await b.locate('main a[href^="/people/"]', { hasText: fullName(main.manager) }).first().getAttribute('href');
      context.links.person = await b.locate('main a[href^="/people/"]', { hasText: fullName(context.coordinator) }).first().getAttribute('href');
    }
    for (const page of PAGES.filter(one => one.who === name && !(one.script && options.script === false) && !(one.plain && options.script !== false))) {
      shown.add(routeOf(page.path(context)));
      const faults = await one(b, page, context, options);
      if (faults.length) seen.set(page.name, faults);
    }
    await b.discard();
  }
  equal(ROUTES.filter(route => !shown.has(route) && !ELSEWHERE.has(route)), [], 'every page of the product has a line in PAGES');
  equal([...ELSEWHERE.keys()].filter(route => shown.has(route) || !ROUTES.includes(route)), [], 'what is elsewhere is a route, and not here');
  equal([...seen].map(([page, faults]) => `${page}: ${faults.join('\n          ')}`), [], 'every page is as it should be');
}

const linkOf = (mail, path) => mail.text.match(new RegExp(`https?://\\S+${path}\\S+`))?.[0];

/** The path of the link that comes by mail after something was done. What else is told at the time does not matter. */
async function mailed(world, path, act) {
  const since = world.mails().length, link = mail => linkOf(mail, path);
  await act();
  return new URL((await world.untilMails(mails => mails.slice(since).some(link))).slice(since).map(link).find(Boolean)).pathname;
}

/** Links that nobody has used yet, of who is signed out. */
async function unusedLinks(b, { world, main, links }) {
  const ask = (page, form) => async () => {
    await b.goto(page);
    await b.locate('input[name=email]').fill(main.manager.email);
    await b.locate(`main form[action="${form}"] button`).first().click();
  };
  links.signIn = await mailed(world, '/sign-in/link/', ask('/sign-in', '/sign-in'));
  links.reset = await mailed(world, '/reset/', ask('/forgot', '/forgot'));
  links.welcome = new URL(world.sent.map(mail => linkOf(mail, '/welcome/')).find(Boolean)).pathname;
}

const againLink = (b, world) => mailed(world, '/sign-in/again/', async () => {
  await b.goto('/sign-in/again?return_to=/account/security');
  await b.locate('form[action="/sign-in/again/mail"] button').click();
});

/** Signed in with the first factor of two. */
async function halfSignedIn(b, world, person) {
  const link = await mailed(world, '/sign-in/link/', async () => {
    await b.goto('/sign-in');
    await b.locate('input[name=email]').fill(person.email);
    await b.locate('main form[action="/sign-in"] button').first().click();
  });
  await b.goto(link);
  await b.locate('main form button').first().click();
  await b.page.waitForURL('**/sign-in/second');
}

/** Everything about one page, with all that is wrong and not only the first. */
async function one(b, page, context, options) {
  const faults = [], attempt = async check => { try { await check(); } catch (error) { faults.push(error.message); } };
  b.expects = page.status ?? (page.refused && 'a refusal');
  const answer = await b.goto(page.path(context));
  await attempt(() => (page.refused ? ok(answer.status() < 500, `${page.name}: ${answer.status()}`) : equal(answer.status(), page.status ?? 200, `${page.name}: the status`)));
  for (const check of checks(b, page.name, answer)) await attempt(check);
  if (page.state) await attempt(() => page.state(b, context));
  await attempt(() => b.accessible(page.name));
  await attempt(() => b.contented());
  b.complaints.length = 0;
  await b.shot(`${options.colorScheme ?? 'light'}-${options.viewport?.width ?? 1440}${options.script === false ? '-no-script' : ''}-${page.name}`);
  return faults;
}

/** With terms to accept. */
export const start = () => World.start(directory => {
  const terms = join(directory, 'terms.txt');
  writeFileSync(terms, 'Be fair.\n\nPay in time.\n');
  return { SUBSCRIPTION_CENTER_TERMS_FILE: terms };
});

export const tests = {
  'light, 1440 px': context => look(context, { colorScheme: 'light', viewport: WIDE }),
  'dark, 1440 px': context => look(context, { colorScheme: 'dark', viewport: WIDE }),
  'light, 320 px': context => look(context, { colorScheme: 'light', viewport: NARROW }),
  'dark, 320 px': context => look(context, { colorScheme: 'dark', viewport: NARROW }),
  'light, 320 px, without a script': context => look(context, { colorScheme: 'light', viewport: NARROW, script: false }),

  async 'the key page is light: HTML, its modules and its style'({ main, open }) {
    const b = await open(), files = new Map();
    await b.signIn(main.manager.email);
    b.page.on('response', answer => files.set(new URL(answer.url()).pathname, answer));
    const page = await (await b.goto(products({ main }))).body();
    const sized = async end => (await Promise.all([...files].filter(([path]) => path.endsWith(end)).map(async ([, answer]) => (await answer.body()).length))).reduce((a, n) => a + n, 0);
    const figures = { html: page.length, compressed: gzipSync(page).length, modules: await sized('.js'), style: await sized('.css') };
    note(`${JSON.stringify(figures)} bytes`);
    ok(figures.html <= 100_000 && figures.compressed <= 20_000, 'the page is at most 100 kB, and 20 kB compressed');
    ok(figures.modules > 0 && figures.modules <= 20_480, 'the modules are at most 20 KB');
    const shift = await b.page.evaluate(() => new Promise(resolve => {
      let sum = 0;
      new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; }).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => resolve(sum), 300);
    }));
    equal(shift, 0, 'nothing moves while it loads');
  },

  async 'every control is large enough to hit, and text may be spaced out'({ main, open }) {
    const b = await open({ viewport: NARROW });
    await b.signIn(main.manager.email);
    await openProducts(b, main.number);
    // WCAG 2.5.8; links within a sentence are exempt, and a tick has its label as target.
    const small = await b.page.evaluate(() => [...document.querySelectorAll('a, button, input, select')].filter(e => e.checkVisibility() && !e.closest('label') && getComputedStyle(e).display !== 'inline')
      .map(e => ({ box: e.getBoundingClientRect(), what: `${e.tagName.toLowerCase()} ${e.textContent.trim().slice(0, 30)}` }))
      .filter(({ box }) => box.width > 1 && (box.width < 24 || box.height < 24)).map(({ what, box }) => `${what} ${Math.round(box.width)}×${Math.round(box.height)}`));
    equal(small, [], 'targets of at least 24 × 24 px');
    await b.page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }');
      document.adoptedStyleSheets = [sheet];
    });
    await row(b, main.on[0].serial_number).locator('input').check();
    await b.accessible('the key page with text spaced out');
    await b.shot('products, text spaced out');
  },

  async 'answers that are no page are strict too'({ world }) {
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/api/v1/me', '/nowhere', '/contracts', '/assets/000000000000/style.css']) {
      const answer = await fetch(world.url + path, { redirect: 'manual' });
      strict(answer.headers.get('content-security-policy'), `${path} (${answer.status})`);
      ok(answer.status < 500, `${path}: ${answer.status}`);
    }
  },
};
