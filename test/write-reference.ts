// Writes docs/commands.md, configuration.md and pages.md from the command table, the schema of tieout.yml, the routes and the reports:
//   node server/launcher.js --script test/write-reference.ts
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { commandsReference, configurationReference, pagesReference } from './reference.ts'

const docs = path.join(import.meta.dirname, '..', 'docs')
writeFileSync(path.join(docs, 'commands.md'), commandsReference())
writeFileSync(path.join(docs, 'configuration.md'), configurationReference())
writeFileSync(path.join(docs, 'pages.md'), await pagesReference())
