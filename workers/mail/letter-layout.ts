/**
 * Words made into a letter: plain text, and HTML that any mail program shows. All of it is one column without scripts or
 * anything fetched from elsewhere, its only pictures travel with it (the codes of tickets), and every word is escaped here, in
 * one place: what a film or a cinema is called came out of a file that somebody imported.
 */
import type { TicketWording, Wording } from './wording.ts';

/** A picture that travels with the letter. */
export interface LetterPicture {
  /** Its Content-ID. */
  readonly cid: string;
  /** Width and height as shown, pixels. */
  readonly pixels: number;
}

export function asText(wording: Wording): string {
  const blocks = [wording.greeting, ...wording.paragraphs];
  if (wording.details.length > 0)
    blocks.push(wording.details.map(([label, value]) => `${label}: ${oneLine(value)}`).join('\n'));
  blocks.push(
    ...wording.tickets.map(({ heading, code, lines }) => [`${heading}: ${code}`, ...lines].map(oneLine).join('\n')),
  );
  if (wording.button !== null) blocks.push(`${wording.button.label}:\n${wording.button.url}`);
  blocks.push(...wording.notes, wording.goodbye);
  return `${blocks.join('\n\n')}\n`;
}

const BODY = 'margin:0;padding:24px 16px;background:#f6f3ee;color:#211d1a;font:16px/1.5 Georgia,serif';
const SHEET = 'max-width:560px;margin:0 auto;padding:24px;background:#fffdf9;border-radius:8px';
const BUTTON =
  'display:inline-block;padding:12px 20px;background:#7a1f2b;color:#fffdf9;text-decoration:none;border-radius:6px';
const SMALL = 'font-size:14px;color:#5d5550';

/** `language`: "pt-BR", "en". `pictures`: of the tickets, in their order; without them the codes are all there is. */
export function asHtml(wording: Wording, language: string, pictures: readonly LetterPicture[] = []): string {
  const rows = wording.details.map(
    ([label, value]) =>
      `<tr><th align="left" style="padding:2px 16px 2px 0;font-weight:normal;color:#5d5550">${escaped(label)}</th>` +
      `<td style="padding:2px 0">${escaped(oneLine(value))}</td></tr>`,
  );
  const { button } = wording;
  const parts = [
    paragraph(wording.greeting),
    ...wording.paragraphs.map((text) => paragraph(text)),
    rows.length === 0
      ? ''
      : `<table role="presentation" style="margin:16px 0;border-collapse:collapse">${rows.join('')}</table>`,
    ...wording.tickets.map((ticket, index) => ticketBlock(ticket, pictures[index])),
    button === null
      ? ''
      : `<p style="margin:24px 0"><a href="${escaped(button.url)}" style="${BUTTON}">${escaped(button.label)}</a></p>` +
        // For those who would rather see where it leads, and for programs that show no links.
        `<p style="${SMALL};word-break:break-all">${escaped(button.url)}</p>`,
    ...wording.notes.map((text) => `<p style="${SMALL}">${escaped(text)}</p>`),
    paragraph(wording.goodbye),
  ];
  return (
    `<!doctype html><html lang="${escaped(language)}"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width"><title>${escaped(wording.subject)}</title></head>` +
    `<body style="${BODY}"><div style="${SHEET}">${parts.join('')}</div></body></html>`
  );
}

// White with black words, also where a program in dark mode turns the letter's other colours round: a scanner wants the light
// frame about the code, and people find the code by it.
const TICKET =
  'margin:16px 0;padding:16px;background:#ffffff;color:#000000;border:1px solid #cfc7bd;border-radius:8px;text-align:center';
const CODE = 'margin:8px 0;font:bold 28px/1.3 Menlo,Consolas,monospace;letter-spacing:2px';

function ticketBlock({ heading, code, lines, alt }: TicketWording, picture: LetterPicture | undefined): string {
  const words = (text: string): string => escaped(oneLine(text));
  const size = picture?.pixels;
  return (
    `<div style="${TICKET}"><p style="margin:0;font-size:18px"><strong>${words(heading)}</strong></p>` +
    (picture === undefined
      ? ''
      : `<img src="cid:${escaped(picture.cid)}" alt="${words(alt)}" width="${size}" height="${size}" ` +
        'style="display:block;margin:8px auto;max-width:100%;height:auto;background:#ffffff">') +
    `<p style="${CODE}">${words(code)}</p>` +
    `${lines.map((line) => `<p style="margin:4px 0">${words(line)}</p>`).join('')}</div>`
  );
}

function paragraph(text: string): string {
  return `<p>${escaped(text).replace(/\n/g, '<br>')}</p>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Line breaks and other control characters become spaces: for headers, and for what came from outside. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
