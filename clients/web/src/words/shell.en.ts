import type { ShellWords } from './shell.pt-br.ts';

/** Words of the frame around every page. */
export const shellEn: ShellWords = {
  name: 'Poltrona',
  home: 'Poltrona, to the films',
  ways: 'Main',
  promise: 'Films are better from the right seat.',
  skip: 'Skip to content',
  find: 'Films',
  tickets: 'My tickets',
  account: 'My account',
  signIn: 'Sign in',
  language: 'Language',
  languages: { 'pt-BR': 'Português', en: 'English' },
  theme: 'Appearance',
  themes: { auto: 'As the device', light: 'Light', dark: 'Dark' },
  offline: 'No connection. Your tickets are still here.',
  update: 'There is a new version of this page.',
  updateNow: 'Update',
  notFoundTitle: 'This page does not exist',
  notFound: 'The address may have changed. The films that are on are on the first page.',
  toFilms: 'See the films',
  back: 'Back',
  tryAgain: 'Try again',
  loading: 'Loading…',
};
