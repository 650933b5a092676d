import { Gauge } from 'prom-client'
import type { Metrics } from './metrics.ts'

/** Adds gauges, each looked up when it is asked for: by its name, what it means and how much it is now. */
export function addGauges(
  { registry }: Metrics,
  gauges: Readonly<Record<string, readonly [help: string, now: () => number]>>,
): void {
  for (const [name, [help, now]] of Object.entries(gauges)) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(now())
      },
    })
  }
}
