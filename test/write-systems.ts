// Writes docs/systems.md. Measures first: reads every system's sandbox twice (some minutes), and keeps the figures.
//   node server/launcher.js --script test/write-systems.ts            measures all; TIEOUT_SYSTEMS_SCALE is the size
//   node server/launcher.js --script test/write-systems.ts xero sap   measures these, and keeps the other figures
//   node server/launcher.js --script test/write-systems.ts none       only writes the page from the figures
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Figures, measure, measuredSystems, systemsReference } from './systems-reference.ts'

const file = path.join(import.meta.dirname, 'systems-measured.json')
const page = path.join(import.meta.dirname, '..', 'docs', 'systems.md')
const named = process.argv.slice(2)
const asked = named.length === 0 ? measuredSystems : measuredSystems.filter((system) => named.includes(system))
const kept = asked.length === measuredSystems.length ? null : (JSON.parse(readFileSync(file, 'utf8')) as Figures)
const scale = kept?.scale ?? Number(process.env['TIEOUT_SYSTEMS_SCALE'] ?? 0.3)
const systems = { ...kept?.systems }
for (const system of asked) {
	const begun = performance.now()
	systems[system] = await measure(system, scale)
	process.stdout.write(`${system}: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
}
const measuredOn = asked.length > 0 ? new Date().toISOString().slice(0, 10) : kept!.measuredOn
const command = `TIEOUT_SYSTEMS_SCALE=${scale} node server/launcher.js --script test/write-systems.ts`
const figures: Figures = { measuredOn, command, scale, systems }
writeFileSync(file, `${JSON.stringify(figures, null, '\t')}\n`)
writeFileSync(page, systemsReference(figures))
