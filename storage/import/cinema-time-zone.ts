/**
 * The IANA time zone of a Brazilian cinema, from its state (UF) and municipality. A zone and not an offset: rules
 * change, and a screening that was announced keeps its wall time.
 *
 * Three states are not of one piece. The thirteen municipalities of western Amazonas keep Acre's time (Lei
 * 12.876/2013); Fernando de Noronha belongs to Pernambuco and has a zone of its own. Western Pará has kept Belém's time
 * since 2008, so that one zone serves the state; towns that by habit live on their neighbour's clock (eastern Mato Grosso)
 * have the legal one here, and a person can set the cinema's zone, which later imports leave alone.
 */
const BY_STATE: Readonly<Record<string, string>> = {
  AC: 'America/Rio_Branco',
  AL: 'America/Maceio',
  AM: 'America/Manaus',
  AP: 'America/Belem',
  BA: 'America/Bahia',
  CE: 'America/Fortaleza',
  DF: 'America/Sao_Paulo',
  ES: 'America/Sao_Paulo',
  GO: 'America/Sao_Paulo',
  MA: 'America/Fortaleza',
  MG: 'America/Sao_Paulo',
  MS: 'America/Campo_Grande',
  MT: 'America/Cuiaba',
  PA: 'America/Belem',
  PB: 'America/Fortaleza',
  PE: 'America/Recife',
  PI: 'America/Fortaleza',
  PR: 'America/Sao_Paulo',
  RJ: 'America/Sao_Paulo',
  RN: 'America/Fortaleza',
  RO: 'America/Porto_Velho',
  RR: 'America/Boa_Vista',
  RS: 'America/Sao_Paulo',
  SC: 'America/Sao_Paulo',
  SE: 'America/Maceio',
  SP: 'America/Sao_Paulo',
  TO: 'America/Araguaina',
};

const WESTERN_AMAZONAS = [
  'ATALAIA DO NORTE',
  'BENJAMIN CONSTANT',
  'BOCA DO ACRE',
  'EIRUNEPE',
  'ENVIRA',
  'GUAJARA',
  'IPIXUNA',
  'ITAMARATI',
  'JUTAI',
  'LABREA',
  'PAUINI',
  'SAO PAULO DE OLIVENCA',
  'TABATINGA',
];

const BY_MUNICIPALITY: ReadonlyMap<string, string> = new Map([
  ...WESTERN_AMAZONAS.map((name) => [`AM ${name}`, 'America/Eirunepe'] as const),
  ['PE FERNANDO DE NORONHA', 'America/Noronha'],
]);

/** null when there is no such state. Case, accents and stray spaces do not matter. */
export function timeZoneOf(state: string, municipality: string): string | null {
  const uf = plain(state);
  return BY_MUNICIPALITY.get(`${uf} ${plain(municipality)}`) ?? BY_STATE[uf] ?? null;
}

/** Upper case, without accents, with single spaces: how the register's words are compared. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toUpperCase();
}
