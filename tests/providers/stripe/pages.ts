/**
 * The browser's half on the wire: the script that a shop loads, the frame with the card's fields, and the bank's question. The
 * frames' pages carry a policy as strict as a shop's own, so that a slip in the scripts shows in the stand-in first.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../storage/package-root.ts';
import type { RawAnswer, RawRequest } from '../raw-server.ts';
import { CARD_WORDS, CHALLENGE_WORDS, type PageWords } from './page-words.ts';

export interface PageDeeds {
  /** A card's number becomes a token; returns its id. */
  readonly tokenOf: (number: string) => string;
  /** Answers the bank's question about an intent; null when it has no such question. Returns the intent's status. */
  readonly endChallenge: (intentId: string, clientSecret: string, isPassed: boolean) => string | null;
  /** Where the buyer goes after a bank's page of its own; null without one. */
  readonly returnUrlOf: (intentId: string) => string | null;
}

const SCRIPTS = ['stripe', 'card-frame', 'challenge-frame'] as const;
type ScriptName = (typeof SCRIPTS)[number];
const scripts = new Map<ScriptName, string>();

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'";
const HTML = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY };

/** A page, a script, or a deed of one of them; null for what is the API's. */
export function answerPage(request: RawRequest, deeds: PageDeeds): RawAnswer | null {
  const { method, path: place } = request;
  if (method === 'GET' && /^\/[\w.-]+\/stripe\.js$/.test(place)) return scriptAnswer('stripe');
  if (method === 'GET' && place === '/elements/card-frame.js') return scriptAnswer('card-frame');
  if (method === 'GET' && place === '/elements/challenge-frame.js') return scriptAnswer('challenge-frame');
  if (method === 'GET' && place === '/elements/frame.css')
    return { status: 200, headers: { 'content-type': 'text/css' }, body: STYLE };
  if (method === 'GET' && place === '/elements/card')
    return { status: 200, headers: HTML, body: cardPage(request.query.get('locale') ?? 'en') };
  if (method === 'POST' && place === '/elements/tokens') return tokenAnswer(request, deeds);
  const [, root, intentId, deed] = place.split('/');
  if (root !== 'challenge' || intentId === undefined) return null;
  if (method === 'POST') return challengeAnswer(request, deeds, intentId, deed === 'pass');
  const back = request.query.get('by') === 'redirect' ? deeds.returnUrlOf(intentId) : null;
  return { status: 200, headers: HTML, body: challengePage(request, back) };
}

function scriptAnswer(name: ScriptName): RawAnswer {
  const headers = { 'content-type': 'text/javascript; charset=utf-8', 'access-control-allow-origin': '*' };
  return { status: 200, headers, body: scriptText(name) };
}

/** The file as it is: the browser's code is not compiled, and read once. */
function scriptText(name: ScriptName): string {
  const known = scripts.get(name);
  if (known !== undefined) return known;
  const file = path.join(packageRoot(), 'tests', 'providers', 'stripe', 'browser', `${name}.mjs`);
  const text = readFileSync(file, 'utf8');
  scripts.set(name, text);
  return text;
}

function tokenAnswer(request: RawRequest, deeds: PageDeeds): RawAnswer {
  const number = new URLSearchParams(request.text).get('number') ?? '';
  return { status: 200, body: JSON.stringify({ id: deeds.tokenOf(number) }) };
}

function challengeAnswer(request: RawRequest, deeds: PageDeeds, intentId: string, isPassed: boolean): RawAnswer {
  const secret = request.query.get('payment_intent_client_secret') ?? '';
  const status = deeds.endChallenge(intentId, secret, isPassed);
  if (status === null) return { status: 404, body: JSON.stringify({ status: 'failed' }) };
  return {
    status: 200,
    body: JSON.stringify({ status: status === 'requires_payment_method' ? 'failed' : 'succeeded' }),
  };
}

function cardPage(locale: string): string {
  const words = CARD_WORDS[locale.startsWith('pt') ? 'pt' : 'en'];
  const field = (name: 'cvc' | 'expiry' | 'number', hint: string, autocomplete: string): string => `
    <p><label for="${name}">${words[name]}</label>
      <input id="${name}" name="${name}" inputmode="numeric" autocomplete="${autocomplete}" placeholder="${hint}"
        aria-describedby="${name}-error" required>
      <span class="error" id="${name}-error" aria-live="polite"></span></p>`;
  return page(
    words,
    words.title,
    '/elements/card-frame.js',
    `<form novalidate data-words="${escaped(JSON.stringify(words))}">
    ${field('number', '1234 1234 1234 1234', 'cc-number')}
    ${field('expiry', 'MM / AA', 'cc-exp')}
    ${field('cvc', 'CVC', 'cc-csc')}
  </form>`,
  );
}

function challengePage(request: RawRequest, returnUrl: string | null): string {
  const words = CHALLENGE_WORDS;
  const body = `<main><h1>${words.title}</h1><p>${words.question}</p>
    <p><button name="pass">${words.pass}</button> <button name="fail">${words.fail}</button></p></main>`;
  return page(
    words,
    words.title,
    '/elements/challenge-frame.js',
    body,
    returnUrl === null ? '' : backOf(request, returnUrl),
  );
}

/** The address to go back to, all but the outcome, which the script adds. */
function backOf(request: RawRequest, returnUrl: string): string {
  const back = new URL(returnUrl);
  const secret = request.query.get('payment_intent_client_secret') ?? '';
  back.searchParams.set('payment_intent', secret.slice(0, secret.indexOf('_secret_')));
  back.searchParams.set('payment_intent_client_secret', secret);
  back.searchParams.set('redirect_status', '');
  return ` data-back="${escaped(back.href)}"`;
}

function page(words: PageWords, title: string, script: string, body: string, attributes = ''): string {
  return `<!doctype html><html lang="${words.language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<link rel="stylesheet" href="/elements/frame.css"><body${attributes}>${body}<script src="${script}"></script></body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const STYLE = `:root { --text: #1a1a1a; --field: #fff; --accent: #0570de; --danger: #b3093c; --radius: 5px; font: 16px system-ui, sans-serif }
body { margin: 0; color: var(--text); background: transparent }
form { padding: 4px }
p { margin: 0 0 .75rem }
label { display: block; margin-bottom: .25rem; font-size: .93em }
input { box-sizing: border-box; width: 100%; min-height: 44px; padding: .6rem .75rem; font: inherit; color: var(--text);
  background: var(--field); border: 1px solid color-mix(in srgb, var(--text) 55%, transparent); border-radius: var(--radius) }
input:focus { outline: 2px solid var(--accent); outline-offset: 1px }
input[aria-invalid=true] { border-color: var(--danger) }
.error { display: block; color: var(--danger); font-size: .93em }
main { padding: 1.5rem; background: #fff; color: #1a1a1a }
button { min-height: 44px; padding: 0 1.25rem; font: inherit }
`;
