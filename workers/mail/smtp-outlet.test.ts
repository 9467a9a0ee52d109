import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { muteServer, serverAt, smtpStage } from '../../tests/support/smtp-stage.ts';
import { DeliveryFailed, type Parcel, withoutAddresses } from './mail-outlet.ts';
import { deliveryFailure, SMTP_TIMING, SmtpOutlet } from './smtp-outlet.ts';
import type { SmtpServer } from './smtp-url.ts';

const PARCEL: Parcel = {
  id: 'm1',
  kind: 'confirm-email',
  from: 'poltrona@cinema.example',
  to: 'ana@mail.example',
  bytes: Buffer.from('Subject: Ola\r\nMessage-ID: <m1@cinema.example>\r\n\r\nOla, Ana\r\n'),
};
const GOES_ON = new AbortController().signal;
/** Waits that a test can afford. */
const QUICK = { ...SMTP_TIMING, connectMs: 300, greetingMs: 300, silenceMs: 300, letterMs: 2_000 };

async function failureAt(server: SmtpServer, signal = GOES_ON): Promise<DeliveryFailed> {
  const outlet = new SmtpOutlet(server, QUICK);
  try {
    await outlet.deliver(PARCEL, signal);
  } catch (cause) {
    assert.ok(cause instanceof DeliveryFailed, String(cause));
    return cause;
  } finally {
    await outlet.close();
  }
  throw new Error('the letter was taken');
}

test('a letter is handed over as it is, and the answer of the server is the receipt', async (t) => {
  const stage = await smtpStage(t);
  const outlet = new SmtpOutlet(stage.address);
  t.after(() => outlet.close());
  const receipts = await Promise.all([outlet.deliver(PARCEL, GOES_ON), outlet.deliver(PARCEL, GOES_ON)]);
  for (const receipt of receipts) assert.match(receipt, /^250 /);
  const [letter] = await stage.letters(2);
  assert.equal(letter?.from, 'poltrona@cinema.example');
  assert.deepEqual(letter?.to, ['ana@mail.example']);
  assert.equal(letter?.text, Buffer.from(PARCEL.bytes).toString());
});

test('[ML5] a refusal for now is told from a refusal for good, and neither names the address', async (t) => {
  const stage = await smtpStage(t);
  for (const [is, code, text, isPermanent] of [
    ['refuse-recipient', 550, 'no such user <ana@mail.example> here', true],
    ['refuse-recipient', 450, 'greylisted, try again in 5 minutes', false],
    ['refuse-recipient', 550, 'greylisted, try again in 5 minutes', false],
    ['refuse-recipient', 452, 'mailbox of ana@mail.example full', false],
    ['refuse-letter', 554, 'looks like spam', true],
    ['refuse-letter', 451, 'local trouble', false],
  ] as const) {
    stage.react([{ is, code, text }]);
    const failure = await failureAt(stage.address);
    assert.equal(failure.isPermanent, isPermanent, `${code} ${text}`);
    assert.match(failure.message, new RegExp(String(code)));
    assert.doesNotMatch(failure.message, /ana@|mail\.example/);
  }
});

test('[ML5] a refusal of ourselves kills no letter: a wrong password or sender is for the operator to mend', () => {
  for (const command of ['AUTH PLAIN', 'MAIL FROM', 'CONN', 'EHLO']) {
    const cause = Object.assign(new Error('no'), { command, responseCode: 535, response: '535 no' });
    assert.equal(deliveryFailure(cause).isPermanent, false, command);
  }
  const cause = Object.assign(new Error('no'), { command: 'DATA', responseCode: 550, response: '550 no' });
  assert.equal(deliveryFailure(cause).isPermanent, true);
});

test('[ML9] user and password are sent, and kept back from a server that has no TLS where TLS is required', async (t) => {
  const seen: string[] = [];
  const stage = await smtpStage(t, (user, password) => {
    seen.push(`${user}:${password}`);
    return password === 'secret';
  });
  const login = { ...stage.address, user: 'poltrona', password: 'secret' };
  const outlet = new SmtpOutlet(login);
  t.after(() => outlet.close());
  assert.match(await outlet.deliver(PARCEL, GOES_ON), /^250 /);
  const wrong = await failureAt({ ...login, password: 'secret no more' });
  assert.equal(wrong.isPermanent, false);
  assert.match(wrong.message, /AUTH PLAIN with 535/);
  assert.doesNotMatch(wrong.message, /secret/);
  const seenBefore = seen.length;
  const failure = await failureAt({ ...login, starttls: 'required' });
  assert.match(failure.message, /STARTTLS/);
  assert.equal(failure.isPermanent, false);
  assert.equal(seen.length, seenBefore);
});

test('[ML6] a server that is not there, says nothing, falls silent or cuts the line is given up within our own time', async (t) => {
  const stage = await smtpStage(t);
  const cases: [string, SmtpServer, RegExp][] = [
    ['is not there', serverAt(1), /ECONNREFUSED|ESOCKET/],
    ['never greets', await muteServer(t), /ETIMEDOUT/],
    ['greets and falls silent', await muteServer(t, '220 hello\r\n'), /ETIMEDOUT/],
  ];
  for (const [name, server, expected] of cases) {
    const failure = await failureAt(server);
    assert.match(failure.message, expected, name);
    assert.equal(failure.isPermanent, false, name);
  }
  for (const is of ['cut', 'silence'] as const) {
    stage.react([{ is }]);
    const failure = await failureAt(stage.address);
    assert.equal(failure.isPermanent, false, is);
    assert.match(failure.message, is === 'cut' ? /ECONNECTION|ESOCKET/ : /ETIMEDOUT/);
  }
});

test('[ML6] after a line was cut the next letter goes over a new one', async (t) => {
  const stage = await smtpStage(t);
  const outlet = new SmtpOutlet(stage.address, QUICK);
  t.after(() => outlet.close());
  stage.react([{ is: 'cut' }]);
  await assert.rejects(outlet.deliver(PARCEL, GOES_ON), DeliveryFailed);
  assert.match(await outlet.deliver(PARCEL, GOES_ON), /^250 /);
  assert.equal(stage.received.length, 2);
});

test('[ML6] a server that hangs up at once is called once for each attempt of ours', async (t) => {
  let calls = 0;
  const server = createServer((socket) => {
    calls++;
    socket.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const failure = await failureAt(serverAt((server.address() as AddressInfo).port));
  assert.equal(failure.isPermanent, false);
  // The library would go on by itself, unseen.
  assert.equal(calls, 1);
});

test('a delivery ends when the node stops', async (t) => {
  const stage = await smtpStage(t);
  stage.react([{ is: 'silence' }]);
  const outlet = new SmtpOutlet(stage.address);
  t.after(() => outlet.close());
  const stop = new AbortController();
  const delivery = outlet.deliver(PARCEL, stop.signal);
  await stage.letters(1);
  stop.abort();
  await assert.rejects(delivery, DeliveryFailed);
});

test('what a server says is kept without addresses and line breaks, and not for ever', () => {
  assert.equal(
    withoutAddresses('550 5.1.1 <ana.souza+x@mail.example>:\r\n Recipient "ana@[127.0.0.1]" rejected'),
    '550 5.1.1 (address): Recipient "(address)" rejected',
  );
  assert.equal(withoutAddresses('x'.repeat(1_000)).length, 300);
});
