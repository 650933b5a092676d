import type { ServiceName } from '@wardstone/contracts'
import fc, { type Arbitrary } from 'fast-check'
import { anyRequest, type GeneratedRequest, isForMembers } from '../generate/requests.ts'
import type { Operation, Schema } from '../operations.ts'

/** What CITY does next: it asks something new, or for the next page of its own or of RIVERSIDE's list. */
export type Step =
  | { kind: 'request'; request: GeneratedRequest }
  | { kind: 'next page'; whose: 'own' | 'foreign'; index: number }

/** Steps of one service come together: before the next one asks, what they told the audit has to arrive. */
const BURST = { minLength: 6, maxLength: 24 }
/** Each look into the audit is told to the audit. */
const AUDIT_BURST = { minLength: 1, maxLength: 2 }

/** The first `count` steps of the workload of `seed`. */
export function workload(operations: readonly Operation[], seed: number, count: number): Step[] {
  const services = [...new Set(operations.map(({ service }) => service))]
  const bursts = services.map((service) => {
    const own = operations.filter((operation) => operation.service === service)
    return { weight: own.filter(isForMembers).length, arbitrary: burst(service, own) }
  })
  const sample = fc.sample(fc.oneof(...bursts), { seed, numRuns: Math.ceil(count / 4) })
  return sample.flat().slice(0, count)
}

function burst(service: ServiceName, operations: readonly Operation[]): Arbitrary<Step[]> {
  const requests = operations.map((operation) => ({
    weight: isSlow(operation) || !isForMembers(operation) ? 1 : 4,
    arbitrary: anyRequest(operation).map((request): Step => ({ kind: 'request', request })),
  }))
  const page = fc.record({
    kind: fc.constant('next page' as const),
    whose: fc.constantFrom('own' as const, 'foreign' as const),
    index: fc.nat(999),
  })
  const step: Arbitrary<Step> = fc.oneof(
    { weight: 12, arbitrary: fc.oneof(...requests) },
    { weight: service === 'auth' ? 0 : 1, arbitrary: page },
  )
  return fc.array(step, service === 'audit' ? AUDIT_BURST : BURST)
}

/** Passwords take a fiftieth of a second of a processor, and more. */
function isSlow({ body }: Operation): boolean {
  const properties = (schema: Schema): string[] => [
    ...Object.keys(schema.properties ?? {}),
    ...(schema.anyOf ?? []).flatMap(properties),
  ]
  return body !== undefined && properties(body).some((name) => name.includes('password'))
}
