/** A gentle look at an e-mail address: whether it can be one, and whether its domain is a slip of the finger. */

const CHARACTERS_MAX = 254;
const ADDRESS =
  /^[^\s@"(),:;<>[\]\\]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.[a-z]{2,}$/i;

/** Where nearly all Brazilian buyers have their mailbox. */
const DOMAINS = [
  'gmail.com',
  'hotmail.com',
  'outlook.com',
  'yahoo.com.br',
  'yahoo.com',
  'icloud.com',
  'live.com',
  'uol.com.br',
  'bol.com.br',
  'terra.com.br',
  'globo.com',
  'hotmail.com.br',
  'outlook.com.br',
];

/** Real ones that look like a slip of the others. */
const REAL = ['mail.com', 'ymail.com', 'email.com', 'live.com.br', 'gmx.com', 'me.com', 'aol.com'];

/** What no mailbox can have is refused at once; the rest is the letter's to find out. */
export function isEmail(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.length <= CHARACTERS_MAX && ADDRESS.test(trimmed) && !/^\.|\.\.|\.@/.test(trimmed);
}

/**
 * The address that was probably meant: "ana@gmial.con" → "ana@gmail.com". Null when nothing speaks for a slip. Only said, never
 * put in place of what was typed: somebody does have his mail at gmai.com.
 */
export function emailMeant(text: string): string | null {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  const domain = trimmed.slice(at + 1).toLowerCase();
  if (at < 1 || domain === '' || DOMAINS.includes(domain) || REAL.includes(domain)) return null;
  const meant = DOMAINS.find((known) => isOneSlip(domain, known)) ?? DOMAINS.find((known) => isTwoSlips(domain, known));
  return meant === undefined ? null : `${trimmed.slice(0, at)}@${meant}`;
}

function isOneSlip(typed: string, known: string): boolean {
  return distance(typed, known) === 1;
}

/** Two in a long one; in a short one that is another word. Both ends begin alike, as people hit the first key. */
function isTwoSlips(typed: string, known: string): boolean {
  return known.length >= 9 && typed[0] === known[0] && distance(typed, known) === 2;
}

/** Letters missing, too many, wrong, or two swapped (optimal string alignment). Both are short: no bound is needed beyond 254. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      let least = Math.min(at(last, column) + 1, at(line, column - 1) + 1, at(last, column - 1) + (isSame ? 0 : 1));
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (isSwapped) least = Math.min(least, at(before, column - 2) + 1);
      line.push(least);
    }
    before = last;
    last = line;
  }
  return at(last, other.length);
}

function at(line: readonly number[], index: number): number {
  return line[index] ?? Number.POSITIVE_INFINITY;
}
