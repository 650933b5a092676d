import pg from 'pg'

/** A row that waits to be published. */
export interface OutboxRow {
  readonly hospital_id: string
  readonly id: string
  readonly subject: string
  readonly payload: string
}

/** Where JetStream put a row. `stream` names the stream and its birth, so that its successor differs. */
export interface Published {
  readonly row: OutboxRow
  readonly stream: string
  readonly seq: number
}

/** What must not be claimed yet: rows that were refused, and all rows of hospitals of which one was not taken. */
export interface Waiting {
  readonly rows: readonly string[]
  readonly hospitals: readonly string[]
}

/** What JetStream says of a stream: how far all its consumers are, and which messages it holds. */
export interface StreamProgress {
  /** As in `Published`. */
  readonly stream: string
  /** Every message up to here has been acknowledged by every consumer. */
  readonly consumed: number
  /** The newest message. */
  readonly last: number
}

// "wardston" as a number: whoever holds it is this database's relay.
const RELAY_LOCK = '8602282539013664622'
const CHUNK = 5000

const CLAIM = `select hospital_id, id, subject, payload from outbox
  where published_at is null and id <> all($2::uuid[]) and hospital_id <> all($3::uuid[])
  order by seq limit $1`
const MARK = `update outbox set published_at = now(), stream = done.stream, stream_seq = done.seq
  from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[]) as done (hospital_id, id, stream, seq)
  where outbox.hospital_id = done.hospital_id and outbox.id = done.id`
const DELETE = `delete from outbox using (
    select hospital_id, id from outbox
    where published_at is not null and stream = $1 and stream_seq <= $2 limit ${CHUNK}) as old
  where outbox.hospital_id = old.hospital_id and outbox.id = old.id`
const AGAIN = (which: string) => `update outbox
  set published_at = null, stream = null, stream_seq = null
  from (select hospital_id, id from outbox
    where published_at is not null and (${which}) limit ${CHUNK}) as again
  where outbox.hospital_id = again.hospital_id and outbox.id = again.id`
const LOST = AGAIN(`published_at < now() - make_interval(secs => $3) or not exists (
  select from unnest($1::text[], $2::bigint[]) as present (stream, last)
  where present.stream = outbox.stream and outbox.stream_seq <= present.last)`)
const SINCE = AGAIN('published_at >= $1::timestamptz')
const WAITING = `select count(*)::int as pending,
    coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_age_seconds
  from (select created_at from outbox where published_at is null order by seq limit 10000) as waiting`

/** The outbox of one database as its relay sees it, on a connection of its own. */
export class Outbox {
  readonly #client: pg.Client
  #lost: Error | undefined

  constructor(connectionString: string) {
    this.#client = new pg.Client({
      connectionString,
      application_name: 'wardstone-relay',
      connectionTimeoutMillis: 5000,
      query_timeout: 30_000,
      keepAlive: true,
    })
    this.#client.on('error', (error) => {
      this.#lost = error
    })
    this.#client.on('end', () => {
      this.#lost ??= new Error('connection ended')
    })
  }

  /** Why the connection, and the lock with it, is gone. */
  get lost(): Error | undefined {
    return this.#lost
  }

  async connect(): Promise<void> {
    await this.#client.connect()
  }

  /** Ends the connection, which may already be dead. */
  async close(): Promise<void> {
    const ended = this.#client.end().catch(() => {})
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 2000).unref())])
  }

  /** True when this connection is the database's only relay, until it ends. */
  async lock(): Promise<boolean> {
    const { rows } = await this.#client.query<{ locked: boolean }>(
      'select pg_try_advisory_lock($1::bigint) as locked',
      [RELAY_LOCK],
    )
    return rows[0]?.locked === true
  }

  /** The next rows in their order, without those rows and those hospitals that have to wait. */
  async claim(limit: number, { rows, hospitals }: Waiting): Promise<OutboxRow[]> {
    const query = { name: 'claim', text: CLAIM, values: [limit, rows, hospitals] }
    return (await this.#client.query<OutboxRow>(query)).rows
  }

  async mark(published: readonly Published[]): Promise<void> {
    const column = <T>(value: (item: Published) => T) => published.map(value)
    await this.#client.query({
      name: 'mark',
      text: MARK,
      values: [
        column(({ row }) => row.hospital_id),
        column(({ row }) => row.id),
        column(({ stream }) => stream),
        column(({ seq }) => seq),
      ],
    })
  }

  /** Deletes what all consumers have. */
  async remove({ stream, consumed }: StreamProgress): Promise<void> {
    await this.#inChunks(DELETE, [stream, consumed])
  }

  /** Takes back what the present streams do not hold, and what is about to expire there unread. */
  takeBackLost(streams: readonly StreamProgress[], ageMs: number): Promise<number> {
    const values = [streams.map(({ stream }) => stream), streams.map(({ last }) => last)]
    return this.#inChunks(LOST, [...values, ageMs / 1000])
  }

  /** Takes back the newest rows: a server that lost power may have lost acknowledged messages. */
  async takeBackNewest(ageMs: number): Promise<number> {
    const { rows } = await this.#client.query<{ since: string }>(
      `select (max(published_at) - make_interval(secs => $1))::text as since from outbox`,
      [ageMs / 1000],
    )
    return this.#inChunks(SINCE, [rows[0]?.since ?? null])
  }

  /** Small statements, so that a long backlog stays below the role's timeout. */
  async #inChunks(text: string, values: unknown[]): Promise<number> {
    for (let total = 0; ; ) {
      const changed = (await this.#client.query(text, values)).rowCount ?? 0
      total += changed
      if (changed < CHUNK) return total
    }
  }

  /** True while rows wait for their consumers. */
  async holdsPublished(): Promise<boolean> {
    const { rows } = await this.#client.query<{ found: boolean }>(
      'select exists (select from outbox where published_at is not null) as found',
    )
    return rows[0]?.found === true
  }

  /** How many rows are unpublished (counted up to 10,000), and for how long the first of them. */
  async waiting(): Promise<{ pending: number; oldest_age_seconds: number }> {
    const { rows } = await this.#client.query<{ pending: number; oldest_age_seconds: number }>(
      WAITING,
    )
    return rows[0] ?? { pending: 0, oldest_age_seconds: 0 }
  }
}
