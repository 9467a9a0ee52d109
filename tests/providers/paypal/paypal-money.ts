/** Amounts as PayPal writes them, `{currency_code, value: '64.00'}`, and as the stand-in counts: integer cents. */
import { PAYMENT_CURRENCY, PayPalProblem } from './paypal-problem.ts';

export interface Money {
  readonly currency_code: string;
  readonly value: string;
}

/** Currencies with two decimals are enough here; one without (JPY) would need other rules. */
const CURRENCIES = new Set(['BRL', 'USD', 'EUR']);

/**
 * Cents of an amount somebody sent.
 * @param field JSON pointer for the error.
 * @throws {PayPalProblem} what PayPal answers to a value that is no string, has a third decimal, or is not above zero.
 */
export function centsOf(amount: unknown, field: string): { cents: number; currency: string } {
  const { currency_code: currency, value } = (amount ?? {}) as Record<string, unknown>;
  if (currency === undefined) {
    throw new PayPalProblem('MISSING_REQUIRED_PARAMETER', { field: `${field}/currency_code` });
  }
  if (value === undefined) throw new PayPalProblem('MISSING_REQUIRED_PARAMETER', { field: `${field}/value` });
  if (typeof currency !== 'string' || !CURRENCIES.has(currency)) {
    const description = field === '/amount' ? { description: PAYMENT_CURRENCY } : {};
    throw new PayPalProblem('INVALID_CURRENCY_CODE', { field: `${field}/currency_code`, ...description });
  }
  // A number instead of a string is the mistake that real money makes expensive: 0.1 + 0.2 goes over the wire as 0.30000000000000004.
  if (typeof value !== 'string' || !/^-?\d{1,10}(\.\d+)?$/.test(value)) {
    throw new PayPalProblem('INVALID_PARAMETER_SYNTAX', { field: `${field}/value` });
  }
  const [whole = '', decimals = ''] = value.split('.');
  if (decimals.length > 2) throw new PayPalProblem('DECIMAL_PRECISION', { field: `${field}/value` });
  const cents = Number(whole + decimals.padEnd(2, '0'));
  if (cents <= 0) throw new PayPalProblem('CANNOT_BE_ZERO_OR_NEGATIVE', { field: `${field}/value` });
  return { cents, currency };
}

/** Cents as PayPal's amount, always with two decimals. */
export function moneyOf(cents: number, currency: string): Money {
  const sign = cents < 0 ? '-' : '';
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return { currency_code: currency, value: `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}` };
}

/** The fee of a sale in cents: PayPal's price in Brazil, 4.79 % and R$ 0.60, never more than the sale. */
export function feeOf(cents: number): number {
  return Math.min(cents, Math.round((cents * 479) / 10_000) + 60);
}
