// `npm run bench [-- --size sample|30k|100k|1m] [--only extract|sources|build|csv|close]`: ratios measured in one run, CPU and wall, with peak memory.
// Every figure is of a process of its own; what is compared runs one after the other on the same machine.
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { benchBuild } from './bench-build.ts'
import { benchClose } from './bench-close.ts'
import { benchCsv } from './bench-csv.ts'
import { benchExtract } from './bench-extract.ts'
import { benchSources } from './bench-sources.ts'
import { table } from './result.ts'

const { values } = parseArgs({ options: { size: { type: 'string', default: '100k' }, only: { type: 'string' } } })
const sizes: Record<string, number> = { sample: 15_000, '30k': 30_000, '100k': 100_000, '1m': 1_000_000 }
const lines = sizes[values.size]
const benches = { extract: benchExtract, sources: benchSources, build: benchBuild, csv: benchCsv, close: benchClose }
if (!lines || (values.only && !Object.hasOwn(benches, values.only))) {
	process.stderr.write(
		`bench: --size is one of ${Object.keys(sizes).join(', ')}; --only one of ${Object.keys(benches).join(', ')}\n`,
	)
	process.exit(2)
}

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-bench-'))
// The processes of the bench make their folders here, and all go with it.
process.env['TMPDIR'] = folder
process.stdout.write(
	`${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}\n`,
)
try {
	for (const [name, bench] of Object.entries(benches)) {
		if (values.only && values.only !== name) continue
		const from = performance.now()
		const results = await bench({ lines, folder })
		process.stdout.write(
			`\n${table(results)}\n(${name}: ${((performance.now() - from) / 1000).toFixed(0)} s with its preparation)\n`,
		)
	}
} finally {
	rmSync(folder, { recursive: true, force: true })
}
