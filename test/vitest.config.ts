import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest begins first, so that no worker is alone with it at the end. A new file's place is by its size. */
const longest = [
	'bad-input',
	'pipeline',
	'bundle',
	'road',
	'close',
	'conformance',
	'close-pages',
	'app',
	'queries',
	'pairs',
	'hubspot-reading',
	'links',
	'cases',
	'kill',
	'periods',
	'plan',
]

class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const sorted = await super.sort(files)
		const place = ({ moduleId }: TestSpecification) => {
			const found = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
			return found < 0 ? longest.length : found
		}
		return sorted.toSorted((one, other) => place(one) - place(other))
	}
}

// Files run in child processes, one more than the two cores that the tests are meant for: DuckDB allows one opener per file and process, and some wait.
// A process keeps our modules from file to file.
export default defineConfig({
	test: {
		root: `${import.meta.dirname}/..`,
		include: ['test/**/*.test.ts'],
		globalSetup: ['test/shared-folder.ts'],
		pool: 'forks',
		isolate: false,
		maxWorkers: 3,
		// As tieout itself runs: Node strips the types, nothing transforms the modules.
		experimental: { viteModuleRunner: false },
		testTimeout: 30_000,
		hookTimeout: 60_000,
		env: { TZ: 'America/New_York' },
		sequence: { sequencer: LongestFirst },
	},
})
