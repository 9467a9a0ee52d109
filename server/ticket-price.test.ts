/** What a ticket costs, to the cent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TicketType } from '../actors/seat-command.ts';
import { NO_FEE, priceLine } from './ticket-price.ts';

const half = { priceFactor: 0.5 };

test('[PC6] a price by its ticket type or by its class: rounded down, in the buyer’s favour', () => {
  const cases = [
    [3_200, half, 1_600],
    [3_001, half, 1_500],
    [3_001, TicketType.full, 3_001],
    [3_001, TicketType.halfInQuota, 1_500],
    [3_001, TicketType.halfOutsideQuota, 1_500],
    [3_001, TicketType.courtesy, 0],
    [3_001, TicketType.promotional, 3_001],
    [1, half, 0],
    [0, { priceFactor: 1 }, 0],
    // What floats make of them: 0.29 × 100 = 28.999999999999996, 1.1 × 3 is more than 3.3.
    [100, { priceFactor: 0.29 }, 29],
    [10_000, { priceFactor: 0.5775 }, 5_775],
    [100_000_000, { priceFactor: 0.9999 }, 99_990_000],
  ] as const;
  for (const [full, type, expected] of cases) {
    assert.deepEqual(
      priceLine(full, type, NO_FEE),
      { priceCents: expected, feeCents: 0 },
      `${full} ${JSON.stringify(type)}`,
    );
  }
});

test('[PC6] the fee: a part of the price, half a cent rounded up, and a fixed sum; none where nothing is paid', () => {
  const cases = [
    [3_200, { bps: 500, cents: 0 }, 160],
    [3_200, { bps: 0, cents: 150 }, 150],
    [3_210, { bps: 500, cents: 150 }, 311],
    [3_209, { bps: 500, cents: 0 }, 160],
    [3_200, { bps: 10_000, cents: 100_000 }, 103_200],
    [0, { bps: 500, cents: 150 }, 0],
  ] as const;
  for (const [full, fee, expected] of cases) {
    assert.equal(priceLine(full, TicketType.full, fee).feeCents, expected, `${full} ${JSON.stringify(fee)}`);
  }
  assert.equal(priceLine(3_200, TicketType.courtesy, { bps: 500, cents: 150 }).feeCents, 0);
  assert.equal(priceLine(1, half, { bps: 500, cents: 150 }).feeCents, 0);
});

test('[PC6] every price and fee is exact, compared with whole numbers of any length', () => {
  const parts = fc.nat(10_000);
  fc.assert(
    fc.property(fc.nat(100_000_000), parts, parts, fc.nat(100_000), (full, factor, bps, cents) => {
      const { priceCents, feeCents } = priceLine(full, { priceFactor: factor / 10_000 }, { bps, cents });
      const price = (BigInt(full) * BigInt(factor)) / 10_000n;
      const fee = price === 0n ? 0n : (price * BigInt(bps) + 5_000n) / 10_000n + BigInt(cents);
      assert.deepEqual([BigInt(priceCents), BigInt(feeCents)], [price, fee]);
    }),
    { seed: 7, numRuns: 2_000 },
  );
});
