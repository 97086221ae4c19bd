import { OrgError } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { fillReferences, halted, type InnerRequest, within } from './restComposite.js';
import type { Router } from './router.js';

interface Graph {
  readonly graphId: string;
  readonly compositeRequest: ReadonlyArray<InnerRequest & { readonly referenceId: string }>;
}

const mostGraphs = 75;
const mostNodes = 500;

/** `composite/graph`: each graph is one transaction of its own. */
export function registerGraphRoutes(router: Router, org: PracticeOrg): void {
  router.post('/services/data/v:version/composite/graph', async (request) => {
    const { graphs = [] } = request.json() as { graphs?: Graph[] };
    if (graphs.length > mostGraphs)
      throw new OrgError('LIMIT_EXCEEDED', `The number of graphs exceeds the limit of ${mostGraphs}`);
    if (graphs.reduce((sum, graph) => sum + graph.compositeRequest.length, 0) > mostNodes)
      throw new OrgError('LIMIT_EXCEEDED', `The number of nodes exceeds the limit of ${mostNodes}`);
    const answers = [];
    for (const graph of graphs) {
      const done: Array<{ body: unknown; httpHeaders: object; httpStatusCode: number; referenceId: string }> = [];
      const kept = await org.records.together(request.user, async () => {
        for (const inner of graph.compositeRequest) {
          const filled = JSON.parse(fillReferences(JSON.stringify(inner), done)) as InnerRequest;
          const answer = await within(router, request, filled);
          const { referenceId } = inner;
          done.push({ body: answer.body ?? null, httpHeaders: {}, httpStatusCode: answer.status, referenceId });
          if (answer.status >= 400) return false;
        }
        return true;
      });
      const names = graph.compositeRequest.map((inner) => inner.referenceId);
      const compositeResponse = kept ? done : halted(done, names);
      answers.push({ graphId: graph.graphId, graphResponse: { compositeResponse }, isSuccessful: kept });
    }
    return { status: 200, body: { graphs: answers } };
  });
}
