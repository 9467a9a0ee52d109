/**
 * How much one side may send the other. The decoder refuses anything longer before it reserves memory for it, so that
 * no frame costs more than its own bytes.
 */

/** Longest frame from a client, bytes. 64 holds of ten seats are 5 KiB; most frames are below 100 bytes. */
export const FRAME_BYTES_MAX = 16_384;
/** Messages in one frame from a client. */
export const MESSAGES_PER_FRAME_MAX = 64;
/** Seats named in one command. How many a buyer may hold is the screening's rule, and answered as such. */
export const SEATS_PER_MESSAGE_MAX = 64;
/** Highest seat index: with two bits of status it still fits the 16 bits of a delta's change, with room to spare. */
export const SEAT_MAX = 4095;
/** Request ids: long enough to be unguessable, short enough to be cheap. Characters: 0-9 A-Z a-z _ - */
export const REQUEST_ID_LENGTH_MIN = 16;
export const REQUEST_ID_LENGTH_MAX = 36;
export const TOKEN_LENGTH_MAX = 128;
/** UTF-8 bytes. */
export const CLIENT_NAME_BYTES_MAX = 64;
export const PAYMENT_METHOD_BYTES_MAX = 32;
export const PAYMENT_DETAIL_BYTES_MAX = 256;
/** The ticket types that a buyer may ask for: 1 full, 2 half in the quota, 3 half outside it. The others are given, not chosen. */
export const TICKET_TYPE_MAX = 3;
/** Ids of ticket types. */
export const CATEGORY_MAX = 32_767;
/** Screenings, versions, epochs, holds, nonces: whole numbers that every language with 64-bit floats can carry. */
export const WHOLE_MAX = Number.MAX_SAFE_INTEGER;
/** Between opening the socket and the hello, milliseconds. */
export const HELLO_DEADLINE_MS = 5_000;
