import type { Finding } from '../model/finding.js';
import { recordTarget } from '../model/selector.js';
import type { ValueRow } from '../records/fieldValue.js';
import { groupRows } from './order/rows/groupRows.js';
import { orderRows } from './order/rows/orderRows.js';
import type { RowEdge } from './order/rows/rowRule.js';
import { RowWorks } from './order/rows/rowWorks.js';
import { openCircle } from './records/openCircle.js';
import type { RecordFacts } from './records/recordFacts.js';
import type { RecordSheets } from './records/recordSheet.js';
import { recordStep } from './records/recordStep.js';
import type { DraftStep, RecordItem } from './rollbackPlan.js';

/** The steps that the rows of the sheets need, in an order that fits every row, and what could not be made to fit. */
export function stepsOf(
  sheets: RecordSheets,
  facts: RecordFacts,
  now: ReadonlyMap<string, ValueRow>
): { readonly steps: readonly DraftStep[]; readonly findings: readonly Finding[] } {
  const { works, edges } = ordered(sheets, facts, now);
  const rowSteps = groupRows(works.all, edges);
  const parts = new Map<string, number>();
  const keys = rowSteps.map(({ sheet, object }) => {
    const part = (parts.get(`${sheet}:${object}`) ?? 0) + 1;
    parts.set(`${sheet}:${object}`, part);
    return part === 1 ? `records:${sheet}:${object}` : `records:${sheet}~${part}:${object}`;
  });
  const steps = rowSteps.map(({ sheet, object, works: rows, waitsFor, comesAfter, givenUp }, at) =>
    recordStep({
      key: keys[at] as string,
      object,
      sheet,
      items: rows.map(({ item }) => item),
      after: waitsFor.map((place) => keys[place] as string),
      preferablyAfter: comesAfter.map((place) => keys[place] as string),
      createable: facts.describes.get(object)?.createable === true,
      lastEditorOnly: facts.lastEditorOnly && rows.some(({ item }) => !isLoaded(item, facts)),
      mayBeRefused: givenUp.length > 0,
    })
  );
  const findings = rowSteps.flatMap(({ object, givenUp }): Finding[] =>
    givenUp.length === 0
      ? []
      : [
          {
            code: 'rowsInCircle',
            severity: 'warning',
            subject: recordTarget(object),
            message: `Rows wait for each other in a circle, so the org may refuse some of them: they should come after ${givenUp.slice(0, 5).join(', ')}${givenUp.length > 5 ? ` and ${givenUp.length - 5} more` : ''}. What is refused is reported row by row; apply the plan again for the rest.`,
          },
        ]
  );
  return { steps, findings };
}

/** Whether named loads set every field that an item takes back. Other fields of a loaded row are known by its last editor. */
function isLoaded({ id, after }: RecordItem, { loaded }: RecordFacts): boolean {
  const loads = loaded?.get(id) ?? [];
  return Object.keys(after ?? {}).every((field) => loads.some(({ fields }) => fields.has(field)));
}

/** The order among rows. Where rows that go are in a circle, one of them gives up first what the others wait for. */
function ordered(
  sheets: RecordSheets,
  facts: RecordFacts,
  now: ReadonlyMap<string, ValueRow>
): { readonly works: RowWorks; readonly edges: readonly RowEdge[] } {
  for (;;) {
    const works = new RowWorks(sheets, facts, now);
    const edges = orderRows(works, facts);
    if (!openCircle(sheets, facts, works, edges)) return { works, edges };
  }
}
