/** What to say when the server refuses, or does not answer: by its code, never with its own sentence, which is for programmers. */
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import type { AccountWords } from '../words/account.pt-br.ts';
import { saidPasswordFault } from './password-faults.ts';

const MINUTE_MS = 60_000;

export function problemSentence(cause: unknown, words: AccountWords): string {
  if (cause instanceof ApiUnreachable) return words.offline;
  if (!(cause instanceof ApiProblem)) return words.other;
  if (cause.status === 429) return words.tooMany(Math.ceil((cause.retryAfterMs ?? 5 * MINUTE_MS) / MINUTE_MS));
  const known = words.problems[cause.code];
  if (known !== undefined) return known;
  if (cause.status === 503) return words.busy;
  if (cause.status === 400) return words.fields;
  return words.other;
}

/** The fields that were refused, by name: "password" of "body.password". Empty when it was not about fields. */
export function fieldSentences(cause: unknown, words: AccountWords): ReadonlyMap<string, string> {
  if (!(cause instanceof ApiProblem)) return new Map();
  return new Map(
    cause.fields.map(({ path, message }) => {
      const name = path.replace(/^body\./, '');
      return [name, fieldSentence(name, message, words)];
    }),
  );
}

function fieldSentence(name: string, message: string, words: AccountWords): string {
  switch (name) {
    case 'email':
      return words.emailWrong;
    case 'cpf':
      return words.cpfWrong;
    case 'name':
      return words.nameWrong;
    case 'token':
      return words.linkIncomplete;
    case 'password': {
      const fault = saidPasswordFault(message);
      return fault === null ? words.passwordRefused : words.passwordFaults[fault];
    }
    default:
      return words.fields;
  }
}
