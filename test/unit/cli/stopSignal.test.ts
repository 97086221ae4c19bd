import { expect } from 'chai';
import { StopSignal } from '../../../src/cli/stopSignal.js';

describe('a signal to stop', () => {
  const exit = process.exit.bind(process);
  let codes: number[];
  let stop: StopSignal;
  let said: number;
  let last: number;
  beforeEach(() => {
    codes = [];
    said = 0;
    process.exit = (code) => {
      codes.push(Number(code));
      throw new Error('the process ended');
    };
    last = 0;
    stop = new StopSignal(
      () => (said += 1),
      () => (last += 1)
    );
  });
  afterEach(() => {
    stop.end();
    process.exit = exit;
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal}, once, asks to stop and ends nothing`, () => {
      expect(stop.stopAsked()).to.equal(false);
      process.emit(signal);
      expect([stop.stopAsked(), said, codes]).to.deep.equal([true, 1, []]);
      expect(last).to.equal(0);
    });

    it(`${signal}, twice, ends at once with 130`, () => {
      process.emit(signal);
      expect(() => process.emit(signal)).to.throw('the process ended');
      expect([said, last, codes]).to.deep.equal([1, 1, [130]]);
    });
  }

  it('of one kind after the other ends at once, too', () => {
    process.emit('SIGTERM');
    expect(() => process.emit('SIGINT')).to.throw('the process ended');
    expect(codes).to.deep.equal([130]);
  });

  it('means again what it meant before once the writing is over', () => {
    stop.end();
    let others = 0;
    const count = (): void => void (others += 1);
    process.on('SIGTERM', count);
    const later = new StopSignal(() => undefined);
    process.emit('SIGTERM');
    expect([others, later.stopAsked()]).to.deep.equal([0, true]);
    later.end();
    process.emit('SIGTERM');
    process.off('SIGTERM', count);
    expect([others, codes]).to.deep.equal([1, []]);
  });
});
