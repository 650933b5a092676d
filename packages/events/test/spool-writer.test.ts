import { join } from 'node:path'
import t from 'tap'
import { SpoolFile } from '../src/spool-file.ts'
import { SpoolQueue } from '../src/spool-queue.ts'
import { SpoolWriter } from '../src/spool-writer.ts'
import { memoryLogger } from './helper.ts'

t.test('what could not be written is not said to be: its source is kept', async (t) => {
  const file = new SpoolFile(join(t.testdir(), 'spool.jsonl'))
  const writer = new SpoolWriter(file, new SpoolQueue(1000), memoryLogger())
  const running = writer.run()
  t.equal(await writer.write('{}\n'), false, 'there is no file')
  await file.open()
  t.equal(await writer.write('{}\n'), true)
  writer.close()
  await running
  await file.close()
})
