import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import { attribute, isReal, touchesOf, type Attribution } from './attribution.js';
import type { PlanRequest } from './planRequest.js';
import type { Observed } from './readOrgNow.js';

/** Whose changes the plan takes back, or a refusal that names the candidates. */
export async function makeAttribution(org: OrgPorts, observed: Observed, request: PlanRequest): Promise<Attribution> {
  const ids = await org.userIds(request.changedBy);
  const unknown = request.changedBy.filter((name) => !ids.has(name.toLowerCase()));
  if (unknown.length > 0) throw new Refusal('unknownUser', { tokens: [unknown.join(', ')] });
  const touches = touchesOf(observed.deployments.filter(isReal), observed.reports);
  const result = attribute(observed.changes, observed.deployments, touches, {
    everybody: request.everybody,
    named: [...ids.values()],
  });
  if (result.kind === 'clear') return result.attribution;
  const names = await org.userNames(result.candidates.map((candidate) => candidate.userId));
  const candidates = result.candidates.map(({ userId, changes }) => ({ user: names.get(userId) ?? userId, changes }));
  throw new Refusal('unclearAttribution', {
    tokens: [candidates.map(({ user, changes }) => `${user} (${changes})`).join(', ')],
    actionTokens: [candidates[0]?.user ?? '', org.identity.label],
    data: { candidates },
  });
}
