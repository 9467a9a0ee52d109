/** CPFs with good check digits that nobody has asked for, as many as are needed. */

/** The n-th of them. */
export function cpfOf(n: number): string {
  const digits = String(100_000_000 + n * 7).padStart(9, '0');
  const check = (text: string): string => {
    const sum = [...text].reduce((all, digit, at) => all + Number(digit) * (text.length + 1 - at), 0);
    return String(((sum * 10) % 11) % 10);
  };
  const first = digits + check(digits);
  return first + check(first);
}
