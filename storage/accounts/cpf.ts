/**
 * A CPF, as people write it and as we show it. The number itself is kept in one place (payers.ts) and leaves it masked only
 * (promise I8).
 */
import { cpf } from 'cpf-cnpj-validator';

/** How people write it: with or without dots and hyphen; anything else is a slip of the hand and not a CPF. */
const WRITTEN = /^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$/;

/** Its eleven digits; null for what is none: wrong check digits, or one digit repeated, which would satisfy them. */
export function cpfDigits(text: string): string | null {
  const trimmed = text.trim();
  if (!WRITTEN.test(trimmed)) return null;
  const digits = trimmed.replace(/\D/g, '');
  return cpf.isValid(digits, true) ? digits : null;
}

/** "***.982.247-**": enough for its owner to know it again, too little for anybody else. */
export function maskedCpf(digits: string): string {
  return `***.${digits.slice(3, 6)}.${digits.slice(6, 9)}-**`;
}
