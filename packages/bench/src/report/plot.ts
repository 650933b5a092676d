import { type Row, ratioOf } from './results.ts'

const WIDTH = 760
const NAMES = 330
const LINE = 26
const INK = '#1f2933'
const BAR = '#3b7ea1'
const GOAL = '#c0392b'

/** A bar for the ratio of each row that has one, and a mark where it should reach: an SVG; undefined where there is none. */
export function ratioPlot(title: string, rows: readonly Row[]): string | undefined {
  const bars = rows.flatMap((row) => {
    const ratio = ratioOf(row)
    return ratio === undefined ? [] : [{ name: row.name, ratio, goal: row.goal }]
  })
  if (bars.length === 0) return undefined
  const most = Math.max(...bars.flatMap(({ ratio, goal = 0 }) => [ratio, goal])) * 1.15
  const x = (ratio: number) => NAMES + ((WIDTH - NAMES - 50) * ratio) / most
  const height = bars.length * LINE + 16
  const lines = bars.map(({ name, ratio, goal }, index) => {
    const y = 8 + index * LINE
    const mark =
      goal === undefined
        ? ''
        : `<line x1="${x(goal)}" x2="${x(goal)}" y1="${y}" y2="${y + 20}" stroke="${GOAL}" stroke-width="2"/>`
    return `<text x="${NAMES - 8}" y="${y + 15}" text-anchor="end">${escaped(name)}</text>
<rect x="${NAMES}" y="${y + 3}" width="${x(ratio) - NAMES}" height="14" fill="${BAR}"/>${mark}
<text x="${x(ratio) + 6}" y="${y + 15}">${ratio.toFixed(2)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="${INK}">
<title>${escaped(title)}: ratios</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${lines.join('\n')}
</svg>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
