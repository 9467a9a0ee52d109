/** Poltrona for browsers and Node ≥ 20: `connect`, and the types of what comes back. */
export { CloseCode } from '../../server/protocol/close-code.ts';
export { OutcomeCode } from '../../server/protocol/outcome-code.ts';
export type { ConnectionState } from './link.ts';
export type * from './results.ts';
export type { Seats } from './seat-replica.ts';
export {
  type BuyLine,
  type BuyOptions,
  connect,
  type HoldOptions,
  type Payment,
  Session,
  type SessionOptions,
  type Watch,
} from './session.ts';
export { platform, type Surroundings, type WebSocketConstructor } from './surroundings.ts';
export type { SeatsEvent, SeatsListener } from './watched-seats.ts';
