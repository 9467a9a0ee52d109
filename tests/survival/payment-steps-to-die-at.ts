/**
 * Every step of a purchase at which a server can die: before and after each write of the books, each call of a provider, each command
 * to the actor. Who dies while a provider works leaves it undone (`hang`) or done and untold (`gate-after`); who dies at a write is
 * stopped there by a gate in PostgreSQL. Between two of these nothing is done that anybody else could see.
 */
import assert from 'node:assert/strict';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { until } from '../support/deadline.ts';
import type { Gate } from '../support/gate.ts';
import { type Call, type MoneyWorld, PATIENCE_MS } from '../support/money-world.ts';
import type { Ending, PaidBuyer, PaidMethod } from '../support/paid-buyer.ts';

/** Where the server is when it dies. */
export interface StepToDieAt {
  readonly name: string;
  readonly method: PaidMethod;
  /** For Stripe the beginning of the card's token. */
  readonly card?: string;
  /** Brings the buyer there, and leaves the server there. `gate`: opened when the database's are shut. */
  reach(world: MoneyWorld, buyer: PaidBuyer, gate: Gate): Promise<void>;
  /** What follows at the end, for all that have it at once: it is done by the sweep, which looks from time to time. */
  last?(world: MoneyWorld, buyer: PaidBuyer): Promise<void>;
  /** For steps that end in a write: what the books say then. The provider answers once the database's gates are shut. */
  readonly untilWritten?: string;
  /** How it ends for a buyer who says it again, and for one who never comes back. */
  readonly ends: { readonly again: Ending; readonly never: Ending };
  /** What happens while the server is dead. */
  meanwhile?(buyer: PaidBuyer): Promise<void>;
}

const SOLD = { again: 'sold', never: 'sold' } as const;
const DECLINED = { again: 'declined', never: 'declined' } as const;
const ENDED = { again: 'ended', never: 'ended' } as const;
const never = new Promise<void>(() => {});

/** At a call of his purchase. */
function buying(call: Call, isDone: boolean): StepToDieAt['reach'] {
  return (world, buyer) => {
    const fault = isDone ? ({ kind: 'gate-after', open: never } as const) : ({ kind: 'hang' } as const);
    return world.meets(buyer.method, call, fault, () => buyer.buys());
  };
}

/** He has been asked by his bank or by PayPal, has agreed, and says it again. */
function agreed(call: Call, isDone: boolean): StepToDieAt['reach'] {
  return async (world, buyer, gate) => {
    await wanted(buyer);
    await buyer.agrees();
    await buying(call, isDone)(world, buyer, gate);
  };
}

async function wanted(buyer: PaidBuyer): Promise<void> {
  assert.equal((await buyer.buys()).code, OutcomeCode.authenticationNeeded);
}

async function bought(world: MoneyWorld, buyer: PaidBuyer): Promise<void> {
  const agrees = (): Promise<void> => buyer.agrees();
  assert.equal(await buyer.buysToTheEnd(agrees), 'sold');
  await until(
    async () => (await buyer.phase()) === 'captured',
    PATIENCE_MS,
    () => `nothing was taken: ${world.server.lastWords()}`,
  );
}

function refunding(isDone: boolean): Pick<StepToDieAt, 'reach' | 'last'> {
  return {
    reach: bought,
    last: async (world, buyer) => {
      const fault = isDone ? ({ kind: 'gate-after', open: never } as const) : ({ kind: 'hang' } as const);
      world.on(buyer.method, 'refund', fault);
      const { status } = await world.staff('POST', `/api/admin/orders/${await buyer.order()}/refund`, {
        why: 'a test',
      });
      assert.equal(status, 200);
    },
  };
}

/** The provider's answer comes when the database takes no end of a payment any more: then the `gate` is opened. */
function thenWriting(call: Call, isAgreed: boolean): StepToDieAt['reach'] {
  return async (world, buyer, { open }) => {
    if (isAgreed) {
      await wanted(buyer);
      await buyer.agrees();
    }
    await world.meets(buyer.method, call, { kind: 'gate', open }, () => buyer.buys());
  };
}

function cardSteps(): StepToDieAt[] {
  const of = (name: string, reach: StepToDieAt['reach'], more: Partial<StepToDieAt> = {}): StepToDieAt => ({
    ...{ name: `card: ${name}`, method: 'stripe', card: 'ctoken_ok', reach, ends: SOLD },
    ...more,
  });
  const declined = { card: 'ctoken_declined', ends: DECLINED } as const;
  const asked = { card: 'ctoken_3ds' } as const;
  const passed = { meanwhile: (buyer: PaidBuyer) => buyer.agrees() } as const;
  return [
    of('the books are begun, its object is not made', buying('create', false)),
    of('its object is made, and not in the books', buying('create', true)),
    of('about to be reserved', buying('authorise', false)),
    of('reserved, and not in the books', buying('authorise', true)),
    of('sold, about to be taken', buying('capture', false)),
    of('taken, and not in the books', buying('capture', true)),
    of('everything is done, and no webhook was applied', bought),
    of('reserved and written, not sold', thenWriting('authorise', false), { untilWritten: 'authorised' }),
    of('declined, and not in the books', buying('authorise', true), declined),
    of('declined and written, the seat not given back to choosing', thenWriting('authorise', false), {
      ...declined,
      untilWritten: 'declined',
    }),
    of('declined, its object about to be cancelled', buying('cancel', false), declined),
    of('declined, its object cancelled, and not in the books', buying('cancel', true), declined),
    of('the bank asks, and it is not in the books', buying('authorise', true), {
      ...asked,
      ends: { again: 'sold', never: 'ended' },
    }),
    of('the bank asks, is answered while the server is dead', async (_world, buyer) => wanted(buyer), {
      ...asked,
      ...passed,
    }),
    of('the bank asks, and is never answered', async (_world, buyer) => wanted(buyer), {
      ...asked,
      ends: { again: 'sold', never: 'ended' },
    }),
    of('the bank was answered, about to be looked at', agreed('look', false), asked),
    of('given up, about to be cancelled', givingUp('cancel', false), { ...asked, ends: DECLINED }),
    of('given up and cancelled, and not in the books', givingUp('cancel', true), { ...asked, ends: DECLINED }),
    of('given back, the refund not sent', bought, { ...refunding(false), ends: ENDED }),
    of('given back, the refund sent and not in the books', bought, { ...refunding(true), ends: ENDED }),
  ];
}

function givingUp(call: Call, isDone: boolean): StepToDieAt['reach'] {
  return async (world, buyer) => {
    await wanted(buyer);
    const fault = isDone ? ({ kind: 'gate-after', open: never } as const) : ({ kind: 'hang' } as const);
    await world.meets(buyer.method, call, fault, () => buyer.givesUp());
  };
}

function payPalSteps(): StepToDieAt[] {
  const of = (name: string, reach: StepToDieAt['reach'], more: Partial<StepToDieAt> = {}): StepToDieAt => ({
    ...{ name: `PayPal: ${name}`, method: 'paypal', reach, ends: SOLD },
    ...more,
  });
  const open = { ends: { again: 'sold', never: 'ended' } } as const;
  return [
    of('the books are begun, its order is not made', buying('create', false), open),
    of('its order is made, and not in the books', buying('create', true), open),
    of('its window is open, and he agrees while the server is dead', async (_world, buyer) => wanted(buyer), {
      meanwhile: (buyer) => buyer.agrees(),
    }),
    of('its window is open, and stays so', async (_world, buyer) => wanted(buyer), open),
    of('agreed, about to be looked at', agreed('look', false)),
    of('agreed, about to be reserved', agreed('authorise', false)),
    of('reserved, and not in the books', agreed('authorise', true)),
    of('reserved and written, not sold', thenWriting('authorise', true), { untilWritten: 'authorised' }),
    of('sold, about to be taken', agreed('capture', false)),
    of('taken, and not in the books', agreed('capture', true)),
    of('everything is done, and no webhook was applied', bought),
    of('given up, about to be looked at', givingUp('look', false), open),
    of('given back, the refund not sent', bought, { ...refunding(false), ends: ENDED }),
    of('given back, the refund sent and not in the books', bought, { ...refunding(true), ends: ENDED }),
  ];
}

export function stepsToDieAt(): readonly StepToDieAt[] {
  return [...cardSteps(), ...payPalSteps()];
}
