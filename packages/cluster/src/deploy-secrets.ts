import { writeSecretFiles } from './deploy/secret-files.ts'

const [folder] = process.argv.slice(2)
if (folder) console.log(`secrets/compose holds ${writeSecretFiles(folder).join(', ')}`)
else {
  console.error('Usage: node deploy-secrets.ts FOLDER (the secrets lie in FOLDER/secrets)')
  process.exitCode = 1
}
