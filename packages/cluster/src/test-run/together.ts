import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { FILE_MARK } from './files.ts'

/** The program of `runFiles`: several files of tests, one after the other, in one process. */
const files = process.argv.slice(2)

// A test of its own: until it is over nothing else begins, so tap never thinks that it has seen all.
t.test('each file is loaded', async (loading) => {
  for (const file of files) {
    t.comment(`${FILE_MARK}${file}`)
    await loading.resolves(import(pathToFileURL(resolve(file)).href), file)
  }
})
