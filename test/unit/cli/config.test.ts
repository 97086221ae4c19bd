import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { schemaText } from '../../../scripts/schemas/configSchemaText.js';
import { datasetScope, scopeFlagsWith } from '../../../src/cli/config/configScope.js';
import { conflictPolicy } from '../../../src/cli/config/conflictPolicy.js';
import { parseConfig } from '../../../src/cli/config/parseConfig.js';
import { readConfig, type ConfigFile } from '../../../src/cli/config/readConfig.js';
import { scopeOfFlags } from '../../../src/cli/scopeFlags.js';
import { Refusal } from '../../../src/model/refusal.js';
import { tempFolders } from '../support/tempFolder.js';

const WHOLE = `version: 1
scope:
  metadata: [ApexClass, 'CustomField:Product2.Origin__c']
  flows: [Quote_Set_Discount_Tier]
  records:
    - cpq
    - coffee
    - 'Account:Type = ''Customer'''
conflicts:
  default: restore
  resolve:
    - record:Product2:*=keep
datasets:
  coffee:
    description: Which bean goes into which blend.
    objects:
      - object: Blend__c
        where: Active__c = true
      - object: Bean__c
        optional: true
    softReferences:
      Blend__c: [Recipe__c]
    twoPass:
      Blend__c: [Main_Bean__c]
    deactivate:
      Blend__c: { field: Active__c, value: false }
`;

/** What a file is refused for, one line a problem. */
function problems(text: string): string[] {
  try {
    parseConfig(text, 'rollback.yml');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect([error.key, error.tokens[0], error.exitCode]).to.deep.equal(['badConfig', 'rollback.yml', 3]);
    return (error.tokens[1] ?? '').split('\n  ');
  }
  return [];
}

const packages = {
  packageVersions: () => Promise.resolve({ SBQQ: '1.0.0.1' }),
  deployReport: () => Promise.reject(new Error('no deployment')),
};

describe('rollback.yml', function () {
  // The registry of metadata types takes a while to load.
  this.timeout(20_000);
  const makeFolder = tempFolders();

  it('may say scope, conflict policy and datasets', () => {
    const { config } = parseConfig(WHOLE, 'rollback.yml');
    expect(config.scope?.records).to.deep.equal(['cpq', 'coffee', "Account:Type = 'Customer'"]);
    expect(config.datasets?.coffee?.objects[0]).to.deep.equal({ object: 'Blend__c', where: 'Active__c = true' });
  });

  it('may be empty', () => {
    for (const text of ['', '# nothing yet\n', '{}'])
      expect(parseConfig(text, 'rollback.yml').config).to.deep.equal({});
  });

  describe('is refused, naming line and key,', () => {
    const cases: Array<[what: string, text: string, ...problems: RegExp[]]> = [
      [
        'for a key nobody knows',
        'scope:\n  recrods: [cpq]\n',
        /^line 2, column 3, scope\.recrods: .* did you mean "records"\?$/,
      ],
      [
        'for one with no name like it',
        'colour: red\n',
        /^line 1, column 1, colour: unknown key; known here: version, scope/,
      ],
      [
        'for a value of the wrong kind',
        'scope:\n  records: cpq\n',
        /^line 2, column 12, scope\.records: must be a list$/,
      ],
      [
        'for a word it does not know',
        'conflicts: { default: ask }',
        /^line 1, column 23, conflicts\.default: must be "keep" or "restore"$/,
      ],
      [
        'for an empty list',
        'scope:\n  flows: []\n',
        /^line 2, column 10, scope\.flows: must (not be empty|be "all" or a list)/,
      ],
      [
        'for what is missing, where it belongs',
        'datasets:\n  coffee:\n    description: x\n',
        /^line 3, column 5, datasets\.coffee\.objects: is missing$/,
      ],
      [
        'for a name that is no API name',
        'datasets:\n  coffee:\n    objects:\n      - object: "Blend__c; DROP"\n',
        /^line 4, column 17, datasets\.coffee\.objects\[0\]\.object: is no API name/,
      ],
      [
        'for a dataset with the name of a preset',
        'datasets:\n  cpq: { objects: [{ object: A__c }] }\n',
        /^line 2, column 3, datasets\.cpq: is the name of a preset$/,
      ],
      [
        'for a dataset without a proper name',
        'datasets:\n  My Set: { objects: [{ object: A__c }] }\n',
        /^line 2, column 3, datasets\.My Set: is no name/,
      ],
      [
        'for words about an object that is not in the dataset',
        'datasets:\n  a:\n    objects: [{ object: A__c }]\n    twoPass: { B__c: [C__c] }\n',
        /^line 4, column 16, datasets\.a\.twoPass\.B__c: is not among the objects/,
      ],
      [
        'for an object named twice',
        'datasets:\n  a:\n    objects: [{ object: A__c }, { object: A__c }]\n',
        /objects\[1\]\.object: is named twice/,
      ],
      [
        'for records that are nothing',
        'scope: { records: ["no good"] }',
        /scope\.records\[0\]: is neither a preset or dataset \(cpq, approvals\)/,
      ],
      [
        'for a resolution without a decision',
        'conflicts: { resolve: ["record:Product2"] }',
        /conflicts\.resolve\[0\]: must be SELECTOR=keep/,
      ],
      ['for a key twice', 'scope: {}\nscope: {}\n', /^line 2, column 1: Map keys must be unique/],
      ['for broken YAML', 'scope: [unclosed\n', /^line \d+, column \d+: /],
      ['for two documents', 'scope: {}\n---\nscope: {}\n', /multiple documents/],
      ['for a list instead of keys', '- cpq\n', /^line 1, column 1: must be keys with values$/],
      ['for two things at once, both named', 'a: 1\nb: 2\n', /^line 1.*, a: unknown key/, /^line 2.*, b: unknown key/],
    ];
    for (const [what, text, ...expected] of cases) {
      it(what, () => {
        const found = problems(text);
        expect(found).to.have.length(expected.length);
        expected.forEach((pattern, at) => expect(found[at]).to.match(pattern));
      });
    }

    it('for __proto__, however deep and however written', () => {
      for (const text of [
        '__proto__: { polluted: true }',
        'scope:\n  __proto__: {}\n',
        'datasets:\n  coffee:\n    objects: [{ object: A__c }]\n    twoPass:\n      "__proto__": [A__c]\n',
        '"\\u005f_proto__": {}',
      ]) {
        expect(problems(text), text).to.have.length(1);
        expect(problems(text)[0]).to.match(/^line \d+, column \d+, __proto__: this key is not allowed$/);
      }
      expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
    });

    it('for aliases that grow without end', () => {
      const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
      for (const [at, name] of [...'bcdefgh'].entries())
        bomb.push(
          `${name}: &${name} [${Array(9)
            .fill(`*${'abcdefgh'[at] ?? ''}`)
            .join(', ')}]`
        );
      expect(problems(bomb.join('\n')).join()).to.match(/alias/i);
    });

    it('for being of a newer release, as any file is', () => {
      expect(() => parseConfig('version: 2', 'rollback.yml'))
        .to.throw(Refusal)
        .with.property('key', 'formatTooNew');
    });

    it('whatever stands in it, and never in another way', () => {
      fc.assert(
        fc.property(fc.string({ unit: fc.constantFrom(...'ab:-[]{}#&*!|>\'"%@`, \n\t__proto__') }), (text) => {
          try {
            parseConfig(text, 'rollback.yml');
          } catch (error) {
            expect(error).to.be.instanceOf(Refusal);
          }
        }),
        { numRuns: 300 }
      );
    });
  });

  it('is the one named, else the one of the project, else none', async () => {
    const folder = await makeFolder();
    expect(await readConfig(undefined, folder)).to.equal(undefined);
    writeFileSync(join(folder, 'rollback.yml'), 'conflicts: { default: restore }');
    expect((await readConfig(undefined, folder))?.config.conflicts?.default).to.equal('restore');
    writeFileSync(join(folder, 'other.yml'), '{}');
    expect((await readConfig(join(folder, 'other.yml'), folder))?.config).to.deep.equal({});
    for (const wrong of [join(folder, 'none.yml'), folder])
      expect(await readConfig(wrong, folder).catch((error: unknown) => error)).to.have.property('key', 'badConfig');
  });

  describe('and the flags of a snapshot', () => {
    const file = async (folder: string, text: string): Promise<ConfigFile> => {
      writeFileSync(join(folder, 'rollback.yml'), text);
      return (await readConfig(undefined, folder)) as ConfigFile;
    };

    it('make one scope: each of components, flows and records comes from the flags where they name any', async () => {
      const folder = await makeFolder();
      const config = await file(folder, WHOLE);
      const { metadata, flows, records } = config.config.scope ?? {};
      expect(await scopeFlagsWith({}, config)).to.deep.equal({ metadata, flows, records });
      expect(await scopeFlagsWith({ records: ['Product2'] }, config)).to.deep.equal({
        metadata,
        flows,
        records: ['Product2'],
      });
      expect(await scopeFlagsWith({ sourceDir: ['src'], flows: ['all'] }, config)).to.deep.equal({
        sourceDir: ['src'],
        flows: ['all'],
        records,
      });
      expect(await scopeFlagsWith({ flows: ['A'] }, undefined)).to.deep.equal({ flows: ['A'] });
    });

    it('find paths of the file beside the file, and refuse those that are not there by line', async () => {
      const folder = await makeFolder();
      mkdirSync(join(folder, 'src'));
      const flags = await scopeFlagsWith({}, await file(folder, 'scope: { sourceDir: [src] }'));
      expect(flags.sourceDir).to.deep.equal([join(folder, 'src')]);
      for (const [text, words] of [
        ['scope:\n  manifest: gone.xml\n', /line 2, column 13, scope\.manifest: there is no gone\.xml/],
        ['scope:\n  sourceDir: [nowhere]\n', /line 2, column 15, scope\.sourceDir\[0\]: there is no nowhere/],
        ['scope:\n  metadata: [ApexKlass]\n', /line 2, column 14, scope\.metadata\[0\]: "ApexKlass" names no metadata/],
      ] as const) {
        const error = await scopeFlagsWith({}, await file(folder, text)).then(
          () => undefined,
          (thrown: Refusal) => thrown
        );
        expect(error?.tokens[1]).to.match(words);
      }
    });

    it('know a dataset by its name, with its objects and what it knows of them', async () => {
      const { config } = parseConfig(WHOLE, 'rollback.yml');
      const dataset = config.datasets?.coffee;
      if (!dataset) throw new Error('no dataset');
      const scope = await scopeOfFlags(
        { records: ['coffee', 'Product2'], datasets: { coffee: datasetScope('coffee', dataset) } },
        packages,
        'org'
      );
      expect(scope.records).to.deep.equal([
        { object: 'Blend__c', where: 'Active__c = true', dataset: 'coffee' },
        { object: 'Bean__c', dataset: 'coffee', optional: true },
        { object: 'Product2' },
      ]);
      expect(scope.knowledge).to.deep.equal({
        customLogic: [],
        softReferences: { Blend__c: ['Recipe__c'] },
        twoPass: { Blend__c: ['Main_Bean__c'] },
        deactivate: { Blend__c: { field: 'Active__c', value: 'false' } },
      });
    });
  });

  it('sends custom metadata records to the lane that can write them', async () => {
    const error = await scopeOfFlags({ records: ['Roast__mdt'] }, packages, 'org').then(
      () => undefined,
      (thrown: Refusal) => thrown
    );
    expect([error?.key, error?.actionTokens]).to.deep.equal(['customMetadataRecords', ['Roast', 'org']]);
  });

  it('decides conflicts where no flag does, and a flag has the last word on an item', () => {
    const { config } = parseConfig(WHOLE, 'rollback.yml');
    const keep = { selector: 'record:Product2:*', decision: 'keep' as const };
    const typed = { selector: 'record:Product2:01t000000000001AAA', decision: 'restore' as const };
    expect(conflictPolicy(undefined, [], config)).to.deep.equal({
      onConflict: 'restore',
      resolve: [{ ...keep, standing: true }],
    });
    expect(conflictPolicy('keep', [typed], config)).to.deep.equal({
      onConflict: 'keep',
      resolve: [{ ...keep, standing: true }, typed],
    });
    expect(conflictPolicy(undefined, [], undefined)).to.deep.equal({ onConflict: 'keep', resolve: [] });
  });

  it('is read as the page about it shows it', () => {
    const page = readFileSync(new URL('../../../docs/config.md', import.meta.url), 'utf8');
    const example = /```yaml\n(version: [^]*?)```/.exec(page)?.[1] ?? '';
    expect(parseConfig(example, 'docs/config.md').config.datasets).to.have.all.keys('coffee');
  });

  it('has a JSON schema for editors that says what the check says', async () => {
    const written = readFileSync(new URL('../../../schemas/rollback.schema.json', import.meta.url), 'utf8');
    expect(written, 'run: npm run schemas').to.equal(await schemaText());
  });
});
