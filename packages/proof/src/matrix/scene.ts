import { Answers, OpenApiDocument, type World } from '@wardstone/cluster/testing'
import type { ActingRole, ServiceName } from '@wardstone/contracts'
import { isGranted } from '@wardstone/contracts'
import { Canaries } from '../canaries.ts'
import type { Cast } from '../cast.ts'
import type { Caller, Door } from '../door.ts'
import { CITY } from '../hospitals.ts'
import { documentOf, type Operation, operationsOf } from '../operations.ts'
import { MEMBER_ROLES } from '../people.ts'
import { Records } from '../records.ts'

/** What the rows of the matrix are made from. */
export interface Scene {
  world: World
  cast: Cast
  door: Door
  operations: readonly Operation[]
  records: Records
  canaries: Canaries
  /** Holds answers against the documents of the services. */
  documented: Record<ServiceName, Answers>
  /** Those who ask for City: one of each role, the platform, and the platform with a broken glass. */
  callers: readonly Caller[]
}

/** Reads what there is to ask and lets both hospitals make their records. */
export async function setScene(world: World, cast: Cast, door: Door): Promise<Scene> {
  const operations: Operation[] = []
  const documented = {} as Record<ServiceName, Answers>
  for (const service of Object.keys(world.services) as ServiceName[]) {
    const document = await documentOf(world, service)
    operations.push(...operationsOf(service, document))
    documented[service] = new Answers(new OpenApiDocument(document), document)
  }
  const canaries = new Canaries()
  const records = await Records.make({ world, cast, door, operations, canaries })
  const callers = callersOf(cast)
  return { world, cast, door, operations, records, canaries, documented, callers }
}

/** What one acts as. */
export function roleOf({ person, claims }: Caller): ActingRole {
  return claims?.role ?? person.role
}

/** The hospital one acts for; null for the platform. */
export function hospitalOf({ person, claims }: Caller): string | null {
  return (claims?.hospital_id as string | undefined) ?? person.hospital?.id ?? null
}

/** Those who hold what `operation` asks for; nobody when it is public. */
export function granted({ callers }: Scene, { permission }: Operation): Caller[] {
  return permission ? callers.filter((each) => isGranted(roleOf(each), permission)) : []
}

/** Who asks when anybody who may will do: City's administrator before others. */
export function asker(scene: Scene, operation: Operation): Caller {
  const [first] = granted(scene, operation)
  if (!first) throw new Error(`Nobody may ${operation.name}.`)
  return first
}

function callersOf({ city, platform }: Cast): Caller[] {
  const glass = {
    role: 'break_glass' as const,
    hospital_id: CITY.id,
    hospital_name: CITY.name,
    break_glass: { id: platform.session_id, reason_code: 'HOPERAT', patient_id: null },
  }
  return [
    ...MEMBER_ROLES.map((role) => ({ name: role, person: city[role] })),
    { name: 'platform_admin', person: platform },
    { name: 'break_glass', person: platform, claims: glass },
  ]
}
