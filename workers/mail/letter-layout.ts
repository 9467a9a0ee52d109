/**
 * Words made into a letter: plain text, and HTML that any mail program shows. All of it is one column without pictures,
 * scripts or anything fetched from elsewhere, and every word is escaped here, in one place: what a film or a cinema is
 * called came out of a file that somebody imported.
 */
import type { Wording } from './wording.ts';

export function asText(wording: Wording): string {
  const blocks = [wording.greeting, ...wording.paragraphs];
  if (wording.details.length > 0)
    blocks.push(wording.details.map(([label, value]) => `${label}: ${oneLine(value)}`).join('\n'));
  if (wording.button !== null) blocks.push(`${wording.button.label}:\n${wording.button.url}`);
  blocks.push(...wording.notes, wording.goodbye);
  return `${blocks.join('\n\n')}\n`;
}

const BODY = 'margin:0;padding:24px 16px;background:#f6f3ee;color:#211d1a;font:16px/1.5 Georgia,serif';
const SHEET = 'max-width:560px;margin:0 auto;padding:24px;background:#fffdf9;border-radius:8px';
const BUTTON =
  'display:inline-block;padding:12px 20px;background:#7a1f2b;color:#fffdf9;text-decoration:none;border-radius:6px';
const SMALL = 'font-size:14px;color:#5d5550';

/** `language`: "pt-BR", "en". */
export function asHtml(wording: Wording, language: string): string {
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
