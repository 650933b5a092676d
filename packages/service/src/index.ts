export { type AuditEntry, auditEvent } from './audit-event.ts'
export { Bulkhead } from './bulkhead.ts'
export { conditionalGets } from './conditional-gets.ts'
export { ConfigurationError, loadConfig, PeerKeySchema, ServiceConfigSchema } from './config.ts'
export {
  createService,
  type Service,
  type ServiceOptions,
  type ServicePlugin,
  STREAMED_WITHIN_MS,
  TIMEOUTS,
} from './create-service.ts'
export { CsvFault, csvRecord, csvRecords } from './csv.ts'
export { CursorCodec } from './cursor.ts'
export { fold, nameWords } from './folding.ts'
export { addGauges } from './gauges.ts'
export type { Draining, Relieved } from './hand-over.ts'
export { healthRoutes, type Part } from './health.ts'
export { housekeeping } from './housekeeping.ts'
export { idempotencyKey } from './idempotency-key.ts'
export type { PeerKeys } from './identity.ts'
export { IdentityTokens } from './identity-tokens.ts'
export { Lines } from './lines.ts'
export { createLogger, type Logger } from './logger.ts'
export { listenForMetrics, type Metrics, metrics } from './metrics.ts'
export { networkOf } from './network.ts'
export { openApiInfo } from './openapi.ts'
export { linkNext, toPage } from './page.ts'
export { PeerClient, type PeerContext } from './peer-client.ts'
export { expectedVersion, sendVersioned } from './preconditions.ts'
export { ProblemError, problem, problemHandlers } from './problem.ts'
export { requestLog } from './request-log.ts'
export { runService, startService } from './run-service.ts'
export { Sealer } from './sealer.ts'
