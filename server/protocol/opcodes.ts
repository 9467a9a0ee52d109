/** The first element of every message. Below 100 the client speaks, from 101 on the server (docs/protocol.md). */
export const ClientOp = {
  /** Never on the wire: what `decodeClientFrame` makes of a command that is to be answered "badRequest". */
  bad: 0,
  hello: 1,
  watch: 2,
  unwatch: 3,
  hold: 4,
  release: 5,
  extend: 6,
  bestAvailable: 7,
  buy: 8,
  ping: 9,
  mine: 10,
} as const;
export type ClientOp = (typeof ClientOp)[keyof typeof ClientOp];

export const ServerOp = {
  welcome: 101,
  snapshot: 102,
  delta: 103,
  answer: 104,
  pong: 105,
  mine: 106,
  notice: 107,
  gone: 108,
} as const;
export type ServerOp = (typeof ServerOp)[keyof typeof ServerOp];
