/** WebSocket close codes: the standard ones that we use, and ours (4000–4999). docs/protocol.md says what a client does about each. */
export const CloseCode = {
  goingAway: 1001,
  messageTooBig: 1009,
  internalError: 1011,
  serviceRestart: 1012,
  protocolError: 4000,
  helloTimeout: 4001,
  rateLimited: 4002,
  slowReader: 4003,
  tooManyConnections: 4004,
  textFrame: 4005,
  nodeLeaving: 4006,
  signedOut: 4007,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
