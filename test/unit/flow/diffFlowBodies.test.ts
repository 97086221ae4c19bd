import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { diffFlowBodies, type FlowDiff } from '../../../src/flow/diffFlowBodies.js';
import { flowBodyDigest } from '../../../src/flow/flowBody.js';
import { flowParts } from '../../../src/flow/flowElements.js';

const body = (content: string, status = 'Active'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Flow xmlns="http://soap.sforce.com/2006/04/metadata">${content}<status>${status}</status></Flow>`;
const at = (x: number): string => `<locationX>${x}</locationX><locationY>0</locationY>`;
const to = (target: string, tag = 'connector'): string =>
  `<${tag}><targetReference>${target}</targetReference></${tag}>`;
const formula = (name: string, expression: string): string =>
  `<formulas><name>${name}</name><dataType>Number</dataType><expression>${expression}</expression></formulas>`;
const assignment = (name: string, value: string, next: string, x = 1): string =>
  `<assignments><name>${name}</name>${at(x)}<assignmentItems><assignToReference>Tier</assignToReference><operator>Assign</operator><value>${value}</value></assignmentItems>${to(next)}</assignments>`;
const decision = (gold: string, fallback: string): string =>
  `<decisions><name>Which</name>${at(1)}${to(fallback, 'defaultConnector')}<rules><name>Gold</name>${to(gold)}<label>Gold</label></rules></decisions>`;
const start = (next: string): string => `<start>${at(1)}${to(next)}</start>`;

const names = (diff: FlowDiff, kind: string): string[] =>
  diff.elements.filter((element) => element.kind === kind).map(({ type, name }) => `${type} ${name}`);

describe('two versions of a flow, element by element', () => {
  it('names elements that came, went and changed as Flow Builder calls them', () => {
    const diff = diffFlowBodies(
      body(formula('Discount', 'Rate * 2') + assignment('Set_Gold', '<stringValue>Gold</stringValue>', 'Save')),
      body(formula('Discount', 'Rate * 3') + '<recordLookups><name>Find</name><object>Quote</object></recordLookups>')
    );
    expect(names(diff, 'added')).to.deep.equal(['Get Records Find']);
    expect(names(diff, 'removed')).to.deep.equal(['Assignment Set_Gold']);
    expect(names(diff, 'changed')).to.deep.equal(['Formula Discount']);
    expect(diff.elements.find(({ name }) => name === 'Discount')?.properties).to.deep.equal([
      { path: 'expression', before: 'Rate * 2', after: 'Rate * 3' },
    ]);
  });

  it('tells where paths lead, before and after: of rules, of the default, of the start', () => {
    const diff = diffFlowBodies(body(start('Which') + decision('A', 'B')), body(start('A') + decision('C', 'B')));
    expect(diff.elements.map(({ name, connectors }) => [name, connectors])).to.deep.equal([
      ['Which', [{ path: 'rules[Gold].connector', before: 'A', after: 'C' }]],
      ['Start', [{ path: 'connector', before: 'Which', after: 'A' }]],
    ]);
    const [added] = diffFlowBodies(body(''), body(decision('A', 'B'))).elements;
    expect(added?.connectors).to.deep.equal([
      { path: 'defaultConnector', before: null, after: 'B' },
      { path: 'rules[Gold].connector', before: null, after: 'A' },
    ]);
  });

  it('reads values the way a person writes them', () => {
    const [change] = diffFlowBodies(
      body(assignment('Set', '<stringValue>Gold</stringValue>', 'End')),
      body(assignment('Set', '<elementReference>Best_Tier</elementReference>', 'End'))
    ).elements;
    expect(change?.properties).to.deep.equal([
      { path: 'assignmentItems[Tier].value', before: '"Gold"', after: '{!Best_Tier}' },
    ]);
  });

  it('tells moving on the canvas from a change, and passes over the status', () => {
    const one = body(assignment('Set', '<numberValue>1.0</numberValue>', 'End', 10));
    const moved = body(assignment('Set', '<numberValue>1.0</numberValue>', 'End', 20), 'Obsolete');
    expect(diffFlowBodies(one, moved)).to.deep.equal({ settings: [], elements: [], movedOnly: ['Set'] });
    expect(diffFlowBodies(one, one.replace('Active', 'Draft'))).to.deep.equal({
      settings: [],
      elements: [],
      movedOnly: [],
    });
  });

  it('keeps what belongs to the flow as a whole apart: label, API version, settings in pairs', () => {
    const setting = (value: string): string =>
      `<processMetadataValues><name>CanvasMode</name><value><stringValue>${value}</stringValue></value></processMetadataValues>`;
    const diff = diffFlowBodies(
      body(`<apiVersion>60.0</apiVersion><environments>Default</environments>${setting('AUTO')}`),
      body(
        `<apiVersion>66.0</apiVersion><environments>Default</environments><environments>Slack</environments>${setting('FREE')}`
      )
    );
    expect(diff.elements).to.deep.equal([]);
    expect(diff.settings).to.deep.equal([
      { path: 'apiVersion', before: '60.0', after: '66.0' },
      { path: 'environments[2]', before: null, after: 'Slack' },
      { path: 'processMetadataValues[CanvasMode].value', before: '"AUTO"', after: '"FREE"' },
    ]);
  });

  it('takes an element of another kind with the same name for another element', () => {
    const diff = diffFlowBodies(
      body('<constants><name>Rate</name></constants>'),
      body('<variables><name>Rate</name></variables>')
    );
    expect([names(diff, 'removed'), names(diff, 'added')]).to.deep.equal([['Constant Rate'], ['Variable Rate']]);
  });
});

describe('two versions of real flows', () => {
  const folder = fileURLToPath(new URL('../../../../shared/data/flows', import.meta.url));
  const histories = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) =>
          readdirSync(join(folder, name))
            .filter((file) => file.endsWith('.xml'))
            .sort()
            .map((file) => readFileSync(join(folder, name, file), 'utf8'))
        )
        .filter((versions) => versions.length > 1)
    : [];

  before(function () {
    // They are not part of the project.
    if (histories.length === 0) this.skip();
  });

  const pairs = (): Array<readonly [string, string]> =>
    histories.flatMap((versions) => versions.slice(1).map((after, n) => [versions[n] as string, after] as const));

  it('differ in nothing exactly when their bodies are equal', () => {
    for (const [before, after] of pairs()) {
      const { settings, elements, movedOnly } = diffFlowBodies(before, after);
      expect(settings.length + elements.length + movedOnly.length === 0).to.equal(
        flowBodyDigest(before) === flowBodyDigest(after)
      );
      expect(diffFlowBodies(after, after)).to.deep.equal({ settings: [], elements: [], movedOnly: [] });
    }
  }).timeout(30_000);

  it('account for every element of both versions, and backwards say the opposite', () => {
    for (const [before, after] of pairs()) {
      const forth = diffFlowBodies(before, after);
      const back = diffFlowBodies(after, before);
      expect(names(back, 'added')).to.deep.equal(names(forth, 'removed'));
      expect(names(back, 'removed')).to.deep.equal(names(forth, 'added'));
      expect(names(back, 'changed')).to.deep.equal(names(forth, 'changed'));
      const [was, is] = [flowParts(before).elements.length, flowParts(after).elements.length];
      expect(was - names(forth, 'removed').length + names(forth, 'added').length).to.equal(is);
    }
  }).timeout(30_000);
});
