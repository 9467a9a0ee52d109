/**
 * A screening as a file for calendars (RFC 5545), by hand: it is one event of a dozen lines. In it there is no code and no access
 * token, since calendars are copied to many places and read by many eyes.
 */

export interface CalendarEvent {
  /** The same for the same order, whenever it is made: a second import changes the first. */
  readonly uid: string;
  /** When this file was made. */
  readonly madeMs: number;
  readonly startsMs: number;
  readonly endsMs: number;
  readonly summary: string;
  readonly location: string;
  readonly description: string;
  /** Where the order is to be seen. */
  readonly url: string;
  readonly isCancelled: boolean;
}

/** Octets of a line without its end (RFC 5545, 3.1). */
const LINE_OCTETS_MAX = 75;

/** The whole file, lines with CRLF. */
export function calendarFile(event: CalendarEvent): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Poltrona//Tickets//PT-BR',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${escaped(event.uid)}`,
    `DTSTAMP:${utc(event.madeMs)}`,
    `DTSTART:${utc(event.startsMs)}`,
    `DTEND:${utc(event.endsMs)}`,
    `SUMMARY:${escaped(event.summary)}`,
    `LOCATION:${escaped(event.location)}`,
    `DESCRIPTION:${escaped(event.description)}`,
    `URL:${event.url}`,
    `STATUS:${event.isCancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

/** "20261224T233000Z" */
function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Control characters have no place in a text (3.3.11), whatever a film is called. */
function escaped(text: string): string {
  return text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(/\p{Cc}/gu, ' ');
}

/** Long lines go on in the next one, behind a blank; never inside of a character. */
function folded(line: string): string {
  const lines: string[] = [];
  let current = '';
  let octets = 0;
  for (const character of line) {
    const length = Buffer.byteLength(character);
    if (octets + length > LINE_OCTETS_MAX) {
      lines.push(current);
      current = ' ';
      octets = 1;
    }
    current += character;
    octets += length;
  }
  return [...lines, current].join('\r\n');
}
