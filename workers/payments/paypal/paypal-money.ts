/**
 * Cents and PayPal's amounts, exactly. PayPal writes money as decimal text in a currency's main unit; a floating-point number is on
 * neither side of this, because 64.10 is none.
 */

/** PayPal's money; both fields are always there, whatever other fields an object leaves out. */
export interface PaypalMoney {
  readonly currencyCode: string;
  readonly value: string;
}

/** At most two decimals: BRL, USD and EUR have two, and no currency of PayPal's has more. */
const VALUE = /^(\d{1,12})(?:\.(\d{1,2}))?$/;

/**
 * @param currency ISO 4217, with two decimals.
 * @throws RangeError for what is no amount in whole cents.
 */
export function moneyOf(cents: number, currency: string): PaypalMoney {
  if (!Number.isSafeInteger(cents) || cents < 0) throw new RangeError(`${cents} is no amount in cents`);
  const rest = String(cents % 100).padStart(2, '0');
  return { currencyCode: currency, value: `${Math.trunc(cents / 100)}.${rest}` };
}

/** @throws RangeError for another currency than ours, and for a text that is no amount: a wrong guess would be somebody's money. */
export function centsOf(money: PaypalMoney, currency: string): number {
  const [, whole, decimals = ''] = VALUE.exec(money.value) ?? [];
  if (whole === undefined) throw new RangeError(`"${money.value}" is no amount`);
  if (money.currencyCode !== currency) throw new RangeError(`${money.currencyCode} where ${currency} was asked for`);
  return Number(whole) * 100 + Number(decimals.padEnd(2, '0'));
}
