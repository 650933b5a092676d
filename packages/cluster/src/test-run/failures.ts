const PASSED = /^\s*(ok \d|\d+\.\.\d|# |TAP version|$)/
const LOADER = /^\s*(- --|args:|command:|stdio:|externalID:)/

/** What of a TAP text a person needs to see: every failure, under the names of the tests it is in. */
export function failuresIn(tapText: string): string {
  const lines: string[] = []
  let names: string[] = []
  for (const line of tapText.split('\n')) {
    if (line.trimStart().startsWith('# Subtest: ')) {
      // A name stands above its test; those as deep or deeper belong to tests that are over.
      names = [...names.filter((name) => depth(name) < depth(line)), line]
    } else if (!PASSED.test(line) && !LOADER.test(line)) {
      lines.push(...names, line)
      names = []
    }
  }
  return lines.join('\n')
}

function depth(line: string): number {
  return line.length - line.trimStart().length
}
