import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkoutEn } from './checkout.en.ts';
import { checkoutPt } from './checkout.pt-br.ts';

test('[WC20] until when a purchase can be cancelled is said as a person would say it, also at zero', () => {
  assert.match(checkoutPt.cancellation(7, 120), /até 7 dias da compra, até 2 horas antes da sessão/);
  assert.match(checkoutPt.cancellation(1, 60), /até 1 dia da compra, até 1 hora antes da sessão/);
  assert.match(checkoutPt.cancellation(7, 90), /até 90 minutos antes da sessão/);
  assert.match(checkoutPt.cancellation(7, 0), /até o começo da sessão/);
  assert.match(checkoutEn.cancellation(7, 60), /up to 1 hour before the screening/);
  assert.match(checkoutEn.cancellation(7, 0), /up to the start of the screening/);
});

test('[WC20] what is said of the time left is true for all of the minute in which it is said', () => {
  assert.equal(checkoutPt.minutesLeft(2), 'Faltam menos de 2 minutos para concluir.');
  assert.equal(checkoutPt.minutesLeft(1), 'Falta menos de 1 minuto para concluir.');
});

test('[WC19] who is signed in already is called by name, where there is one', () => {
  assert.match(checkoutPt.troubles['signed-in']('Ana'), /^Você já entrou como Ana\. Nada foi cobrado\./);
  assert.match(checkoutPt.troubles['signed-in'](''), /^Alguém já entrou na conta\. Nada foi cobrado\./);
});
