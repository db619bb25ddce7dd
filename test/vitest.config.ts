import { defineConfig } from 'vitest/config'

// Files run in child processes, two at a time: DuckDB allows one opener per file and process.
export default defineConfig({
	test: {
		root: `${import.meta.dirname}/..`,
		include: ['test/**/*.test.ts'],
		pool: 'forks',
		maxWorkers: 2,
		testTimeout: 30_000,
		hookTimeout: 60_000,
		env: { TZ: 'America/New_York' },
	},
})
