import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../tests/simulation/random.ts';
import { BooksStage } from '../../tests/support/books-stage.ts';
import { screeningIn } from '../../tests/support/sold-orders.ts';
import { type SettlementRow, settlementRows } from './settlement.ts';

/** One without summer time, one two hours further west, one with summer time, one on the other side of the day's border. */
const ZONES = ['America/Sao_Paulo', 'America/Rio_Branco', 'America/New_York', 'Pacific/Kiritimati'];
const HOUR_MS = 3_600_000;
/** Around midnight in each of the zones, and the hour in which New York's clocks were changed. */
const MOMENTS = [
  '2026-10-31T23:59:59.999Z',
  '2026-11-01T05:30:00Z',
  '2026-11-01T06:30:00Z',
  '2026-11-01T10:00:00Z',
  '2026-11-02T03:00:00Z',
].flatMap((text) => [-1, 0, 1].map((ms) => Date.parse(text) + ms));

interface Moved {
  readonly at: number;
  readonly screening: number;
  readonly provider: string;
  readonly captured?: number;
  readonly refunded?: number;
  readonly disputed?: number;
  readonly fee?: number;
}

test('[PB13] the settlement sums to the cent with the books: each movement is in one row, on its day on the wall clock of its cinema', async (t) => {
  const stage = await BooksStage.create(t);
  const zoneOf = new Map<number | null, string>();
  const cinemaOf = new Map<number, number>();
  for (const [index, zone] of ZONES.entries()) {
    const screening = await screeningIn(stage.owner, 30, `Film ${index}`);
    const [row] = await stage.rows<{ id: string }>(
      `update cinemas c set time_zone = $2, name = 'Cinema ' || c.id from screenings s join auditoriums a on a.id = s.auditorium_id
       where s.id = $1 and c.id = a.cinema_id returning c.id`,
      [screening, zone],
    );
    cinemaOf.set(screening, Number(row?.id));
    zoneOf.set(Number(row?.id), zone);
  }
  for (let seed = 1; seed <= 5; seed++) {
    const random = new Random(seed);
    await stage.rows('delete from refunds');
    await stage.rows('delete from disputes');
    await stage.rows('delete from payments');
    const moved: Moved[] = [];
    const moment = (): number => random.pick(MOMENTS) + random.pick([0, 0, 0, random.below(96) * HOUR_MS]);
    for (let number = 0; number < 120; number++) {
      // Some are of a screening that no catalogue knows.
      const screening = random.chance(0.03) ? -1 : random.pick([...cinemaOf.keys()]);
      const provider = random.pick(['stripe', 'paypal']);
      const order = `o${number}`;
      const captured = random.chance(0.2) ? null : 1 + random.below(100_000);
      const fee = random.chance(0.3) ? null : random.below(500);
      const at = moment();
      await stage.rows(
        `insert into payments (order_id, screening, provider, phase, amount_cents, currency, seats, captured_cents, provider_fee_cents, captured_at)
         values ($1, $2, $3, $4, 1, 'BRL', '{0}', $5, $6, to_timestamp($7::float8 / 1000))`,
        [
          order,
          screening,
          provider,
          captured === null ? 'cancelled' : 'captured',
          captured ?? 0,
          fee,
          captured === null ? null : at,
        ],
      );
      if (captured === null) continue;
      const base = { screening, provider };
      moved.push({ ...base, at, captured, fee: fee ?? 0 });
      for (let part = 1; part <= random.below(3); part++) {
        const cents = 1 + random.below(captured / 2);
        const done = random.chance(0.8) ? moment() : null;
        const failed = random.chance(0.2) ? moment() : null;
        await stage.rows(
          `insert into refunds (id, order_id, cents, phase, done_at, failed_at)
           values ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000))`,
          [
            `${order}.r${part}`,
            order,
            cents,
            failed !== null ? 'failed' : done !== null ? 'done' : 'pending',
            done,
            failed,
          ],
        );
        if (done !== null) moved.push({ ...base, at: done, refunded: cents });
        if (done !== null && failed !== null) moved.push({ ...base, at: failed, refunded: -cents });
      }
      if (random.chance(0.2)) {
        const outcome = random.pick(['won', 'lost']);
        const closed = moment();
        await stage.rows(
          `insert into disputes (id, provider, order_id, cents, currency, reason, status, is_open, outcome, opened_at, closed_at)
           values ($1, $2, $3, 77, 'BRL', 'fraud', $4, false, $4, now(), to_timestamp($5::float8 / 1000))`,
          [`d${number}`, provider, order, outcome, closed],
        );
        if (outcome === 'lost') moved.push({ ...base, at: closed, disputed: 77 });
      }
    }
    const rows = await settlementRows(stage.app, { fromDay: '2026-10-01', untilDay: '2026-11-30' });
    assert.deepEqual(inLines(rows), expected(moved, cinemaOf, zoneOf), `seed ${seed}`);
    for (const row of rows)
      assert.equal(row.netCents, row.capturedCents - row.refundedCents - row.disputedCents - row.feeCents);
    // Day by day it is the same, and so is one cinema, one provider.
    const days = [...new Set(rows.map(({ day }) => day))];
    const daily = await Promise.all(days.map((day) => settlementRows(stage.app, { fromDay: day, untilDay: day })));
    assert.deepEqual(daily.flat(), rows);
    const [cinema = 0] = cinemaOf.values();
    const wanted = { fromDay: '2026-10-01', untilDay: '2026-11-30', cinema, provider: 'paypal' } as const;
    assert.deepEqual(
      await settlementRows(stage.app, wanted),
      rows.filter((row) => row.cinema?.id === cinema && row.provider === 'paypal'),
    );
    // The other way round: all of it is all that the books have.
    const [books] = await stage.rows<{ cents: string; fees: string; unknown: string }>(
      `select sum(captured_cents) as cents, sum(provider_fee_cents) filter (where captured_at is not null) as fees,
         count(*) filter (where captured_at is not null and provider_fee_cents is null) as unknown from payments`,
    );
    assert.equal(sum(rows, 'capturedCents'), Number(books?.cents));
    assert.deepEqual([sum(rows, 'feeCents'), sum(rows, 'feesUnknown')], [Number(books?.fees), Number(books?.unknown)]);
    const [back] = await stage.rows<{ cents: string }>(`select sum(cents) as cents from refunds where phase = 'done'`);
    assert.equal(sum(rows, 'refundedCents'), Number(back?.cents));
  }
});

function sum(
  rows: readonly SettlementRow[],
  column: 'capturedCents' | 'refundedCents' | 'feeCents' | 'feesUnknown',
): number {
  return rows.reduce((total, row) => total + row[column], 0);
}

function inLines(rows: readonly SettlementRow[]): string[] {
  return rows
    .map(({ day, cinema, provider, capturedCents, refundedCents, disputedCents, feeCents }) =>
      [day, cinema?.id ?? null, provider, capturedCents, refundedCents, disputedCents, feeCents].join(' '),
    )
    .sort();
}

/** The same sums by another calendar than PostgreSQL's. */
function expected(
  moved: readonly Moved[],
  cinemaOf: ReadonlyMap<number, number>,
  zoneOf: ReadonlyMap<number | null, string>,
): string[] {
  const sums = new Map<string, [number, number, number, number]>();
  for (const { at, screening, provider, captured = 0, refunded = 0, disputed = 0, fee = 0 } of moved) {
    const cinema = cinemaOf.get(screening) ?? null;
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zoneOf.get(cinema) ?? 'UTC' }).format(at);
    const key = [day, cinema, provider].join(' ');
    const [c, r, d, f] = sums.get(key) ?? [0, 0, 0, 0];
    sums.set(key, [c + captured, r + refunded, d + disputed, f + fee]);
  }
  return [...sums].map(([key, cents]) => `${key} ${cents.join(' ')}`).sort();
}
