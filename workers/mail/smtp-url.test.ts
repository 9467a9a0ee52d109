import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMailAddress, parseMailFrom, parseSmtpUrl } from './smtp-url.ts';

test('SMTP_URL names server, port, TLS and who we are', () => {
  const plain = { user: null, password: null, starttls: 'offered', isSecure: false };
  assert.deepEqual(parseSmtpUrl('smtp://mail.example'), { ...plain, host: 'mail.example', port: 587 });
  assert.deepEqual(parseSmtpUrl('smtp://[::1]:25/'), { ...plain, host: '::1', port: 25 });
  assert.deepEqual(parseSmtpUrl('smtps://u%40x:p%2Fw@mail.example'), {
    host: 'mail.example',
    port: 465,
    isSecure: true,
    starttls: 'required',
    user: 'u@x',
    password: 'p/w',
  });
});

test('[ML9] a password is not sent in the clear unless the operator says so, or the server is on this machine', () => {
  assert.equal(parseSmtpUrl('smtp://u:p@mail.example').starttls, 'required');
  assert.equal(parseSmtpUrl('smtp://u:p@127.0.0.1').starttls, 'offered');
  assert.equal(parseSmtpUrl('smtp://u:p@mail.example?starttls=never').starttls, 'never');
});

test('[ML9] a wrong SMTP_URL is refused by what is wrong, without the password', () => {
  for (const [url, expected] of [
    ['mail.example', /must look like/],
    ['http://u:secret@mail.example', /must look like/],
    ['smtp://u:secret@mail.example/path', /ends after the port/],
    ['smtp://u:secret@mail.example?pool=true', /"pool" is not supported/],
    ['smtp://u:secret@mail.example?starttls=maybe', /required, offered or never/],
    ['smtp://secret@mail.example', /come together/],
    ['smtp://u:secret%@mail.example', /%25/],
  ] as const) {
    assert.throws(
      () => parseSmtpUrl(url),
      (error: Error) => expected.test(error.message) && !error.message.includes('secret'),
      url,
    );
  }
});

test('MAIL_FROM is one address, with or without a name', () => {
  assert.deepEqual(parseMailFrom('Poltrona <bilheteria@cinema.example>'), {
    name: 'Poltrona',
    address: 'bilheteria@cinema.example',
  });
  assert.deepEqual(parseMailFrom('a@b.example'), { name: '', address: 'a@b.example' });
  for (const wrong of ['', 'Poltrona', 'a@b.example, c@d.example', 'a@b@c']) {
    assert.throws(() => parseMailFrom(wrong), /MAIL_FROM must look like/, wrong);
  }
});

test('[ML8] an address is one mailbox on one host', () => {
  for (const good of ['a@b.example', 'ana.souza+x@mail.example', 'joão@correio.example'])
    assert.ok(isMailAddress(good), good);
  for (const bad of [
    '',
    'a',
    'a@',
    '@b',
    'a@b@c',
    'a@b.example\r\nRCPT TO:<x@y>',
    'a@b.example\0',
    '"a b"@c.example',
    'a@b,c@d',
    '<a@b>',
    `${'a'.repeat(65)}@b.example`,
    `a@${'b'.repeat(253)}`,
  ]) {
    assert.ok(!isMailAddress(bad), bad);
  }
});
