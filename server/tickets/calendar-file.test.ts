import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OrdersStage } from '../../tests/support/orders-stage.ts';
import { type CalendarEvent, calendarFile } from './calendar-file.ts';

const EVENT: CalendarEvent = {
  uid: 'order-o1@cinema.test',
  madeMs: Date.UTC(2026, 10, 25, 12),
  startsMs: Date.UTC(2026, 11, 24, 23, 30),
  endsMs: Date.UTC(2026, 11, 25, 1, 10),
  summary: 'Cinema: A Volta',
  location: 'Cine Meu, São Paulo - SP',
  description: 'Sala 1\nPoltronas A1, A2',
  url: 'https://cinema.test/tickets/o1',
  isCancelled: false,
};

test('[OT14] a calendar file is RFC 5545: lines with CRLF, instants in UTC, texts escaped', () => {
  assert.equal(
    calendarFile(EVENT),
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Poltrona//Tickets//PT-BR',
      'CALSCALE:GREGORIAN',
      'METHOD:PUBLISH',
      'BEGIN:VEVENT',
      'UID:order-o1@cinema.test',
      'DTSTAMP:20261125T120000Z',
      'DTSTART:20261224T233000Z',
      'DTEND:20261225T011000Z',
      'SUMMARY:Cinema: A Volta',
      'LOCATION:Cine Meu\\, São Paulo - SP',
      'DESCRIPTION:Sala 1\\nPoltronas A1\\, A2',
      'URL:https://cinema.test/tickets/o1',
      'STATUS:CONFIRMED',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
  );
});

test('[OT14] whatever a film is called, no line is longer than 75 octets, none is added, and the name comes out again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300, size: 'max' }), (title) => {
      const file = calendarFile({ ...EVENT, summary: title });
      assert.ok(file.endsWith('\r\n'));
      const lines = file.slice(0, -2).split('\r\n');
      for (const line of lines) {
        assert.ok(Buffer.byteLength(line) <= 75, line);
        assert.ok(!/\p{Cc}/u.test(line), 'a control character');
        assert.equal(Buffer.from(line).toString(), line, 'half of a character');
      }
      const unfolded = file.replaceAll('\r\n ', '').split('\r\n');
      assert.equal(unfolded.length, 18);
      const summary = unfolded[10]?.slice('SUMMARY:'.length) ?? '';
      const read = summary.replace(/\\([\\;,n])/g, (_, character: string) => (character === 'n' ? '\n' : character));
      assert.equal(read, title.replace(/\r\n|\r/g, '\n').replace(/[^\P{Cc}\n]/gu, ' '));
    }),
  );
});

test('[OT15] an order’s file is the same event each time, in the language that is asked for, and holds no code and no token', async (t) => {
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest();
  await stage.sells(ana, { order: 'o1', seats: [0, 9] });
  const { order } = (await stage.ask('GET', '/api/orders/o1', { cookie: ana.cookie })).json;
  const fileOf = async (query = ''): Promise<string> => {
    const { status, headers, text } = await stage.text(`/api/orders/o1/calendar.ics${query}`, ana.cookie);
    assert.equal(status, 200);
    assert.deepEqual(
      [headers['content-type'], headers['content-disposition']],
      ['text/calendar; charset=utf-8', `attachment; filename="poltrona-${stage.screening}.ics"`],
    );
    return text.replaceAll('\r\n ', '');
  };
  const portuguese = await fileOf();
  for (const line of [
    'UID:order-o1@cinema.test',
    'SUMMARY:Cinema: A Volta',
    'LOCATION:Cine Meu\\, São Paulo - SP',
    'DESCRIPTION:Sala 1\\nPoltronas A1\\, B2',
    `DTSTART:${order.screening.startsAt.slice(0, 19).replace(/[-:]/g, '')}Z`,
    'URL:https://cinema.test/tickets/o1',
    'STATUS:CONFIRMED',
  ])
    assert.ok(portuguese.includes(`\r\n${line}\r\n`), `${line} is not in ${portuguese}`);
  assert.ok(![order.access, order.tickets[0].code, order.tickets[0].qr].some((secret) => portuguese.includes(secret)));
  assert.ok((await fileOf('?language=en')).includes('DESCRIPTION:Sala 1\\nSeats A1\\, B2'));
  await stage.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: { tickets: ['o1-0'] } });
  assert.ok((await fileOf()).includes('Poltrona B2'));
  await stage.ask('POST', '/api/orders/o1/cancel', { cookie: ana.cookie, body: {} });
  assert.ok((await fileOf()).includes('STATUS:CANCELLED'));
  await stage.pays(ana, { order: 'o2', seats: [3] });
  assert.equal((await stage.ask('GET', '/api/orders/o2/calendar.ics', { cookie: ana.cookie })).status, 409);
});
