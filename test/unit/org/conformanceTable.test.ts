import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceTable, declaredProofs, withTable } from '../../conformance/support/table.js';
import { PLUGIN_ROOT } from '../../e2e/support/stockCli.js';
import { behaviours } from '../../org/behaviours.js';

describe('the table of proven behaviours', () => {
  it('says what the tests say; when it does not: npm run conformance', () => {
    const readme = readFileSync(join(PLUGIN_ROOT, 'test', 'org', 'README.md'), 'utf8');
    expect(readme).to.equal(withTable(readme, conformanceTable(declaredProofs())));
  });

  it('knows every behaviour that a test names', () => {
    const known = new Set<string>(behaviours.map(({ id }) => id));
    expect(declaredProofs().filter(({ behaviour }) => !known.has(behaviour))).to.deep.equal([]);
    expect(declaredProofs()).to.have.length.greaterThan(50);
  });
});
