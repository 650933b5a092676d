import t from 'tap'
import { csvRecord, csvRecords } from '../src/index.ts'

t.test('what is written is read as it was', async (t) => {
  const values = ['=1+1', "'=1+1", "''-2", "'", "O'Neill", '+49 30', 'a "b", c', 'two\r\nlines', '']
  t.same([...csvRecords(csvRecord(values))], [values])
})

t.test('no value begins like a formula', async (t) => {
  for (const value of ['=1', '+1', '-1', '@a', '\t=1', "'=1"])
    t.match(csvRecord([value]), /^"?'/, value)
})

t.test('a field may be as long as a whole file, and a quote in it open', async (t) => {
  const long = 'x'.repeat(16 * 1024 * 1024)
  t.equal([...csvRecords(`"${long}"`)][0]?.[0]?.length, long.length)
  t.throws(() => [...csvRecords(`"${long}`)], { name: 'CsvFault' })
  const quotes = '""'.repeat(8 * 1024 * 1024)
  t.equal([...csvRecords(`"${quotes}"`)][0]?.[0]?.length, quotes.length / 2)
})
