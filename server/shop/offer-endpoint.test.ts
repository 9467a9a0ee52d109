import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { TicketType } from '../../actors/seat-command.ts';
import type { Answer } from '../../actors/seat-outcome.ts';
import type { Offer } from '../../clients/sdk/api/offer-api.ts';
import { loadScreening } from '../../storage/catalogue.ts';
import { Seals } from '../../storage/sealing.ts';
import { loadTicketOffer } from '../../storage/ticket-offer.ts';
import { AdminStage } from '../../tests/support/admin-stage.ts';
import { HandPayments } from '../../tests/support/checkout-stage.ts';
import { VISITOR } from '../api/principal.ts';
import { ApiRouter } from '../api/router.ts';
import { Checkout, type PurchaseRequest } from '../checkout.ts';
import { pricesOf } from '../seat-prices.ts';
import { offerAnswer } from './offer-answer.ts';
import { offerEndpoint } from './offer-endpoint.ts';

const HOUR_MS = 3_600_000;
const TERMS = { cancelDays: 7, cancelMinutesBefore: 60, salesAfterStartMs: 1_200_000 };

class OfferStage {
  readonly admin: AdminStage;
  readonly #router: ApiRouter;
  /** Ahead of the machine's clock. */
  aheadMs = 0;

  constructor(admin: AdminStage) {
    this.admin = admin;
    const nowMs = (): number => Date.now() + this.aheadMs;
    this.#router = new ApiRouter({
      endpoints: [offerEndpoint({ pool: admin.app, terms: TERMS, nowMs })],
      pools: { app: admin.app, accounts: admin.app },
      seals: new Seals(new Uint8Array(32).fill(7)),
      origins: [],
      authenticate: () => Promise.resolve(VISITOR),
      addressOf: () => '203.0.113.7',
      log: (message, details) => assert.fail(`${message} ${String(details['cause'])}`),
    });
  }

  static async create(t: TestContext): Promise<OfferStage> {
    return new OfferStage(await AdminStage.create(t));
  }

  async ask(screening: number | string, known?: string) {
    const response = await this.#router.answer({
      method: 'GET',
      path: `/api/screenings/${screening}/offer`,
      query: new URLSearchParams(),
      remoteAddress: '127.0.0.1',
      header: (name) => (name === 'if-none-match' ? known : undefined),
      body: new Uint8Array(),
    });
    assert.ok(response !== null);
    const text = Buffer.from(response.body ?? '').toString();
    return { status: response.status, headers: response.headers ?? {}, text };
  }

  /** As it is now: what was read a moment ago is forgotten. */
  async offer(screening: number): Promise<Offer> {
    this.aheadMs += 1_000;
    const { status, text } = await this.ask(screening);
    assert.equal(status, 200, text);
    return offerAnswer.parse(JSON.parse(text));
  }
}

/** A layout with seats of all six kinds, ten of each: seat n is of the kind n / 10. */
const ALL_KINDS = {
  rows: ['A', 'B', 'C', 'D', 'E', 'F'],
  seats: Array.from({ length: 60 }, (_, seat) => {
    const row = Math.floor(seat / 10);
    return [row, (seat % 10) * 2, row, `${'ABCDEF'[row]}${(seat % 10) + 1}`];
  }),
};

test('[OF1] what the offer says is what the checkout charges, to the cent, for every type on every kind of seat and any fee', async (t) => {
  const stage = await OfferStage.create(t);
  const { admin } = stage;
  const { auditorium, exhibitor } = admin.mine;
  await admin.rows(
    `insert into ticket_types (code, name, name_en, jurisdiction, engine_type, counts_in_quota, price_factor, scb_code, position)
     values ('sp-teacher', 'Meia: professor', 'Half price: teacher', 'SP', 3, false, 0.5, 2, 9),
       ('odd', 'Um terço', 'A third', 'BR', 3, false, 0.3333, 2, 10), ('free', 'Grátis', 'Free', 'BR', 3, false, 0, 2, 11),
       ('rj-teacher', 'Professor', 'Teacher', 'RJ', 3, false, 0.5, 2, 12)`,
  );
  const seatMap = await admin.id(
    `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash) values ($1, 2, 'demo', 60, $2, 'y') returning id`,
    [auditorium, JSON.stringify(ALL_KINDS)],
  );
  let count = 0;
  for (const [bps, cents] of [
    [0, 0],
    [1_000, 0],
    [333, 49],
    [0, 250],
  ]) {
    await admin.rows('update exhibitors set service_fee_bps = $1, service_fee_cents = $2 where id = $3', [
      bps,
      cents,
      exhibitor,
    ]);
    const screening = await admin.screening(admin.mine, 30 + ++count * 5);
    await admin.rows(
      `update screenings set seat_map_id = $1, price_cents = 4199, half_policy = 'exceed',
         seat_prices = '{"1": 8001, "2": 2999, "3": 1, "5": 0}' where id = $2`,
      [seatMap, screening],
    );
    const offer = await stage.offer(screening);
    assert.deepEqual(
      offer.ticketTypes.map(({ code }) => code),
      [
        'full',
        'half-student',
        'half-disability',
        'half-disability-companion',
        'half-youth',
        'half-senior',
        'sp-teacher',
        'odd',
        'free',
      ],
    );
    assert.equal(offer.prices.length, offer.ticketTypes.length * 6);
    assert.deepEqual(offer.fee, { percent: (bps ?? 0) / 100, cents });
    const checkout = checkoutOf(admin);
    for (const { ticketType, seatKind, priceCents, feeCents } of offer.prices) {
      const index = offer.ticketTypes.findIndex(({ id }) => id === ticketType);
      const { engineType } = offer.ticketTypes[index]!;
      const seat = seatKind * 10 + index;
      const buyer = `buyer-${count}-${ticketType}-${seatKind}`;
      const hold = await admin.holds(screening, buyer, [seat]);
      const request: PurchaseRequest = {
        ...{ buyer, payer: buyer, screening, hold, requestId: `buy-${buyer}`, method: 'sandbox', detail: 'approved' },
        seats: [[seat, engineType as TicketType, ticketType]],
        expectedCents: priceCents + feeCents,
      };
      const outcome = await bought(checkout, request);
      assert.ok(outcome.code === 0 && outcome.kind === 'sold', `${JSON.stringify(outcome)} ${buyer}`);
      const { rows } = await admin.sql.query(
        `select o.amount_cents::int as amount, t.price_cents as price, t.fee_cents as fee, t.category
         from orders o join tickets t on t.order_id = o.id where o.buyer = $1`,
        [buyer],
      );
      assert.deepEqual(rows[0], {
        ...{ amount: priceCents + feeCents, price: priceCents, fee: feeCents },
        category: ticketType,
      });
    }
  }
});

function checkoutOf(admin: AdminStage): Checkout {
  return new Checkout({
    bus: admin.engine.bus,
    payments: new HandPayments(),
    prices: async (screening) => {
      const [record, offer] = await Promise.all([
        loadScreening(admin.app, screening),
        loadTicketOffer(admin.app, screening),
      ]);
      return record === null || offer === null ? null : pricesOf(record, offer);
    },
    pricesAreOld: () => {},
    pricesAreDoubted: () => {},
    nowMs: Date.now,
    stepDeadlineMs: 5_000,
    log: (message) => assert.fail(message),
  });
}

function bought(checkout: Checkout, request: PurchaseRequest): Promise<Answer> {
  return new Promise((resolve) => checkout.buy(request, { answered: (_tag, _id, outcome) => resolve(outcome) }, 1));
}

test('[OF2] the half-price tickets: how many there are by law, and how many of them are left', async (t) => {
  const stage = await OfferStage.create(t);
  const { admin } = stage;
  const screening = await admin.screening(admin.mine);
  const other = await admin.screening(admin.mine, 40);
  assert.deepEqual((await stage.offer(screening)).half, { quota: 7, left: 7, policy: 'limit' });
  for (const [order, seats, at] of [
    ['two', [0, 1], screening],
    ['one', [2], screening],
    ['elsewhere', [0, 1, 2], other],
  ] as const)
    await admin.buys(at, 'ana', order, seats);
  const set = (order: string, type: number, state: string): Promise<unknown> =>
    admin.rows('update tickets set type = $2, state = $3 where order_id = $1', [order, type, state]);
  await set('two', 2, 'used');
  await set('one', 2, 'live');
  await set('elsewhere', 2, 'live');
  assert.equal((await stage.offer(screening)).half.left, 4);
  await set('one', 2, 'refunded');
  assert.equal((await stage.offer(screening)).half.left, 5);
  // Sixty and older do not count.
  await set('two', 3, 'live');
  assert.equal((await stage.offer(screening)).half.left, 7);
  await set('two', 2, 'live');
  await admin.rows(`update screenings set half_quota = 1, half_policy = 'exceed' where id = $1`, [screening]);
  assert.deepEqual((await stage.offer(screening)).half, { quota: 1, left: 0, policy: 'exceed' });
});

test('[OF3] an answer is a second old at most, and whoever has it already is told so', async (t) => {
  const stage = await OfferStage.create(t);
  const { admin } = stage;
  const screening = await admin.screening(admin.mine);
  const first = await stage.ask(screening);
  assert.equal(first.headers['cache-control'], 'public, max-age=1');
  const etag = first.headers['etag']!;
  const known = await stage.ask(screening, etag);
  assert.deepEqual([known.status, known.text, known.headers['etag']], [304, '', etag]);
  await admin.rows('update screenings set price_cents = 3100 where id = $1', [screening]);
  stage.aheadMs += 1_000;
  const changed = await stage.ask(screening, etag);
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers['etag'], etag);
  assert.equal(JSON.parse(changed.text).prices[0].priceCents, 3_100);
});

test('[OF4] the offer names film, place, time, terms and the types that visitors choose from', async (t) => {
  const stage = await OfferStage.create(t);
  const { admin } = stage;
  const { cinema } = admin.mine;
  await admin.rows(`update cinemas set address = 'Rua Um, 1' where id = $1`, [cinema]);
  await admin.rows(`update films set poster_url = 'https://cinema.example/p.jpg' where id = $1`, [admin.film]);
  const screening = await admin.screening(admin.mine);
  const offer = await stage.offer(screening);
  const [row] = await admin.rows<{ at: Date; local: string }>(
    `select starts_at as at, to_char(starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') as local from screenings where id = $1`,
    [screening],
  );
  const { ticketTypes, prices, ...rest } = offer;
  assert.deepEqual(rest, {
    screening,
    currency: 'BRL',
    fee: { percent: 0, cents: 0 },
    half: { quota: 7, left: 7, policy: 'limit' },
    cancellation: { days: 7, minutesBefore: 60 },
    salesOpen: true,
    film: { id: admin.film, title: 'A Volta', minutes: 100, rating: 'L', posterUrl: 'https://cinema.example/p.jpg' },
    cinema: {
      ...{ id: cinema, name: 'Cine Meu', address: 'Rua Um, 1', city: 'São Paulo', state: 'SP' },
      timeZone: 'America/Sao_Paulo',
    },
    auditorium: 'Sala 1',
    startsAt: row!.at.toISOString(),
    startsLocal: row!.local,
    projection: '2D',
    language: 'dub',
  });
  assert.ok(ticketTypes.every(({ engineType }) => engineType <= 3));
  assert.deepEqual(Object.keys(ticketTypes[0]!), [
    'id',
    'code',
    'name',
    'nameEn',
    'engineType',
    'countsInQuota',
    'document',
    'documentEn',
    'legalBasis',
  ]);
  assert.deepEqual(
    prices.map(({ priceCents, feeCents }) => [priceCents, feeCents]),
    [[3_000, 0], ...Array.from({ length: 5 }, () => [1_500, 0])],
  );
});

test('[OF4] seats are on sale from the hour that was said until some minutes after the start, unless sales are closed', async (t) => {
  const stage = await OfferStage.create(t);
  const { admin } = stage;
  const screening = await admin.screening(admin.mine);
  const isOpen = async (): Promise<boolean> => (await stage.offer(screening)).salesOpen;
  await admin.rows(`update screenings set sales_from = now() + interval '10 hours' where id = $1`, [screening]);
  assert.equal(await isOpen(), false);
  stage.aheadMs += 11 * HOUR_MS;
  assert.equal(await isOpen(), true);
  await admin.rows(`update screenings set status = 'closed' where id = $1`, [screening]);
  assert.equal(await isOpen(), false);
  await admin.rows(`update screenings set status = 'scheduled' where id = $1`, [screening]);
  const [row] = await admin.rows<{ at: Date }>('select starts_at as at from screenings where id = $1', [screening]);
  const startMs = row!.at.getTime();
  stage.aheadMs = startMs + TERMS.salesAfterStartMs - Date.now() - 60_000;
  assert.equal(await isOpen(), true);
  stage.aheadMs += 60_000;
  assert.equal(await isOpen(), false);
});

test('[OF4] of a screening that is not there nothing is offered', async (t) => {
  const stage = await OfferStage.create(t);
  for (const [screening, status] of [
    [999_999, 404],
    ['9007199254740993', 400],
    ['x', 400],
    ['0', 400],
  ] as const) {
    const answer = await stage.ask(screening);
    assert.equal(answer.status, status, answer.text);
  }
});
