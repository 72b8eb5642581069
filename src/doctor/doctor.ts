import { createArchive } from '../customers/archive.ts';
import { assumedFindings, type Findings, saveFindings } from '../customers/findings.ts';
import { createKometClient } from '../komet/client.ts';
import { createLedger, type QuotaView } from '../komet/quota.ts';
import { createTenantName } from '../store/seal.ts';
import type { Store } from '../store/store.ts';
import type { Check, CheckName, Visit } from './check.ts';
import { collectEvidence } from './evidence.ts';
import { concludeFindings } from './findings.ts';
import { createInterview } from './interview.ts';
import {
  checkClock,
  checkEmptyResult,
  checkFields,
  checkInactiveById,
  checkList,
  checkToken,
  checkWireTypes,
} from './reply-checks.ts';
import { checkIncludeInactive, checkNameFilter, checkUpdateAsOf } from './search-checks.ts';

export type DoctorOptions = {
  readonly komet: {
    readonly baseUrl: URL;
    readonly token: string;
    readonly timeoutMs: number;
    /** Calls a UTC day, shared with the gateways on the same store. */
    readonly dailyQuota: number;
  };
  /** That of the gateway. */
  readonly store: Store;
  /** Whether the gateway is to ask as was found to be right. */
  readonly save: boolean;
  /** Told before each call, which number it has. */
  readonly onAsk?: (call: number) => void;
  /** Ms since 1970; the system's clock where not given. */
  readonly now?: () => number;
};

/** What an endpoint was found to do. */
export type Report = {
  /** Where was asked, without the token. */
  readonly endpoint: string;
  readonly calls: number;
  readonly quota: Pick<QuotaView, 'limit' | 'used' | 'resetsAt'>;
  readonly checks: Readonly<Record<CheckName, Check>>;
  /** How the gateway should ask this endpoint. */
  readonly findings: Findings;
  /** Whether it does, from its next start on. */
  readonly inForce: boolean;
  readonly saved: boolean;
  /** Whether the gateway answers rightly. */
  readonly isFit: boolean;
};

/**
 * Finds out with at most eight calls which of the readings that Komet's documents leave open is true of an
 * endpoint, and what that means for a gateway before it.
 */
export async function examineEndpoint(options: DoctorOptions): Promise<Report> {
  const { store, now = Date.now, onAsk = () => {} } = options;
  const { token, baseUrl, dailyQuota, timeoutMs } = options.komet;
  const name = createTenantName(token, baseUrl.href);
  const archive = createArchive({ store, token, name, log: () => {} });
  const known = (await archive.loadFindings()) ?? assumedFindings;
  const ledger = await createLedger({ limit: dailyQuota, name, counters: store, now });
  const client = createKometClient({ ...options.komet, now });
  const interview = createInterview({ client, ledger, onAsk });
  const evidence = await collectEvidence(interview, now()).finally(client.close);
  const findings = concludeFindings(evidence, known);
  const saved = options.save && evidence.base !== null && evidence.base.customers.length > 0;
  if (saved) await saveFindings({ store, token, name }, findings);
  const inForce = saved ? findings : known;
  const { limit, used, resetsAt } = ledger.view(0);
  const checks = checkAll({ evidence, interview, inForce, timeoutMs });
  return {
    endpoint: `${baseUrl.href.replace(/\/+$/, '')}/customer.list`,
    calls: interview.calls(),
    quota: { limit, used, resetsAt },
    checks,
    findings,
    inForce: JSON.stringify(inForce) === JSON.stringify(findings),
    saved,
    isFit: Object.values(checks).every(({ isWrong }) => !isWrong),
  };
}

function checkAll(visit: Visit): Record<CheckName, Check> {
  return {
    token: checkToken(visit),
    list: checkList(visit),
    wireTypes: checkWireTypes(visit),
    fields: checkFields(visit),
    includeInactive: checkIncludeInactive(visit),
    updateAsOf: checkUpdateAsOf(visit),
    nameFilter: checkNameFilter(visit),
    emptyResult: checkEmptyResult(visit),
    inactiveById: checkInactiveById(visit),
    clock: checkClock(visit),
  };
}
