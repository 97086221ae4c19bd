import { expect } from 'chai';
import { deployAs } from '../support/deploys.js';
import { World } from '../support/world.js';

const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const OBJECT = 'Installation_Visit__c';
const TYPES = ['First', 'Yearly'];
const LAYOUTS = ['Short', 'Long'].map((name) => `${OBJECT}-${name}`);

const objectFile = `${HEAD}<CustomObject ${NS}>${TYPES.map((name) => `<recordTypes><fullName>${name}</fullName><active>true</active><label>${name}</label></recordTypes>`).join('')}</CustomObject>\n`;
const layoutFile = `${HEAD}<Layout ${NS}><layoutSections><label>Facts</label><layoutColumns/><style>OneColumn</style></layoutSections></Layout>\n`;
const seen = (type: string, isDefault: boolean, visible: boolean): string =>
  `<recordTypeVisibilities><default>${isDefault}</default><recordType>${OBJECT}.${type}</recordType><visible>${visible}</visible></recordTypeVisibilities>`;
const shown = (layout: string): string =>
  `<layoutAssignments><layout>${layout}</layout><recordType>${OBJECT}.First</recordType></layoutAssignments>`;
const profile = (...entries: string[]): string =>
  `${HEAD}<Profile ${NS}><custom>true</custom>${entries.join('')}<userLicense>Salesforce</userLicense></Profile>\n`;

describe('settings of a profile that no query shows', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
    await deployAs(
      world,
      'Ada Admin',
      {
        [`objects/${OBJECT}.object`]: objectFile,
        ...Object.fromEntries(LAYOUTS.map((name) => [`layouts/${name}.layout`, layoutFile])),
        'profiles/Sales.profile': profile(shown(LAYOUTS[0] ?? ''), seen('First', true, true)),
      },
      [
        ...TYPES.map((name) => `RecordType:${OBJECT}.${name}`),
        ...LAYOUTS.map((name) => `Layout:${name}`),
        'Profile:Sales',
      ]
    );
    world.org.clock.advance(60_000);
  });
  afterEach(() => world.close());

  const entries = (): string[] => {
    const content = world.side.components.get('Profile', 'Sales')?.content;
    const children = content?.kind === 'xml' ? content.root.children : [];
    return children
      .filter(({ name }) => name === 'recordTypeVisibilities' || name === 'layoutAssignments')
      .map((entry) => entry.children.map(({ text }) => text.trim()).join(' '))
      .sort();
  };

  it('go back with what they are about in scope: record types that are seen, the default one, the layout', async () => {
    const before = entries();
    const snapshot = await world.snapshot({
      metadata: [
        { type: 'Profile', fullName: 'Sales' },
        ...TYPES.map((name) => ({ type: 'RecordType', fullName: `${OBJECT}.${name}` })),
        ...LAYOUTS.map((fullName) => ({ type: 'Layout', fullName })),
      ],
    });
    const bad = profile(shown(LAYOUTS[1] ?? ''), seen('First', false, true), seen('Yearly', true, true));
    await deployAs(world, 'Dov Deployer', { 'profiles/Sales.profile': bad }, ['Profile:Sales']);
    expect(entries()).to.not.deep.equal(before);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation, target }) => [operation, target])).to.deep.equal([
      ['restoreComponent', 'metadata:Profile:Sales'],
    ]);
    expect(plan.manual).to.deep.equal([]);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1 });
    // What it did not see before is denied again; the org keeps such an entry.
    expect(entries().filter((entry) => !entry.startsWith('false'))).to.deep.equal(before);
    expect(entries().find((entry) => entry.includes('.Yearly'))).to.equal(`false ${OBJECT}.Yearly false`);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });
});
