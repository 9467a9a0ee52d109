/** The shop as it is delivered: its policy kept on every page, installable, open without a network, and updated without a fright. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONE, visitor } from '../support/browser.ts';
import { buyer } from '../support/buyer.ts';
import { e2eStage, endStage } from '../support/e2e-stage.ts';
import { NewerBuild } from '../support/newer-build.ts';
import { KEPT } from './delivery-states.ts';

test('[EE1] Chromium finds nothing against installing the shop as an app', async (t) => {
  const { url } = await e2eStage();
  const someone = await visitor(t, { url, size: PHONE });
  const { page, context } = someone;
  await page.goto('/');
  await someone.until(KEPT);
  const session = await context.newCDPSession(page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A test's profile is one that forgets, which is a reason of its own.
  assert.deepEqual(
    installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'),
    [],
  );
  assert.deepEqual((await session.send('Page.getAppManifest')).errors, []);
});

test('[EE2] after one visit every page opens without a network, those that were never gone to included', async (t) => {
  const { url } = await e2eStage();
  const someone = await visitor(t, { url, size: PHONE, expected: /ERR_INTERNET_DISCONNECTED/ });
  const { page, context } = someone;
  await page.goto('/');
  await someone.until(KEPT);
  await context.setOffline(true);
  for (const path of ['/', '/tickets', '/tickets/find', '/account', '/films/1']) {
    await page.goto(path);
    await page.locator('main h1').first().waitFor();
    await page.getByRole('status').filter({ hasText: 'Sem conexão' }).waitFor();
  }
  await context.setOffline(false);
  await page.getByRole('status').filter({ hasText: 'Sem conexão' }).waitFor({ state: 'detached' });
});

test('[EE3] an address that is none says so, in the shop’s own words, and the status is 404', async (t) => {
  const { url } = await e2eStage();
  const { page } = await visitor(t, { url });
  const answer = await page.goto('/nada-aqui');
  assert.equal(answer?.status(), 404);
  await page.getByRole('heading', { level: 1, name: 'Esta página não existe' }).waitFor();
});

test('[EE4] a newer build waits until the visitor says so; then it is there, and until then nothing moves', async (t) => {
  const { url } = await e2eStage();
  const site = await NewerBuild.before(t, url);
  const someone = await visitor(t, { url: site.url });
  const { page } = someone;
  await page.goto('/tickets');
  await someone.until(KEPT);
  const build = page.locator('meta[name="build"]');
  const before = await build.getAttribute('content');
  site.publish();
  await page.evaluate('navigator.serviceWorker.ready.then((registration) => registration.update())');
  const update = page.getByRole('button', { name: 'Atualizar' });
  await update.waitFor();
  assert.equal(await build.getAttribute('content'), before);
  await update.click();
  await someone.until(`document.querySelector('meta[name="build"]')?.content !== '${before}'`);
  await page.locator('main h1').first().waitFor();
  assert.equal(new URL(page.url()).pathname, '/tickets');
  assert.equal(await update.count(), 0);
});

test('[EE5] a page that came from the server in the newer build takes it over without asking', async (t) => {
  const { url } = await e2eStage();
  const site = await NewerBuild.before(t, url);
  const someone = await visitor(t, { url: site.url });
  const { page } = someone;
  await page.goto('/');
  await someone.until(KEPT);
  site.publish();
  await page.goto('/tickets');
  // The old one is in charge while the new one is fetched; then nobody waits any more.
  await someone.until(`navigator.serviceWorker.getRegistration().then(async (registration) =>
    registration.waiting === null && registration.installing === null && (await caches.keys()).length === 2)`);
  assert.equal(await page.getByRole('button', { name: 'Atualizar' }).count(), 0);
});

test('[EE6] a page of the build before, without a service worker, goes on in the new one when a part of it is gone', async (t) => {
  const { url } = await e2eStage();
  const someone = await visitor(t, { url, keeps: false, expected: /dynamically imported module/ });
  const { page, context } = someone;
  await page.goto('/');
  await page.locator('main h1').first().waitFor();
  let missing = 0;
  // Each name once, as if its server were of another build: after a new page it is there.
  await context.route(/\/chunk-\w+\.js$/, (route) =>
    missing++ === 0 ? route.fulfill({ status: 404 }) : route.fallback(),
  );
  await page.getByRole('link', { name: 'Meus ingressos' }).first().click();
  await page.waitForURL('**/tickets');
  await page.locator('main h1').first().waitFor();
  assert.ok(missing > 1, 'no part was missing');
});

test('[EE17] a newer build that comes in the middle of a purchase says nothing until the purchase has ended', async (t) => {
  const { url, screenings } = await e2eStage();
  const site = await NewerBuild.before(t, url);
  const someone = await buyer(t, { url: site.url });
  const { page } = someone;
  await someone.open(screenings[0]!);
  await someone.visitor.until(KEPT);
  await someone.take('B5');
  await someone.toCheckout();
  site.publish();
  await page.evaluate('navigator.serviceWorker.ready.then((registration) => registration.update())');
  await someone.visitor.until(
    'navigator.serviceWorker.getRegistration().then((registration) => registration.waiting !== null)',
  );
  const update = page.getByRole('button', { name: 'Atualizar' });
  assert.equal(await update.count(), 0);
  await someone.tells('ana@exemplo.com.br');
  await someone.pay();
  await someone.done();
  await someone.toTickets();
  await update.waitFor();
});

test('[EE19] whatever the pages showed, the audit finds the books sound', async () => {
  await endStage();
});
