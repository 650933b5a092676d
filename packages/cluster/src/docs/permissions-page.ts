import {
  CallerRoleSchema,
  isGranted,
  PERMISSIONS,
  type Permission,
  SERVICE_NAMES,
} from '@wardstone/contracts'
import { OpenApiDocument, type Operation } from '../testing/contract/document.ts'
import { World } from '../testing/world.ts'

const ROLES = CallerRoleSchema.anyOf
  .map((each) => each.const)
  .filter((role) => role !== 'anonymous')
const NAMES = Object.keys(PERMISSIONS) as Permission[]

/** docs/permissions.md as the table in contracts and the routes of all services have it now. */
export async function permissionsPage(): Promise<string> {
  const world = await World.start({ gateways: 0 })
  try {
    const documents = SERVICE_NAMES.map((name) =>
      (world.services[name].app as unknown as { swagger(): object }).swagger(),
    )
    return page(documents.flatMap((document) => new OpenApiDocument(document).operations))
  } finally {
    await world.close()
  }
}

function page(operations: Operation[]): string {
  return [
    '# Permissions',
    '',
    'Routes name a permission, never a role. This page is made by `npx pnpm@12.21.0 docs:permissions` from `packages/contracts/src/permissions.ts`',
    'and the OpenAPI documents of the services; a test fails when it is not what they say.',
    '',
    '## Who may what',
    '',
    '`break_glass` is a platform administrator who has opened one hospital for a while; `system` is the gateway or a service itself, which no client can be.',
    'A permission of scope `hospital` works on the data of the caller’s hospital only; nobody has it without one. Nobody grants a role that holds what they lack.',
    '',
    ...table(['permission', 'its holder may', 'scope', ...ROLES], NAMES.map(grantsRow)),
    '',
    '## What the routes ask for',
    '',
    ...table(
      ['permission', 'routes'],
      NAMES.map((name) => [`\`${name}\``, routesOf(operations, name)]),
    ),
    `| anybody | ${routesOf(operations, undefined)} |`,
    '',
    'A permission without a route of its own decides about a part of an answer or of a body; those of `system` are for routes beneath `/internal`, which the gateway forwards to nobody.',
    '',
  ].join('\n')
}

function grantsRow(name: Permission): string[] {
  const { description, scope } = PERMISSIONS[name]
  return [
    `\`${name}\``,
    description,
    scope,
    ...ROLES.map((role) => (isGranted(role, name) ? 'yes' : '')),
  ]
}

function routesOf(operations: Operation[], permission: Permission | undefined): string {
  const routes = operations
    .filter((operation) => operation.permission === permission)
    .sort((a, b) => a.path.localeCompare(b.path, 'en'))
  return routes.map(({ key }) => `\`${key}\``).join('<br>')
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
