/**
 * What a password must be: long, and not the first thing that somebody would try. No rules about capitals and digits: they make
 * passwords that are hard to remember and easy to guess (NIST SP 800-63B, section 5.1.1.2).
 */

export const PASSWORD_CHARACTERS_MIN = 10;
/** A hash of a megabyte of password would be work for the asking. */
export const PASSWORD_BYTES_MAX = 128;

/** The commonest ones of ten characters and more, here and elsewhere; shorter ones are refused anyway. */
const COMMONEST = new Set(
  `1234567890 0123456789 12345678910 123456789a a123456789 1q2w3e4r5t 1qaz2wsx3edc qwertyuiop asdfghjkl1 qwerty12345 qwerty1234
   qwer123456 password12 password123 password1234 passw0rd123 p@ssw0rd123 iloveyou12 iloveyou123 administrator administrador
   changeme123 letmein1234 welcome123 welcome1234 abcdefghij abcd123456 abc1234567 abc123456789 aa12345678 0987654321 987654321a
   1122334455 q1w2e3r4t5 q1w2e3r4t5y6 senha12345 senha123456 minhasenha minhasenha1 minhasenha123 mudar12345 brasil2024 brasil2025
   brasil2026 brasil2027 brasil12345 brasil123456 flamengo10 flamengo123 flamengo2026 corinthians corinthians1 corinthians10
   palmeiras1 palmeiras10 palmeiras123 saopaulo123 vascodagama cruzeiro123 jesuscristo jesusteama jesus12345 deusefiel1 deusefiel
   deusefiel123 euteamo123 teamodemais princesa123 cinema12345 cinema2026 poltrona123 poltrona1234 poltrona2026`.split(
    /\s+/,
  ),
);

/** What belongs to a person is the first thing that is tried. */
export interface PasswordOwner {
  readonly email?: string | null;
  readonly name?: string | null;
  readonly cpf?: string | null;
}

/** One text for what looks and is typed the same, before it is measured, compared or hashed. */
export function preparedPassword(password: string): string {
  return password.normalize('NFKC');
}

/** Why a password is refused, as the end of a sentence ("password: …"); null when it is good. */
export function passwordFault(password: string, owner: PasswordOwner): string | null {
  const prepared = preparedPassword(password);
  if ([...prepared].length < PASSWORD_CHARACTERS_MIN)
    return `must have at least ${PASSWORD_CHARACTERS_MIN} characters; several words are easy to remember`;
  if (Buffer.byteLength(prepared) > PASSWORD_BYTES_MAX) return `must have at most ${PASSWORD_BYTES_MAX} bytes`;
  const plain = prepared.toLowerCase();
  if (COMMONEST.has(plain)) return 'is one of the commonest passwords; take another one';
  if (new Set(plain).size < 4) return 'repeats the same few characters; take another one';
  const letters = onlyLetters(plain);
  for (const own of [owner.email, owner.email?.split('@')[0], owner.name, owner.cpf]) {
    const text = onlyLetters((own ?? '').normalize('NFKC').toLowerCase());
    // A short name may stand within a long sentence.
    if (text.length >= 4 && letters.includes(text) && letters.length - text.length < 6)
      return 'is hardly more than your own name, address or CPF; take another one';
  }
  return null;
}

function onlyLetters(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}
