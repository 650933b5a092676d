import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { permissionsPage } from '../src/docs/permissions-page.ts'

const file = resolve(import.meta.dirname, '../../../docs/permissions.md')

t.test('docs/permissions.md is what the table and the routes say', async (t) => {
  const page = await permissionsPage()
  t.match(page, '`GET /api/patients`')
  t.equal(readFileSync(file, 'utf8'), page, 'else: npx pnpm@12.21.0 docs:permissions')
})
