import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emailMeant, isEmail } from './email-check.ts';

test('[WC13] [WT17] an address that no mailbox can have is told at once, in the checkout as in the pages of accounts', () => {
  for (const good of ['ana@example.com', ' ana.souza+cine@mail.example.com.br ', 'a@b.io', 'joão@exemplo.com.br']) {
    assert.equal(isEmail(good), true, good);
  }
  const bad = [
    '',
    'ana',
    'ana@',
    '@gmail.com',
    'ana@gmail',
    'ana@gmail.',
    'ana @gmail.com',
    'ana@@gmail.com',
    'a@b@example.com',
  ];
  for (const wrong of [
    ...bad,
    'ana..b@gmail.com',
    '.ana@gmail.com',
    'ana@-x.com',
    'ana@x..com',
    `${'a'.repeat(250)}@b.com`,
  ]) {
    assert.equal(isEmail(wrong), false, wrong);
  }
});

test('[WC13] the usual slips of the finger are asked about', () => {
  const slips = {
    'ana@gmial.com': 'ana@gmail.com',
    'ana@gmail.con': 'ana@gmail.com',
    'ana@gmai.com': 'ana@gmail.com',
    'Ana@Gmaill.com': 'Ana@gmail.com',
    'ana@hotmal.com': 'ana@hotmail.com',
    'ana@hotmial.com': 'ana@hotmail.com',
    'ana@outlok.com': 'ana@outlook.com',
    'ana@yaho.com.br': 'ana@yahoo.com.br',
    'ana@yahoo.com.b': 'ana@yahoo.com.br',
    'ana@icloud.co': 'ana@icloud.com',
    'ana@gmial.con': 'ana@gmail.com',
  };
  for (const [typed, meant] of Object.entries(slips)) assert.equal(emailMeant(typed), meant, typed);
});

test('[WC13] other addresses are left in peace', () => {
  for (const fine of [
    'ana@gmail.com',
    'ana@GMAIL.com',
    'ana@example.com',
    'ana@usp.br',
    'ana@mail.com',
    'ana@ymail.com',
    'ana@',
    '',
    'ana',
  ]) {
    assert.equal(emailMeant(fine), null, fine);
  }
});
