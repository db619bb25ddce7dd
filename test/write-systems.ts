// Writes docs/systems.md: reads every system's sandbox twice (some minutes):
//   node server/launcher.js --script test/write-systems.ts
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Measured, measure, measuredSystems, systemsReference } from './systems-reference.ts'

const scale = Number(process.env['TIEOUT_SYSTEMS_SCALE'] ?? 1)
const measured: Record<string, Measured> = {}
for (const system of measuredSystems) {
	const begun = performance.now()
	measured[system] = await measure(system, scale)
	process.stdout.write(`${system}: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
}
writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'systems.md'), systemsReference(measured, scale))
