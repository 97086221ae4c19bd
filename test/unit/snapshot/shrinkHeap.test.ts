import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

const SHRINK_HEAP = new URL('../../../src/snapshot/shrinkHeap.ts', import.meta.url).href;

describe('giving memory back before much is read', () => {
  // V8 itself writes to stderr, and goes on, where it does not know a switch: under `--json`, for one, that would be a fault.
  it('asks for nothing that this runtime does not know', async () => {
    const script = `const { passed, shrinkHeap } = await import(${JSON.stringify(SHRINK_HEAP)});
      shrinkHeap();
      passed(1e9);
      console.log('done', typeof gc);`;
    const child = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', '--input-type=module', '--eval', script],
    ]);
    expect(child).to.deep.equal({ stdout: 'done undefined\n', stderr: '' });
  });
});
