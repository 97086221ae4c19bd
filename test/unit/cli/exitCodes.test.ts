import { expect } from 'chai';
import { EXIT_CODES } from '../../../src/cli/exitCodes.js';
import { EXIT } from '../../../src/model/refusal.js';

describe('the table of exit codes', () => {
  it('explains every code the commands end with, and no other', () => {
    expect(Object.keys(EXIT_CODES).map(Number)).to.have.members(Object.values(EXIT));
    expect(Object.values(EXIT_CODES).filter((text) => !text.endsWith('.'))).to.deep.equal([]);
  });
});
