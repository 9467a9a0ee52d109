/** The question of index.html: the same as the page's own, taken once, and never in the way. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { CatalogueApi } from '../../../sdk/api/catalogue-api.ts';
import { ApiClient } from '../../../sdk/api/http.ts';
import { filtersOf, queryOf } from '../find/find-filters.ts';
import { fetchWithEarly } from './early-answer.ts';

const NOW_MS = Date.UTC(2026, 11, 25, 1);

/** What the script of index.html asks for, opened at such an address. */
function earlyAddress(address: string, stored: Readonly<Record<string, string>>): string | undefined {
  const html = readFileSync('clients/web/src/index.html', 'utf8');
  const script = /<script nonce="%NONCE%">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const { pathname, search } = new URL(address, 'https://cinema.example');
  const window: { poltronaEarly?: { address: string } } = {};
  runInNewContext(script, {
    document: { documentElement: { dataset: {} } },
    localStorage: { getItem: (name: string) => stored[name] ?? null },
    location: { pathname, search },
    URLSearchParams,
    Intl,
    Date: { now: () => NOW_MS },
    fetch: async () => new Response('{}'),
    window,
  });
  return window.poltronaEarly?.address;
}

/** What the page itself asks for, with these filters on that day. */
async function pageAddress(search: string, today: string, city?: string): Promise<string> {
  let asked = '';
  const fetch = async (input: unknown) => {
    asked = String(input);
    return new Response('{}');
  };
  const filters = filtersOf({
    ...(city === undefined ? {} : { city }),
    ...Object.fromEntries(new URLSearchParams(search)),
  });
  await new CatalogueApi(new ApiClient({ fetch })).search(queryOf(filters, filters.date ?? today));
  return asked;
}

test('[WF15] index.html asks for exactly what the page will ask for: the day of the cinema, the city of last time', async () => {
  const today = '2026-12-24';
  assert.equal(earlyAddress('/', {}), await pageAddress('', today));
  const full = 'q=agente+secreto&date=2026-12-26&city=S%C3%A3o+Paulo%2FSP&cinema=3';
  assert.equal(earlyAddress(`/?${full}`, { 'poltrona.city': 'Campinas' }), await pageAddress(full, today));
  const stored = { 'poltrona.city': 'Fernando de Noronha/PE', 'poltrona.zone': 'America/Noronha' };
  assert.equal(earlyAddress('/', stored), await pageAddress('', today, 'Fernando de Noronha/PE'));
  assert.equal(earlyAddress('/tickets', {}), undefined, 'other pages have other questions');
});

test('[WF16] the early answer is taken once, by its own question; a failed one is asked again', async () => {
  const plain: string[] = [];
  const fetch = async (input: unknown) => {
    plain.push(String(input));
    return new Response('plain');
  };
  const early = (answer: Promise<Response>) => fetchWithEarly({ address: '/a', answer }, fetch);
  const good = early(Promise.resolve(new Response('early')));
  assert.equal(await (await good('/b')).text(), 'plain');
  assert.equal(await (await good('/a', { method: 'POST' })).text(), 'plain');
  assert.equal(await (await good('/a')).text(), 'early');
  assert.equal(await (await good('/a')).text(), 'plain');
  assert.deepEqual(plain, ['/b', '/a', '/a']);
  assert.equal(await (await early(Promise.reject(new Error('no line')))('/a')).text(), 'plain');
  assert.equal(await (await early(Promise.resolve(new Response('', { status: 503 })))('/a')).text(), 'plain');
  assert.equal(await (await fetchWithEarly(null, fetch)('/a')).text(), 'plain');
});

test('[WF16] who no longer waits for the early answer is let go', async () => {
  const never = new Promise<Response>(() => undefined);
  const asking = new AbortController();
  const answer = fetchWithEarly({ address: '/a', answer: never }, fetch)('/a', { signal: asking.signal });
  asking.abort(new Error('another question'));
  await assert.rejects(answer, /another question/);
});
