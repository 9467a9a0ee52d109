import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LetterOrder, messageIdOf, writeLetter } from './letter.ts';
import { asHtml, asText } from './letter-layout.ts';
import { ThreadLetterPress } from './letter-press.ts';
import { greetingName, type LetterFacts } from './wording.ts';
import { wordingEn } from './wording-en.ts';
import { wordingPt } from './wording-pt.ts';

const SITE = 'https://cinema.example';
const link = { url: `${SITE}/account/confirm#token=abc`, minutesLeft: 1_440 };
const screening = {
  film: 'Ainda Estou Aqui',
  cinema: 'Cine Belas Artes',
  auditorium: 'Sala 2',
  startsLocal: '2026-12-24T20:30:00',
  seats: ['F11', 'F12'],
};
const refund = { cents: 123_456, currency: 'BRL' };
const ticket = {
  id: 'Xk3f9a-2',
  code: '7FKQ3M9XWD',
  seat: 2,
  label: 'A3',
  type: 2,
  category: { name: 'Meia: estudante', nameEn: 'Half price: student', document: 'Carteira (CIE)', documentEn: null },
  priceCents: 2_100,
  feeCents: 210,
};
const order = {
  facts: {
    screening: 77,
    isCancelled: false,
    film: 'Ainda Estou Aqui',
    minutes: 137,
    cinema: 'Cine Belas Artes',
    address: 'Rua da Consolação, 2423',
    auditorium: 'Sala 2',
    startsAtMs: Date.UTC(2026, 11, 24, 23, 30),
    startsLocal: '2026-12-24T20:30:00',
    currency: 'BRL',
    tickets: [ticket, { ...ticket, label: 'A4', category: null, feeCents: 0 }],
    ticketCount: 2,
    totalCents: 4_410,
  },
  qr: ['QR 1', 'QR 2'],
  url: `${SITE}/tickets/Xk3f9a#access=abc`,
  cancellation: { days: 7, minutesBefore: 120 },
};
const ALL: readonly LetterFacts[] = [
  { kind: 'order-confirmed', order },
  {
    kind: 'order-confirmed',
    order: { ...order, facts: { ...order.facts, address: '', tickets: [ticket], ticketCount: 3 } },
  },
  { kind: 'order-confirmed', order: { ...order, cancellation: { days: 30, minutesBefore: 0 } } },
  { kind: 'confirm-email', link, isCpfTaken: true },
  { kind: 'confirm-email', link, isCpfTaken: false },
  { kind: 'reset-password', link },
  { kind: 'staff-invitation', link },
  { kind: 'already-registered' },
  { kind: 'password-changed' },
  { kind: 'account-erased' },
  { kind: 'screening-cancelled', screening, refund },
  { kind: 'screening-cancelled', screening: { ...screening, seats: [] }, refund: null },
  {
    kind: 'screening-rescheduled',
    screening,
    from: '2026-12-24T20:30:00',
    to: '2026-12-24T21:05:00',
    url: 'https://cinema.example/tickets',
  },
  { kind: 'order-refunded', screening, refund, means: { provider: null, isSent: false } },
  { kind: 'order-refunded', screening, refund, means: { provider: 'paypal', isSent: true } },
  { kind: 'tickets-voided', screening },
];

const ORDER: LetterOrder = {
  id: 'm1',
  facts: { kind: 'already-registered' },
  locale: 'pt-BR',
  to: 'ana@mail.example',
  name: 'Ana Souza',
  from: { name: 'Poltrona', address: 'bilheteria@cinema.example' },
  siteUrl: SITE,
  atMs: Date.UTC(2026, 11, 24, 12),
};

test('[ML7] every kind has words in both languages, as text and as HTML, with nothing fetched from elsewhere: pictures travel with the letter', () => {
  for (const facts of ALL) {
    for (const [words, language] of [
      [wordingPt, 'pt-BR'],
      [wordingEn, 'en'],
    ] as const) {
      const wording = words(facts, 'Ana', SITE);
      const text = asText(wording);
      const pictures = wording.tickets.map((_ticket, index) => ({ cid: `ticket-${index + 1}@poltrona`, pixels: 228 }));
      const html = asHtml(wording, language, pictures);
      assert.ok(wording.subject.length > 5 && wording.subject.length < 78, wording.subject);
      assert.match(html, new RegExp(`<html lang="${language}">`));
      assert.equal(html.match(/<img src="cid:ticket-\d+@poltrona" alt="[^"]+"/g)?.length ?? 0, wording.tickets.length);
      assert.doesNotMatch(html, /<(img(?! src="cid:)|script|link|iframe)|src="(?!cid:)|src=[^"]|srcset|url\(|@import/i);
      assert.doesNotMatch(`${text}${html}`, /undefined|null|NaN|\[object/);
      // Whatever leads anywhere leads to us, and can be read in both.
      for (const [, url] of html.matchAll(/href="([^"]*)"/g)) {
        assert.ok(url?.startsWith(`${SITE}`), url);
        assert.ok(text.includes(url ?? '?'), url);
      }
    }
  }
});

test('a letter says what happened, what did not, and what to do now', () => {
  const cancelled = asText(wordingPt({ kind: 'screening-cancelled', screening, refund }, 'Ana', SITE));
  assert.match(cancelled, /Olá, Ana!/);
  assert.match(cancelled, /devolvemos R\$ 1\.234,56 pelo mesmo meio de pagamento\. Você não precisa fazer nada\./);
  assert.match(cancelled, /Filme: Ainda Estou Aqui\nCinema: Cine Belas Artes\nSala: Sala 2\n/);
  assert.match(cancelled, /Sessão: quinta-feira, 24 de dezembro de 2026, às 20:30\nLugares: F11, F12\n/);
  const moved = {
    kind: 'screening-rescheduled',
    screening,
    from: '2026-12-24T20:30:00',
    to: '2026-12-24T21:05:00',
    url: 'https://cinema.example/tickets',
  } as const;
  assert.match(
    asText(wordingPt(moved, null, SITE)),
    /às 21:05\.\n\nSeus ingressos e lugares continuam os mesmos\. Nada foi cobrado/,
  );
  assert.match(asText(wordingEn(moved, null, SITE)), /now Thursday,? 24 December 2026, at 21:05\./);
  const reset = asText(wordingPt({ kind: 'reset-password', link }, null, SITE));
  assert.match(reset, /O link vale por 24 horas e só pode ser usado uma vez\./);
  for (const [minutesLeft, words] of [
    [10_080, '7 dias'],
    [10_000, '7 dias'],
    [1_439, '24 horas'],
    [60, '60 minutos'],
    [1, '1 minuto'],
  ] as const) {
    const text = asText(wordingPt({ kind: 'reset-password', link: { ...link, minutesLeft } }, null, SITE));
    assert.ok(text.includes(`O link vale por ${words} e`), words);
  }
  assert.match(reset, /Não pediu\? Então não faça nada: sua senha não mudou\./);
});

test('[ML8] what others have thought up is never markup, nor a header, nor a greeting', async () => {
  const film = '<script>alert(1)</script>" onload="x\r\nBcc: eva@evil.example';
  const facts: LetterFacts = {
    kind: 'screening-cancelled',
    screening: { ...screening, film, seats: ['<b>'] },
    refund: null,
  };
  const html = asHtml(wordingPt(facts, null, SITE), 'pt-BR');
  assert.doesNotMatch(html, /<script|" onload="|<b>/);
  assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot; onload=&quot;x Bcc/);
  const hostile = {
    ...ticket,
    label: '<b>',
    code: '"><script>',
    category: { ...ticket.category, name: film, document: film },
  };
  const confirmed = wordingPt(
    { kind: 'order-confirmed', order: { ...order, facts: { ...order.facts, tickets: [hostile], cinema: film } } },
    null,
    SITE,
  );
  const withTickets = asHtml(confirmed, 'pt-BR', [{ cid: 'x', pixels: 1 }]);
  assert.doesNotMatch(withTickets, /<script|" onload="|<b>|\r|\n/);
  assert.equal(asText(confirmed).match(/^Bcc/gm), null);
  const letter = await written({ ...ORDER, facts, name: 'Eva\r\nBcc: eva@evil.example' });
  const head = letter.slice(0, letter.indexOf('\r\n\r\n'));
  assert.doesNotMatch(head, /^Bcc/im);
  assert.match(head, /^To: ana@mail\.example\r$/m);
  assert.equal(head.match(/^Subject:/gm)?.length, 1);
});

test('[ML8] people are greeted by their first name, if it is one', () => {
  for (const [name, greeting] of [
    ['Ana Souza', 'Ana'],
    [' João  da Silva', 'João'],
    ["D'Ávila", "D'Ávila"],
    ['Ana-Lúcia', 'Ana-Lúcia'],
    ['https://evil.example entre', null],
    ['evil.example', null],
    ['<b>Ana</b>', null],
    ['R$1000', null],
    ['a'.repeat(31), null],
    ['', null],
    [null, null],
  ] as const) {
    assert.equal(greetingName(name), greeting, String(name));
  }
});

test('[ML4] the Message-ID is the same each time, and harmless whatever the message is called', async () => {
  const [one, other] = [await written(ORDER), await written({ ...ORDER, atMs: ORDER.atMs + 86_400_000 })];
  assert.match(one, /^Message-ID: <m1@cinema\.example>\r$/m);
  assert.match(other, /^Message-ID: <m1@cinema\.example>\r$/m);
  assert.match(messageIdOf('cancel:77>\r\nBcc: x', 'a@b.example'), /^<[\w-]{43}@b\.example>$/);
});

test('letters are written on a thread of their own, and one that cannot be written is an error and not the end', async (t) => {
  const press = new ThreadLetterPress();
  t.after(() => press.close());
  const goesOn = new AbortController().signal;
  const bytes = await press.write(ORDER, goesOn);
  assert.match(Buffer.from(bytes).toString(), /^Message-ID: <m1@cinema\.example>\r$/m);
  const broken = { ...ORDER, facts: { kind: 'order-refunded' } as unknown as LetterFacts };
  await assert.rejects(press.write(broken, goesOn));
  assert.ok((await press.write(ORDER, goesOn)).length > 500);
});

async function written(order: LetterOrder): Promise<string> {
  return Buffer.from(await writeLetter(order)).toString();
}
