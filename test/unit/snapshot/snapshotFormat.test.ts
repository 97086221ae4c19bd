import { expect } from 'chai';
import { insidePath } from '../../../src/snapshot/snapshotSchemas.js';

describe('a path inside a snapshot', () => {
  for (const path of ['flows.json', 'flows/A/1.flow-meta.xml', 'metadata/objects/Product2.object', 'a..b/c', 'ü ä.txt'])
    it(`may be ${path}`, () => expect(insidePath.safeParse(path).success).to.equal(true));
  for (const path of [
    '',
    '/etc/passwd',
    '../x',
    'a/../x',
    './a',
    'a//b',
    'a/',
    'C:/x',
    'c:x',
    '\\\\server\\x',
    'a\\b',
    'a\0',
    'x'.repeat(1_001),
  ]) {
    it(`is never ${JSON.stringify(path.slice(0, 30))}`, () =>
      expect(insidePath.safeParse(path).success).to.equal(false));
  }
});
