/** Words of the frame around every page. */
export const shellPt = {
  name: 'Poltrona',
  skip: 'Ir para o conteúdo',
  find: 'Filmes',
  tickets: 'Meus ingressos',
  account: 'Minha conta',
  signIn: 'Entrar',
  language: 'Idioma',
  theme: 'Aparência',
  themes: { auto: 'Como no aparelho', light: 'Clara', dark: 'Escura' },
  offline: 'Sem conexão. Seus ingressos continuam aqui.',
  update: 'Há uma versão nova desta página.',
  updateNow: 'Atualizar',
  notFoundTitle: 'Esta página não existe',
  notFound: 'O endereço pode ter mudado. Os filmes em cartaz estão na primeira página.',
  toFilms: 'Ver os filmes',
  back: 'Voltar',
  tryAgain: 'Tentar de novo',
  loading: 'Carregando…',
};
export type ShellWords = typeof shellPt;
