/** A CPF while it is typed: its digits, its mask, and whether it can be one. The server decides with the same rule. */

const DIGITS = 11;

/** "52998224725" of whatever was typed or pasted; never more than eleven. */
export function cpfDigits(text: string): string {
  return text.replace(/\D/g, '').slice(0, DIGITS);
}

/** "529.982.247-25", as far as it goes: "529.9" of four digits. */
export function cpfMask(text: string): string {
  const digits = cpfDigits(text);
  const [first, second, third, last] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 9), digits.slice(9)];
  const dotted = [first, second, third].filter((part) => part !== '').join('.');
  return last === '' ? dotted : `${dotted}-${last}`;
}

/** Eleven digits whose last two fit the others, and not one digit repeated, which would fit as well. */
export function isCpf(text: string): boolean {
  const digits = cpfDigits(text);
  if (digits.length !== DIGITS || text.replace(/\D/g, '').length !== DIGITS || new Set(digits).size === 1) return false;
  return checkDigit(digits.slice(0, 9)) === Number(digits[9]) && checkDigit(digits.slice(0, 10)) === Number(digits[10]);
}

/** Weights fall to 2; modulo 11, where 0 and 1 give 0. */
function checkDigit(digits: string): number {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) sum += Number(digits[index]) * (digits.length + 1 - index);
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}
