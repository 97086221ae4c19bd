import { fileURLToPath } from 'node:url';

/** The release that goes wrong, as a project with its data files. */
export const SPRING_RELEASE = fileURLToPath(new URL('../../demo/spring-release', import.meta.url));

/** Aliases of the three people of the story, by their names in the practice org. */
export const PEOPLE = { practice: 'Ada Admin', deployer: 'Dov Deployer', colleague: 'Cleo Colleague' } as const;

export interface Scene {
  readonly name: string;
  /** What the reader is told before the command runs. */
  readonly say: string;
  /** What is typed after `sf`. `{plan}` stands for the id of the newest plan. */
  readonly type: readonly string[];
  /** The exit code that belongs to the story. */
  readonly exits: number;
}

/** The crema machine that a colleague renames while all this goes on. */
export const CREMA_UNO = '01t5g00000Br001AAB';
export const COLLEAGUES_NAME = 'Crema Uno (2026)';

const bulk = (verb: string, object: string, file: string): string[] => [
  'data',
  verb,
  'bulk',
  '-o',
  'deployer',
  '-s',
  object,
  '-f',
  `data/${file}`,
  '--wait',
  '5',
  '--line-ending',
  'LF',
];

/** A bad release and the way back, as a person would type it. Played by `npm run demo` and by an end-to-end test. */
export const STORY: readonly Scene[] = [
  {
    name: 'snapshot',
    say: 'Ada takes a snapshot before the spring release: what the manifest names, and the CPQ configuration.',
    type: ['rollback', 'snapshot', '-o', 'practice', '-x', 'manifest/package.xml', '--records', 'cpq'],
    exits: 0,
  },
  {
    name: 'deploy',
    say: 'Dov deploys the release: a flow, two classes, a field and a permission set.',
    type: ['project', 'deploy', 'start', '-o', 'deployer', '-x', 'manifest/package.xml', '--concise'],
    exits: 0,
  },
  {
    name: 'update',
    say: 'He loads the new price rules,',
    type: bulk('update', 'SBQQ__PriceRule__c', 'price-rules.csv'),
    exits: 0,
  },
  {
    name: 'delete',
    say: 'deletes two old ones with all their conditions and actions,',
    type: bulk('delete', 'SBQQ__PriceRule__c', 'retired-rules.csv'),
    exits: 0,
  },
  {
    name: 'import',
    say: 'and adds the spring bundles.',
    type: bulk('import', 'Product2', 'new-products.csv'),
    exits: 0,
  },
  {
    name: 'colleague',
    say: 'Meanwhile Cleo, who knows nothing of it, renames a machine. Her work must survive.',
    type: [
      'data',
      'update',
      'record',
      '-o',
      'colleague',
      '-s',
      'Product2',
      '-i',
      CREMA_UNO,
      '-v',
      `Name='${COLLEAGUES_NAME}'`,
    ],
    exits: 0,
  },
  {
    name: 'plan',
    say: 'Quotes come out wrong. Ada asks what it takes to go back.',
    type: ['rollback', 'plan', '-o', 'practice'],
    exits: 0,
  },
  {
    name: 'apply',
    say: "She has read the plan, and applies it. The CPQ package's triggers stay on: what they change is reported.",
    type: [
      ...['rollback', 'apply', '-o', 'practice', '--plan', '{plan}', '--confirm', 'practice'],
      ...['--cpq-triggers', 'leave-on', '--no-validate'],
    ],
    exits: 0,
  },
  { name: 'validate', say: 'Is the org back?', type: ['rollback', 'validate', '-o', 'practice'], exits: 68 },
];
