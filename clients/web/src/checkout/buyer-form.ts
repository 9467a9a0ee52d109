/** What a guest fills in, and what is wrong with it: a word for each field, for which the page has sentences. */
import { isCpf } from '../account/cpf.ts';
import { isEmail } from '../fields/email-check.ts';

export interface BuyerFields {
  readonly email: string;
  readonly cpf: string;
  /** May be empty: a ticket needs none. */
  readonly name: string;
}

export type FieldName = keyof BuyerFields;
export type FieldWrong = 'missing' | 'short' | 'wrong';
export type FormWrongs = Readonly<Partial<Record<FieldName, FieldWrong>>>;

/** As they stand on the page: the summary of what is wrong follows it. */
export const FIELDS: readonly FieldName[] = ['email', 'cpf', 'name'];

const NAME_CHARACTERS_MAX = 120;
const CPF_DIGITS = 11;

/** Empty: nothing is wrong. */
export function wrongsOf({ email, cpf, name }: BuyerFields): FormWrongs {
  const wrongs: Partial<Record<FieldName, FieldWrong>> = {};
  if (email.trim() === '') wrongs.email = 'missing';
  else if (!isEmail(email)) wrongs.email = 'wrong';
  const wrongCpf = cpfWrong(cpf);
  if (wrongCpf !== null) wrongs.cpf = wrongCpf;
  if (name.trim().length > NAME_CHARACTERS_MAX || /\p{Cc}/u.test(name)) wrongs.name = 'wrong';
  return wrongs;
}

/** Null: it can be one. */
export function cpfWrong(cpf: string): FieldWrong | null {
  const digits = cpf.replace(/\D/g, '').length;
  if (digits === 0) return 'missing';
  if (digits < CPF_DIGITS) return 'short';
  return isCpf(cpf) ? null : 'wrong';
}
