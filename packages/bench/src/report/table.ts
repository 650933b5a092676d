import { type Results, type Row, ratioOf } from './results.ts'

const TITLES = [
  'what',
  '÷',
  'goal',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'p99.9 ms',
  'not 2xx',
  'over 2 s, or broken off',
  'processor ms a request',
]
const MOST_PROGRAMS = 5

/** The results as a page of Markdown; `plots` are images by section. */
export function pageOf(results: Results, plots: Readonly<Record<string, string>>): string {
  const sections = Object.entries(results.sections).map(([title, rows]) => {
    const plot = plots[title]
    return [`## ${title}`, ...(plot ? [`![${title}](${plot})`] : []), tableOf(rows)].join('\n\n')
  })
  return [
    '# Benchmarks',
    `Made by \`${results.command}\` on ${results.machine}, ${results.at.slice(0, 10)}, commit ${results.commit}. Figures of a machine say little; the ratios are of one run, each side measured in turn with the other.`,
    ...sections,
    '',
  ].join('\n\n')
}

function tableOf(rows: readonly Row[]): string {
  const lines = [TITLES, TITLES.map(() => '---'), ...rows.map(cellsOf)]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cellsOf(row: Row): string[] {
  const { name, measured, goal } = row
  const cost = Object.entries(measured.cost).slice(0, MOST_PROGRAMS)
  return [
    name,
    ratioOf(row)?.toFixed(2) ?? '',
    goal === undefined ? '' : `≥ ${goal}`,
    Math.round(measured.requestsPerSecond).toLocaleString('en'),
    measured.p50.toFixed(1),
    measured.p99.toFixed(1),
    measured.p999.toFixed(1),
    String(measured.refused),
    String(measured.broken),
    cost.map(([program, ms]) => `${program} ${ms.toFixed(2)}`).join(', '),
  ]
}
