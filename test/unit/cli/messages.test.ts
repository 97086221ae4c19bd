import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CONFLICT_KINDS } from '../../../src/plan/conflictWords.js';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const sources = readdirSync(new URL('src/', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => read(`src/${path.replaceAll('\\', '/')}`));
const bundles = readdirSync(new URL('messages/', ROOT)).map((file) => ({
  name: file.replace(/\.md$/, ''),
  keys: [...read(`messages/${file}`).matchAll(/^# (.+)$/gm)].map(([, key = '']) => key),
}));

describe('messages', () => {
  for (const { name, keys } of bundles) {
    it(`of ${name} are there once, and each is used`, () => {
      expect(keys.filter((key, at) => keys.indexOf(key) !== at)).to.deep.equal([]);
      const unused = keys.filter(
        (key) => !key.endsWith('.actions') && !sources.some((source) => source.includes(`'${key}'`))
      );
      expect(unused).to.deep.equal([]);
    });

    it(`of ${name} that are used are there`, () => {
      const users = sources.filter((source) => source.includes(`loadMessages('sf-plugin-rollback', '${name}')`));
      const used = users.flatMap((source) =>
        [...source.matchAll(/getMessages?\(\s*'([^']+)'/g)].map(([, key = '']) => key)
      );
      expect(users).to.not.be.empty;
      expect(used.filter((key) => !keys.includes(key))).to.deep.equal([]);
    });
  }
});

describe('docs/plan.md', () => {
  const page = read('docs/plan.md');
  it('explains every kind of conflict', () =>
    expect(CONFLICT_KINDS.filter((kind) => !page.includes(`\`${kind}\``))).to.deep.equal([]));

  it('explains every finding that is about whose changes go back', () => {
    const codes = ['outsideSnapshot', 'severalDeployers', 'otherDeployment', 'followerNotUsed', 'notFollowed'];
    const more = ['deploymentChangedNothing', 'deploymentForgotten', 'olderThanRecycleBin', 'needsLeftOut'];
    for (const code of [...codes, ...more]) {
      expect(
        sources.some((source) => source.includes(`code: '${code}'`)),
        code
      ).to.equal(true);
      expect(page, code).to.include(`\`${code}\``);
    }
  });
});
