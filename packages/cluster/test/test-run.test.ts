import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { cleanEnvironment } from '../src/test-run/environment.ts'
import { failuresIn } from '../src/test-run/failures.ts'
import { countAssertions, runFiles } from '../src/test-run/files.ts'
import { PackageRun } from '../src/test-run/package-run.ts'
import { testedPackage, testedPackages } from '../src/test-run/packages.ts'
import { partsOf } from '../src/test-run/parts.ts'
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
  t.match(await runFiles(folder, ['a.test.ts'], env), {
    passed: 1,
    failed: 1,
    report: /one is two/,
  })
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

t.test('a file that crashes or tests nothing has failed', async (t) => {
  const folder = packageOf(t, { 'a.test.ts': "throw new Error('boom')", 'b.test.ts': '' })
  t.match(await runFiles(folder, ['a.test.ts'], env), { passed: 0, failed: 1, report: /boom/ })
  t.match(await runFiles(folder, ['b.test.ts'], env), { passed: 0, failed: 1 })
})

t.test('a package is done when each of its files is', async (t) => {
  const folder = packageOf(t, { 'a.test.ts': 't.ok(true)', 'b.test.ts': "t.fail('no')" })
  t.same(testedPackage(folder).files, ['a.test.ts', 'b.test.ts'], 'helpers are no tests')
  const run = new PackageRun({ ...testedPackage(folder), name: 'packages/proof' })
  const [a = [], b = []] = run.parts
  await run.test(b, env)
  t.notOk(run.isDone)
  await run.test(a, env)
  t.match(run, { isDone: true, passed: 1, failed: 1, report: 'b.test.ts' })
})

t.test('files share processes where that was shown to be good', async (t) => {
  const files = Array.from({ length: 7 }, (_, index) => `${index}`)
  t.same(partsOf('services/patient', files), [
    ['0', '2', '4', '6'],
    ['1', '3', '5'],
  ])
  t.same(partsOf('packages/proof', ['0', '1']), [['0'], ['1']])
  t.same(partsOf('gateway', []), [])
})

t.test('in one process each file is tested, and none of it is lost', async (t) => {
  const folder = packageOf(t, {
    'a.test.ts': "t.test('a', async (t) => t.ok(true))\nt.teardown(() => undefined)",
    'b.test.ts': '',
    'c.test.ts': "throw new Error('boom')",
    'd.test.ts': "t.test('d', async (t) => t.equal(1, 2, 'one is two'))",
    'e.test.ts': "t.test('e', async (t) => t.ok(true))",
  })
  const { passed, report } = await runFiles(folder, testedPackage(folder).files, env)
  t.equal(passed, 6, 'both, and that four files were loaded')
  t.match(report, /boom/)
  t.match(report, /one is two/)
  t.match(report, /b\.test\.ts tested nothing\n.*c\.test\.ts tested nothing\n$/)
  const good = await runFiles(folder, ['a.test.ts', 'e.test.ts'], env)
  t.match(good, { passed: 4, failed: 0 })
  const bad = await runFiles(folder, ['a.test.ts', 'd.test.ts'], env)
  t.match(bad, { passed: 3, failed: 1 })
  const empty = await runFiles(folder, ['a.test.ts', 'b.test.ts'], env)
  t.match(empty, { passed: 3, failed: 1 })
})

t.test('a package without a test has failed', async (t) => {
  t.match(new PackageRun(testedPackage(packageOf(t, {}))), { isDone: true, failed: 1 })
})

t.test('every package is found, or those that are asked for', async (t) => {
  const names = testedPackages([]).map(({ name }) => name)
  t.ok(['services/patient', 'gateway', 'packages/cluster'].every((name) => names.includes(name)))
  t.match(testedPackages(['gateway']), [{ name: 'gateway' }])
  t.equal(testedPackages(['gateway']).length, 1)
})

t.test('what one process compiled is there for the next, until the run is over', async (t) => {
  const program = `import { compileCache } from '${import.meta.dirname}/../src/test-run/environment.ts'
    import { existsSync } from 'node:fs'
    const folder = compileCache()
    console.log(existsSync(folder), folder)`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  const [there, folder = ''] = stdout.trim().split(' ')
  t.equal(there, 'true')
  t.notOk(existsSync(folder))
})

function packageOf(t: TestScope, files: Record<string, string>): string {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'test'))
  writeFileSync(join(folder, 'test', 'helper.ts'), '')
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  symlinkSync(resolve(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'))
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, 'test', name), `import t from 'tap'\n${text}\n`)
  }
  return folder
}
