import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { failuresIn } from '../src/test-run/failures.ts'
import { cleanEnvironment, countAssertions, runPackage } from '../src/test-run/package.ts'
import type { TestScope } from '../src/testing.ts'
import { temporaryFolder } from './helper.ts'

const env = cleanEnvironment(process.env)

t.test('assertions are counted from tap’s own sum', async (t) => {
  const sum = 'ok 1 - x\n# { total: 7, pass: 4, fail: 2, skip: 1 }\n# time=1ms'
  t.same(countAssertions(sum), { passed: 4, failed: 2 })
  t.same(countAssertions('# { total: 3, pass: 3 }'), { passed: 3, failed: 0 })
  t.same(countAssertions('no sum at all'), { passed: 0, failed: 0 })
})

t.test('failures are counted and told in full', async (t) => {
  const folder = packageOf(t, { 'a.test.ts': "t.ok(true); t.equal(1, 2, 'one is two')" })
  t.match(await runPackage(folder, env), { passed: 1, failed: 1, report: /one is two/ })
})

t.test('only failures are told, under the names of their tests', async (t) => {
  const tapText = [
    '# Subtest: good.test.ts',
    '    ok 1 - fine',
    'ok 1 - good.test.ts',
    '# Subtest: bad.test.ts',
    '    # Subtest: passes',
    '        ok 1 - fine',
    '    ok 1 - passes',
    '    # Subtest: fails',
    '        not ok 1 - oh',
    '    not ok 2 - fails',
  ]
  const told = ['# Subtest: bad.test.ts', '    # Subtest: fails', '        not ok 1 - oh']
  t.equal(failuresIn(tapText.join('\n')), [...told, '    not ok 2 - fails'].join('\n'))
})

t.test('a package that crashes or has no test has failed', async (t) => {
  const crash = packageOf(t, { 'a.test.ts': "throw new Error('boom')" })
  t.match(await runPackage(crash, env), { passed: 0, failed: 1, report: /boom/ })
  t.match(await runPackage(packageOf(t, {}), env), { passed: 0, failed: 1 })
})

function packageOf(t: TestScope, files: Record<string, string>): string {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'test'))
  const tap = { 'type-strip-only': true, include: ['test/**/*.test.ts'], 'disable-coverage': true }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', tap }))
  symlinkSync(resolve(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'))
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, 'test', name), `import t from 'tap'\n${text}\n`)
  }
  return folder
}
