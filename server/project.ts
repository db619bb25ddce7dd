import path from 'node:path'

/** The folders and files of a project, absolute. */
export type Project = {
	folder: string
	/** `tieout.yml` */
	configuration: string
	data: string
	landing: string
	warehouse: string
	build: string
	published: string
	state: string
	/** Where exports are written before they are sent: a folder for each process at work. */
	spool: string
}

/** The paths of the project in `folder`; nothing is read or made. */
export function projectIn(folder: string): Project {
	const root = path.resolve(folder)
	const data = path.join(root, 'data')
	return {
		folder: root,
		configuration: path.join(root, 'tieout.yml'),
		data,
		landing: path.join(data, 'landing'),
		warehouse: path.join(data, 'warehouse.duckdb'),
		build: path.join(data, 'build.duckdb'),
		published: path.join(data, 'published'),
		state: path.join(data, 'state.sqlite'),
		spool: path.join(data, 'spool'),
	}
}
