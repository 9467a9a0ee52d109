/** Files to import: a register of auditoriums in ANCINE's form, films, and a programme for them. Made the same each time. */
import { writeFileSync } from 'node:fs';

const REGISTER_HEADER =
  'NOME_SALA;REGISTRO_SALA;CNPJ_SALA;SITUACAO_SALA;DATA_SITUACAO_SALA;DATA_INICIO_FUNCIONAMENTO_SALA;ASSENTOS_SALA;ASSENTOS_CADEIRANTES;' +
  'ASSENTOS_MOBILIDADE_REDUZIDA;ASSENTOS_OBESIDADE;ACESSO_ASSENTOS_COM_RAMPA;ACESSO_SALA_COM_RAMPA;BANHEIROS_ACESSIVEIS;NOME_COMPLEXO;' +
  'REGISTRO_COMPLEXO;SITUACAO_COMPLEXO;DATA_SITUACAO_COMPLEXO;PAGINA_ELETRONICA_COMPLEXO;ENDERECO_COMPLEXO;NUMERO_ENDERECO_COMPLEXO;' +
  'COMPLEMENTO_COMPLEXO;BAIRRO_COMPLEXO;MUNICIPIO_COMPLEXO;CEP_COMPLEXO;UF_COMPLEXO;COMPLEXO_ITINERANTE;OPERACAO_USUAL;NOME_EXIBIDOR;' +
  'REGISTRO_EXIBIDOR;CNPJ_EXIBIDOR;SITUACAO_EXIBIDOR;NOME_GRUPO_EXIBIDOR';
/** As in the register of 2025: three auditoriums to a cinema, two cinemas to an exhibitor, three of five working. */
const ROOMS_TO_A_CINEMA = 3;
const CINEMAS_TO_AN_EXHIBITOR = 2;
const FIRST_ROOM = 5_000_000;
const STATES = ['SP', 'RJ', 'MG', 'BA', 'AM', 'AC', 'PE', 'RS'];

/** Starts of a day, two and a half hours apart: room for a film and the cleaning. */
const STARTS = ['10:00', '12:30', '15:00', '17:30', '20:00', '22:30'];
const FIRST_DAY_MS = Date.UTC(2040, 0, 1);
const DAY_MS = 86_400_000;

export function writeRegister(file: string, rows: number): void {
  const lines = Array.from({ length: rows }, (_, row) => {
    const cinema = Math.floor(row / ROOMS_TO_A_CINEMA);
    const exhibitor = Math.floor(cinema / CINEMAS_TO_AN_EXHIBITOR);
    const state = STATES[cinema % STATES.length];
    const seats = 80 + ((row * 37) % 300);
    const special = Math.ceil(seats / 50);
    return [
      ...[
        `SALA ${row % ROOMS_TO_A_CINEMA}`,
        FIRST_ROOM + row,
        '',
        row % 5 < 3 ? 'EM FUNCIONAMENTO' : 'FECHADO',
        '',
        '',
      ],
      ...[seats, special, special, Math.ceil(special / 2), 'SIM', 'SIM', 'SIM'],
      ...[
        `CINE ${cinema}`,
        10_000 + cinema,
        'EM FUNCIONAMENTO',
        '',
        '',
        `RUA ${cinema}`,
        cinema + 1,
        '',
        'CENTRO',
        `CIDADE ${cinema % 700}`,
      ],
      ...['01310-100', state, 'NÃO', 'COMERCIAL', `EXIBIDOR ${exhibitor}`, 20_000 + exhibitor, '', 'REGULAR'],
      'NÃO PERTENCE A NENHUM GRUPO EXIBIDOR',
    ].join(';');
  });
  writeFileSync(file, `${[REGISTER_HEADER, ...lines].join('\n')}\n`);
}

export function writeFilms(file: string, films: number): void {
  const lines = Array.from({ length: films }, (_, film) => `F${film};Filme ${film};${95 + (film % 30)};12;Drama, Ação`);
  writeFileSync(file, `código;título;duração;classificação;gêneros\n${lines.join('\n')}\n`);
}

/** `screenings` of them in these auditoriums (ANCINE's numbers): six a day, from the first of January 2040 on. */
export function writeScreenings(file: string, auditoriums: readonly number[], films: number, screenings: number): void {
  const lines = Array.from({ length: screenings }, (_, index) => {
    const room = index % auditoriums.length;
    const slot = Math.floor(index / auditoriums.length);
    const day = new Date(FIRST_DAY_MS + Math.floor(slot / STARTS.length) * DAY_MS).toISOString().slice(0, 10);
    const time = STARTS[slot % STARTS.length];
    return `S${index};${auditoriums[room]};F${(room + slot) % films};${day} ${time};dub;2D;A;${20 + (slot % 3) * 5},50`;
  });
  writeFileSync(file, `código;sala;filme;início;idioma;projeção;modalidade;preço\n${lines.join('\n')}\n`);
}
