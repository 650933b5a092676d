/** The walls between the rooms (docs/architecture.md). A package that is not declared does not resolve either: pnpm sees to that. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-service-to-service',
      severity: 'error',
      comment: 'Services meet on the wire only.',
      from: { path: '^(services/[^/]+|gateway)/' },
      to: { path: '^(services/[^/]+|gateway)/', pathNot: '^$1/' },
    },
    {
      name: 'packages-know-no-services',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(services|gateway)/' },
    },
    {
      name: 'contracts-is-a-leaf',
      severity: 'error',
      from: { path: '^packages/contracts/src/' },
      to: { path: '^(packages/(?!contracts/)|services/|gateway/)' },
    },
    {
      name: 'src-imports-no-test',
      severity: 'error',
      from: { path: '/src/', pathNot: '/src/testing|^packages/proof/' },
      to: { path: '(/test/|/src/testing)', pathNot: '^packages/cluster/src/(testing|test)' },
    },
    {
      name: 'routes-know-no-sql',
      severity: 'error',
      comment: 'Routes ask repositories; only a type of Kysely may cross.',
      from: { path: '/src/.*routes\\.ts$' },
      to: { path: 'node_modules/(kysely|pg)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-cluster-and-tests-start-servers',
      severity: 'error',
      from: { path: '^(services|gateway)/[^/]+/?src/' },
      to: { path: '^packages/cluster/' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.tap/|without-predicate' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
}
