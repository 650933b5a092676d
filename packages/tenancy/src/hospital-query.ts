import pg from 'pg'

/** Puts a transaction into a hospital; prepared on each connection when it is made. */
const SETTING = {
  name: 'hospital',
  text: `select set_config('app.hospital_id', $1, true), set_config('transaction_read_only', $2, true)`,
}

/** In which hospital a statement runs, and whether it may write. */
export interface Place {
  hospitalId: string
  readOnly: boolean
}

/** What pg's connection takes, and its declaration does not tell of. */
interface Wire {
  bind(message: { statement: string; values: string[] }): void
  execute(message: { portal: string }): void
}

/** What {@link HospitalQuery} changes in pg's own query; its declaration keeps it to itself. */
interface Answered {
  prepare(wire: Wire): void
  handleDataRow(message: unknown): void
  handleCommandComplete(message: unknown, wire: Wire): void
}
const PreparedQuery = pg.Query as unknown as new (
  config: pg.QueryConfig & { queryMode: 'extended' },
  callback: (error: Error | undefined, result: pg.QueryResult) => void,
) => pg.Query & Answered

/**
 * A prepared statement inside a hospital: the setting and the statement up to one Sync, which
 * PostgreSQL runs as one transaction (Frontend/Backend Protocol, "Pipelining"), so the setting is gone
 * with it. Costs half of `begin; …`, statement, `commit`, on both sides. Within a transaction that was
 * begun before, the setting holds for the rest of it.
 */
class HospitalQuery extends PreparedQuery {
  readonly #place: Place
  #isInside = false

  constructor(
    place: Place,
    config: pg.QueryConfig,
    callback: (error: Error | undefined, result: pg.QueryResult) => void,
  ) {
    // Always the protocol of Parse, Bind and Execute: a simple query would be a transaction of its own.
    super({ ...config, queryMode: 'extended' }, callback)
    this.#place = place
  }

  override prepare(wire: Wire): void {
    const { hospitalId, readOnly } = this.#place
    wire.bind({ statement: SETTING.name, values: [hospitalId, readOnly ? 'on' : 'off'] })
    wire.execute({ portal: '' })
    super.prepare(wire)
  }

  override handleDataRow(message: unknown): void {
    if (this.#isInside) super.handleDataRow(message)
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#isInside) super.handleCommandComplete(message, wire)
    else this.#isInside = true
  }
}

/** Prepares a new connection for {@link queryInHospital}; what goes wrong then, the first query meets too. */
export function prepareForHospitals(client: pg.ClientBase): void {
  client.query({ ...SETTING, values: ['', 'on'] }).catch(() => undefined)
}

/** Runs one prepared statement in a hospital, resolving once it is committed. */
export function queryInHospital(
  client: pg.ClientBase,
  place: Place,
  statement: pg.QueryConfig,
): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    client.query(
      new HospitalQuery(place, statement, (error, result) =>
        error ? reject(error) : resolve(result),
      ),
    )
  })
}
