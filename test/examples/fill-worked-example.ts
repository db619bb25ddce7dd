// Writes the tables of docs/worked-example.md anew: node server/launcher.js --script test/examples/fill-worked-example.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { buildHalden } from './halden.ts'
import { filled, workedExample } from './worked-example.ts'

const halden = await buildHalden()
const page = readFileSync(workedExample, 'utf8')
await filled(page, halden)
	.then((text) => writeFileSync(workedExample, text))
	.finally(() => halden.close())
