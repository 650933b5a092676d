export { type TestDatabase, type TestDatabaseOptions, testDatabase } from './testing/database.ts'
export {
  type CallOptions,
  callerOf,
  TEST_IDENTITY_KEY,
  type TestCaller,
  type TestRequest,
  testIdentity,
} from './testing/identity.ts'
export {
  natsUrlFor,
  type PrivateServers,
  privateNats,
  privateServers,
  type TestScope,
  type TestServers,
  testServers,
} from './testing/servers.ts'
