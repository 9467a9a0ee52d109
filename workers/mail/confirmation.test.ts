import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { sweepConfirmations } from '../../storage/order-confirmations.ts';
import { openOrderAccess } from '../../storage/tickets/order-access.ts';
import { TicketSigner } from '../../storage/tickets/ticket-qr.ts';
import { type MailStage, mailStage, SEALS } from '../../tests/support/mail-stage.ts';
import { leavesOf, type MimePart, readMime, textOf } from '../../tests/support/mime.ts';
import { readPng } from '../../tests/support/png.ts';
import { connected } from '../../tests/support/postgres.ts';
import { type SmtpStage, smtpStage } from '../../tests/support/smtp-stage.ts';
import { type SoldOrder, screeningIn, sellOrders } from '../../tests/support/sold-orders.ts';
import { drawTicketCode } from './ticket-picture.ts';

interface Box {
  readonly stage: MailStage;
  readonly smtp: SmtpStage;
  readonly owner: pg.Client;
  readonly signer: TicketSigner;
  /** Sells these to "buyer-1", has them told of, and resolves with the letter of the first one when it has come. */
  letterOf(orders: readonly SoldOrder[], hours?: number, film?: string): Promise<MimePart>;
}

async function boxOffice(t: TestContext, locale = 'pt-BR'): Promise<Box> {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  const owner = await connected(t, stage.database, 'migrator');
  await stage.buyer({ locale, kind: 'guest' });
  const signer = new TicketSigner({ pool: stage.accounts, seals: SEALS, nowMs: Date.now });
  await stage.runner([stage.task(stage.outlet(smtp.address), { signer })]);
  return {
    stage,
    smtp,
    owner,
    signer,
    async letterOf(orders, hours, film) {
      await sellOrders(owner, await screeningIn(owner, hours, film), orders);
      await sweepConfirmations(stage.accounts, { limit: 100, sinceMs: null });
      const [letter] = await smtp.letters(1);
      return readMime(letter?.text ?? '');
    },
  };
}

const TWO = { id: 'Xk3f9a', contact: 'buyer-1', seats: [2, 3], categories: ['full', 'half-student'] };

test('[OC7] the confirmation tells film, time, place, seats, codes, documents and sums, in Portuguese, as text and as HTML', async (t) => {
  const { stage, owner, letterOf } = await boxOffice(t);
  const letter = await letterOf([TWO]);
  const { rows } = await owner.query<{ at: Date; local: string }>(
    `select starts_at as at, to_char(starts_local, 'HH24:MI') as local from screenings`,
  );
  const { at, local } = rows[0]!;
  // In the cinema's zone, whatever the zone of the machine.
  const day = new Intl.DateTimeFormat('pt-BR', { dateStyle: 'full', timeZone: 'America/Sao_Paulo' }).format(at);
  assert.equal(letter.headers.get('subject'), 'Seus ingressos: Ainda Estou Aqui');
  assert.equal(letter.headers.get('to'), 'ana@mail.example');
  const text = textOf(letter, 'text/plain');
  assert.match(text, /^Olá, Ana!\n\nCompra confirmada\./);
  assert.ok(text.includes(`Filme: Ainda Estou Aqui\nSessão: ${day}, às ${local}\nCinema: Cine Belas Artes\n`), text);
  assert.match(
    text,
    /\nEndereço: Rua da Consolação, 2423, Consolação, São Paulo\/SP\nSala: Sala 2\nLugares: A3, A4\nTotal: R\$ 46,20\n/,
  );
  assert.match(text, /\nLugar A3: CODEXK3F9A2\nInteira\nR\$ 21,00 \+ R\$ 2,10 de taxa de serviço\n/);
  assert.match(
    text,
    /\nLugar A4: CODEXK3F9A3\nMeia: estudante\nTraga e mostre na entrada: Carteira de Identificação Estudantil \(CIE\)\nR\$ 21,00/,
  );
  assert.match(
    text,
    /cancelar na página dos ingressos em até 7 dias depois da compra, enquanto faltarem mais de 2 horas/,
  );
  const html = textOf(letter, 'text/html');
  for (const words of [
    'CODEXK3F9A2',
    'CODEXK3F9A3',
    'Lugar A3',
    'Meia: estudante',
    'Carteira de Identificação',
    'R$ 46,20',
  ]) {
    assert.ok(html.includes(words), words);
  }
  // The link opens this order and no other.
  const token = /https:\/\/cinema\.example\/tickets\/Xk3f9a#access=([\w.-]+)/.exec(text)?.[1] ?? '';
  assert.ok(html.includes(`/tickets/Xk3f9a#access=${token}"`));
  assert.deepEqual(openOrderAccess(SEALS, token, at.getTime()), { order: 'Xk3f9a', endsWithScreening: true });
  await stage.until('order-confirmed:Xk3f9a', ({ state }) => state === 'sent');
});

test('[OC7] it is in English for who reads English', async (t) => {
  const { letterOf } = await boxOffice(t, 'en');
  const letter = await letterOf([{ ...TWO, seats: [3], categories: ['half-student'] }]);
  assert.equal(letter.headers.get('subject'), 'Your ticket: Ainda Estou Aqui');
  const text = textOf(letter, 'text/plain');
  assert.match(
    text,
    /\nSeat A4: CODEXK3F9A3\nHalf price: student\nBring, and show at the door: Student card \(CIE\)\nR\$21\.00 \+ R\$2\.10/,
  );
  assert.match(
    text,
    /cancel on the page with your tickets within 7 days of the purchase, as long as the screening is more than 2 hours away/,
  );
  assert.match(textOf(letter, 'text/html'), /<html lang="en">.*alt="QR code of ticket CODEXK3F9A3"/);
});

test('[OC8] each ticket has its signed code as a picture within the letter, with words for who cannot see it', async (t) => {
  const { owner, signer, letterOf } = await boxOffice(t);
  const letter = await letterOf([TWO]);
  const html = textOf(letter, 'text/html');
  const images = [...html.matchAll(/<img src="cid:([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)"/g)];
  assert.deepEqual(
    images.map(([, , alt]) => alt),
    ['Código QR do ingresso CODEXK3F9A2', 'Código QR do ingresso CODEXK3F9A3'],
  );
  const { rows } = await owner.query<{ id: string; at: Date }>('select id, starts_at as at from screenings');
  const pictures = leavesOf(letter).filter(({ type }) => type === 'image/png');
  assert.equal(pictures.length, 2);
  for (const [index, seat] of [2, 3].entries()) {
    const picture = pictures[index]!;
    assert.equal(picture.headers.get('content-id'), `<${images[index]?.[1]}>`);
    assert.match(picture.headers.get('content-disposition') ?? '', /^inline/);
    const startsAtMs = rows[0]!.at.getTime();
    const ticket = { ticket: `Xk3f9a-${seat}`, screening: Number(rows[0]!.id), seat, startsAtMs, minutes: 137 };
    const { png, shownPixels } = drawTicketCode(await signer.sign(ticket));
    assert.ok(picture.bytes.equals(png), 'it is the code of this ticket');
    assert.equal(Number(images[index]?.[3]), shownPixels);
    assert.equal(readPng(picture.bytes).width, 2 * shownPixels);
  }
  // Programs show what is related to the HTML in it, and list what is mixed below it.
  const related = letter.parts.find(({ type }) => type === 'multipart/related');
  assert.equal(related?.parts.length, 3);
});

test('[OC7] ten tickets make a letter of less than a hundred kilobytes, and names in it are never markup', async (t) => {
  const { smtp, letterOf } = await boxOffice(t);
  const film = '"><script>alert(1)</script> <b>O Filme</b>\r\nBcc: eva@evil.example';
  const letter = await letterOf([{ ...TWO, seats: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }], 30, film);
  const html = textOf(letter, 'text/html');
  assert.equal(leavesOf(letter).filter(({ type }) => type === 'image/png').length, 10);
  assert.ok((smtp.received[0]?.text.length ?? 0) < 100_000, `${smtp.received[0]?.text.length}`);
  assert.doesNotMatch(html, /<script|<b>/);
  assert.equal(letter.headers.has('bcc'), false);
});

test('[OC9] tickets that were given back before the letter was written are not in it', async (t) => {
  const { stage, smtp, owner } = await boxOffice(t);
  await sellOrders(owner, await screeningIn(owner), [TWO, { id: 'gone', contact: 'buyer-1', seats: [5] }]);
  await owner.query(`update tickets set state = 'refunded' where id in ('Xk3f9a-2', 'gone-5')`);
  await sweepConfirmations(stage.accounts, { limit: 100, sinceMs: null });
  const gone = await stage.until('order-confirmed:gone', ({ state }) => state !== 'queued');
  assert.deepEqual([gone.state, gone.lastError], ['dropped', 'none of its tickets is valid any more']);
  const [letter] = await smtp.letters(1);
  const text = textOf(readMime(letter?.text ?? ''), 'text/plain');
  assert.match(text, /\nLugar: A4\nTotal: R\$ 23,10\n/);
  assert.doesNotMatch(text, /Lugar A3|CODEXK3F9A2/);
  assert.equal(smtp.received.length, 1);
});

test('[OC9] there is no letter about a screening that is over or cancelled, and none to nobody', async (t) => {
  const { stage, smtp, owner } = await boxOffice(t);
  await sellOrders(owner, await screeningIn(owner, -3), [{ id: 'late', contact: 'buyer-1', seats: [0] }]);
  await sellOrders(owner, await screeningIn(owner, -1), [{ id: 'running', contact: 'buyer-1', seats: [0] }]);
  const cancelled = await screeningIn(owner);
  await owner.query(`update screenings set status = 'cancelled' where id = $1`, [cancelled]);
  await sellOrders(owner, cancelled, [{ id: 'off', contact: 'buyer-1', seats: [0] }]);
  await sellOrders(owner, await screeningIn(owner), [{ id: 'erased', contact: 'buyer-9', seats: [0] }]);
  await sweepConfirmations(stage.accounts, { limit: 100, sinceMs: null });
  const late = await stage.until('order-confirmed:late', ({ state }) => state !== 'queued');
  assert.deepEqual([late.state, late.lastError], ['dropped', 'the screening is over']);
  const off = await stage.until('order-confirmed:off', ({ state }) => state !== 'queued');
  assert.deepEqual([off.state, off.lastError], ['dropped', 'the screening is cancelled']);
  const erased = await stage.until('order-confirmed:erased', ({ state }) => state !== 'queued');
  assert.deepEqual([erased.state, erased.lastError], ['dropped', 'there is no such buyer']);
  await stage.until('order-confirmed:running', ({ state }) => state === 'sent');
  assert.equal(smtp.received.length, 1);
});
