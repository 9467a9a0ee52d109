/**
 * The message table as a value: opcodes, fields in order, types, limits. The coders are written by hand for speed; this
 * table is what they are tested against, what docs/protocol.md prints, and what the protocol version stands for: a test
 * keeps the hash of each version's table, so that the table cannot move and the version stay.
 */
import {
  CATEGORY_MAX,
  CLIENT_NAME_BYTES_MAX,
  PAYMENT_DETAIL_BYTES_MAX,
  PAYMENT_METHOD_BYTES_MAX,
  REQUEST_ID_LENGTH_MAX,
  REQUEST_ID_LENGTH_MIN,
  SEAT_MAX,
  SEATS_PER_MESSAGE_MAX,
  TICKET_TYPE_MAX,
  TOKEN_LENGTH_MAX,
} from './limits.ts';
import { ClientOp, ServerOp } from './opcodes.ts';

/** `whole`: 0 (or `min`) to 2^53 − 1 (or `max`). `id`: characters 0-9 A-Z a-z _ -. `text`: UTF-8 without control characters, `max` in bytes. */
export type FieldType =
  | { readonly is: 'whole'; readonly min?: number; readonly max?: number }
  | { readonly is: 'boolean' }
  | { readonly is: 'id'; readonly min: number; readonly max: number }
  | { readonly is: 'token'; readonly max: number; readonly orNil?: true }
  | { readonly is: 'text'; readonly max?: number }
  | { readonly is: 'bytes' }
  | { readonly is: 'list'; readonly of: FieldType; readonly max?: number }
  | { readonly is: 'tuple'; readonly fields: readonly Field[] };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** May be left out, with all that follow; only at the end of a message or tuple. */
  readonly isOptional?: true;
}

export interface MessageShape {
  readonly name: string;
  readonly from: 'client' | 'server';
  readonly op: number;
  /** After the opcode. */
  readonly fields: readonly Field[];
}

const whole: FieldType = { is: 'whole' };
const text: FieldType = { is: 'text' };
const boolean: FieldType = { is: 'boolean' };
const positive: FieldType = { is: 'whole', min: 1 };
const seat: FieldType = { is: 'whole', max: SEAT_MAX };
const ticketType: FieldType = { is: 'whole', min: 1, max: TICKET_TYPE_MAX };
const field = (name: string, type: FieldType): Field => ({ name, type });
/** Later than the rest: who does not know it leaves it out, or steps over it. */
const later = (name: string, type: FieldType): Field => ({ name, type, isOptional: true });
const tuple = (...fields: readonly Field[]): FieldType => ({ is: 'tuple', fields });
const list = (of: FieldType): FieldType => ({ is: 'list', of });
const shortList = (of: FieldType): FieldType => ({ is: 'list', of, max: SEATS_PER_MESSAGE_MAX });

/** The layout on which the seats are numbered. */
const seatMap = later('seatMap', positive);
const requestId = field('requestId', { is: 'id', min: REQUEST_ID_LENGTH_MIN, max: REQUEST_ID_LENGTH_MAX });
const screening = field('screening', positive);
const hold = field('hold', positive);
const someSeats = field('seats', shortList(seat));
const seats = field('seats', list(seat));
const msLeft = field('msLeft', whole);
const ticket = tuple(
  field('ticket', text),
  field('code', text),
  field('seat', seat),
  field('type', whole),
  field('priceCents', whole),
  later('category', { is: 'whole', max: CATEGORY_MAX }),
  later('feeCents', whole),
);
const tickets = field('tickets', list(ticket));
const line = tuple(
  field('seat', seat),
  field('type', ticketType),
  later('category', { is: 'whole', min: 1, max: CATEGORY_MAX }),
);
const payment = tuple(
  field('method', { is: 'text', max: PAYMENT_METHOD_BYTES_MAX }),
  field('detail', { is: 'text', max: PAYMENT_DETAIL_BYTES_MAX }),
);
const limits = tuple(
  field('frameBytesMax', whole),
  field('messagesPerSecond', whole),
  field('messagesPerFrame', whole),
  field('seatsPerBuyer', whole),
  field('pingSeconds', whole),
);
const myHold = tuple(hold, seats, msLeft, field('phase', { is: 'whole', max: 1 }));
const myOrder = tuple(field('order', text), tickets);

const client = (name: string, op: number, ...fields: readonly Field[]): MessageShape => ({
  name,
  from: 'client',
  op,
  fields,
});
const server = (name: string, op: number, ...fields: readonly Field[]): MessageShape => ({
  name,
  from: 'server',
  op,
  fields,
});
const answer = (name: string, code: Field, ...fields: readonly Field[]): MessageShape =>
  server(
    `answer (${name})`,
    ServerOp.answer,
    field('requestId', { is: 'id', min: 0, max: REQUEST_ID_LENGTH_MAX }),
    code,
    field('version', whole),
    ...fields,
  );
const accepted = field('code', { is: 'whole', max: 0 });

export const MESSAGE_TABLE: readonly MessageShape[] = [
  client(
    'hello',
    ClientOp.hello,
    field('token', { is: 'token', max: TOKEN_LENGTH_MAX, orNil: true }),
    field('clientName', { is: 'text', max: CLIENT_NAME_BYTES_MAX }),
  ),
  client('watch', ClientOp.watch, screening, field('epoch', whole), field('version', whole)),
  client('unwatch', ClientOp.unwatch, screening),
  client('hold', ClientOp.hold, requestId, screening, someSeats, field('hold', whole), seatMap),
  client('release', ClientOp.release, requestId, screening, hold, someSeats),
  client('extend', ClientOp.extend, requestId, screening, hold),
  client(
    'best-available',
    ClientOp.bestAvailable,
    requestId,
    screening,
    field('count', { is: 'whole', max: SEATS_PER_MESSAGE_MAX }),
    field('accessible', boolean),
  ),
  client(
    'buy',
    ClientOp.buy,
    requestId,
    screening,
    hold,
    field('lines', shortList(line)),
    field('payment', payment),
    later('expectedCents', whole),
  ),
  client('ping', ClientOp.ping, field('nonce', whole)),
  client('mine', ClientOp.mine, screening),
  server(
    'welcome',
    ServerOp.welcome,
    field('protocolVersion', whole),
    field('buyer', text),
    field('token', text),
    field('serverName', text),
    field('limits', limits),
  ),
  server(
    'snapshot',
    ServerOp.snapshot,
    screening,
    field('epoch', whole),
    field('version', whole),
    field('salesOpen', boolean),
    field('seatCount', { is: 'whole', max: SEAT_MAX + 1 }),
    field('packed', { is: 'bytes' }),
    seatMap,
  ),
  server(
    'delta',
    ServerOp.delta,
    screening,
    field('epoch', whole),
    field('fromVersion', whole),
    field('version', whole),
    field('salesOpen', boolean),
    field('changes', { is: 'bytes' }),
  ),
  answer('held', accepted, hold, seats, msLeft),
  answer('released', accepted, hold, seats),
  answer('sold', accepted, field('order', text), tickets),
  answer('done', accepted),
  answer('refused', field('code', positive), seats, later('order', text)),
  server('pong', ServerOp.pong, field('nonce', whole)),
  server('mine', ServerOp.mine, screening, field('holds', list(myHold)), field('orders', list(myOrder))),
  server('notice', ServerOp.notice, field('code', whole), field('text', text)),
  server('gone', ServerOp.gone, screening, field('code', positive)),
];
