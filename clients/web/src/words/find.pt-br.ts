/** Words of the first page. */
export const findPt = {
  title: 'Filmes e sessões',
  today: 'Hoje',
  tomorrow: 'Amanhã',
  /** The heading: what is shown. `day`: "Hoje" or "Sexta-feira, 27 de novembro". */
  heading: (day: string, city: string | null) =>
    `${day}${day.includes(',') ? ',' : ''} ${city === null ? 'no cinema' : `em ${city}`}`,
  /** In a sentence: "hoje", "na sexta-feira, 27 de novembro", "no sábado, …". */
  onDay: (day: string) => (day.includes(',') ? `${/^(sáb|dom)/.test(day) ? 'no' : 'na'} ${day}` : day),
  headingOf: (text: string, day: string, city: string | null) =>
    `“${text}”, ${day.toLowerCase()}${city === null ? '' : `${day.includes(',') ? ',' : ''} em ${city}`}`,
  search: 'Buscar filme, cinema ou cidade',
  hint: 'Filme, cinema ou cidade',
  clear: 'Limpar a busca',
  city: 'Cidade',
  allCities: 'Todas as cidades',
  cinema: 'Cinema',
  allCinemas: 'Todos os cinemas',
  filters: 'Onde',
  results: 'Sessões',
  found: (films: number, screenings: number) =>
    `${films === 1 ? '1 filme' : `${films} filmes`}, ${screenings === 1 ? '1 sessão' : `${screenings} sessões`}`,
  moreCinemas: (n: number) => (n === 1 ? 'Mais 1 cinema' : `Mais ${n} cinemas`),
  more: 'Mais sessões',
  moreComing: 'Buscando mais…',
  movedOn: (day: string) => `Hoje não há mais sessões; estas são de ${day}.`,
  movedOnOf: (text: string, day: string) => `Hoje não há sessões para “${text}”; estas são de ${day}.`,
  nothing: (text: string) => `Não encontramos “${text}”`,
  nothingOnDay: (day: string) => `Nenhuma sessão ${day}`,
  nothingHint: 'Confira se está escrito como no cartaz, ou busque só uma parte do nome.',
  nothingOnDayHint: 'Escolha outro dia acima, ou procure em mais lugares.',
  nearestDay: (day: string) => `Ver ${day}`,
  withoutCity: (city: string) => `Buscar fora de ${city}`,
  withoutCinema: 'Buscar em todos os cinemas',
  withoutText: 'Ver todos os filmes',
  noProgramme: 'A programação ainda não saiu',
  noProgrammeHint: 'As próximas sessões aparecem aqui assim que os cinemas as abrirem.',
  unreachable: 'Sem conexão',
  unreachableHint: 'Não conseguimos falar com a bilheteria. Quando a internet voltar, tentamos de novo sozinhos.',
  broken: 'A bilheteria não respondeu',
  brokenHint: 'O problema é nosso. Tente de novo em instantes; seus ingressos não mudaram.',
  refused: 'Escreva um pouco mais',
  refusedHint: 'Com palavras tão curtas encontramos filmes demais. Escreva mais de uma delas.',
};
export type FindWords = typeof findPt;
