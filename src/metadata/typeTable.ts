import { KNOWN_TYPES, typeFacts } from './typeFacts.js';

const CREATED = {
  deleted: 'it is deleted',
  'off, then deleted': 'it is switched off, then deleted',
  'switched off': 'it is switched off',
  'by hand': 'by hand',
  'flow lane': 'see Flows',
} as const;
const CHANGED = {
  replaced: 'it is overridden',
  additive: 'overridden; what was added stays',
  'by part': 'part by part',
  'flow lane': 'see Flows',
} as const;

/** The table of what can and cannot be taken back, as Markdown: one row a type. */
export function typeTable(): string {
  const rows = KNOWN_TYPES.map((type) => {
    const facts = typeFacts(type);
    const created = facts.loses?.deleted
      ? `${CREATED[facts.created]}, with ${facts.loses.deleted}`
      : CREATED[facts.created];
    const deleted =
      facts.created === 'flow lane'
        ? 'see Flows'
        : facts.loses?.recreated
          ? `created again, without ${facts.loses.recreated}`
          : 'created again';
    const beside = facts.onlyShown && 'Rows go back meanwhile.';
    const mind = [facts.instead, facts.mind, beside].filter(Boolean).join(' ');
    return [
      `\`${type}\``,
      created,
      CHANGED[facts.changed],
      deleted,
      mind,
      `${facts.source}${facts.sure ? '' : ' (unconfirmed)'}`,
    ];
  });
  return [
    ['Type', 'Created', 'Changed', 'Deleted', 'Mind', 'Source'],
    ['---', '---', '---', '---', '---', '---'],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}
