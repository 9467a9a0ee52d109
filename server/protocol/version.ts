/**
 * The version that this tree speaks. It grows with every change of the message table (a test compares the table's
 * hash); docs/protocol.md holds the history.
 */
export const PROTOCOL_VERSION = 1;
/** The oldest version that the server still answers. */
export const PROTOCOL_VERSION_MIN = 1;
/** What the client offers in Sec-WebSocket-Protocol; the server refuses the upgrade without it. */
export const SUBPROTOCOL = 'poltrona.1';
