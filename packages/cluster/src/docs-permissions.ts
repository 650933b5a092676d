import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { permissionsPage } from './docs/permissions-page.ts'

const file = resolve(import.meta.dirname, '../../../docs/permissions.md')
writeFileSync(file, await permissionsPage())
console.log(`Wrote ${file}`)
