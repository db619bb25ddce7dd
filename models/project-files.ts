import path from 'node:path'

/** Where a project keeps its DuckDB files (docs/architecture.md, "A project on disk"). */
export function projectFiles(project: string) {
	const data = path.join(project, 'data')
	return {
		warehouse: path.join(data, 'warehouse.duckdb'),
		build: path.join(data, 'build.duckdb'),
		published: path.join(data, 'published'),
		/** The scratch file of a build as of another moment: one per pair of clocks, may be deleted. */
		asOfBuild: (moments: string[]) =>
			path.join(data, 'as-of', `${moments.join('_').replaceAll(/[^0-9T_-]/g, '')}.duckdb`),
	}
}
