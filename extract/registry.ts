import type { Source } from './source.ts'
import { files } from './sources/files/files.ts'
import { netsuite } from './sources/netsuite/netsuite.ts'
import { salesforce } from './sources/salesforce/salesforce.ts'

/** Every source, one line each. A new one is a file in `sources/` and a line here. */
export const sources: Source[] = [salesforce, netsuite, files]

/** The declared columns of every stream, by the name of its raw table without schema (`salesforce__accounts`). */
export function rawColumns(all: Source[] = sources): Record<string, string[]> {
	return Object.fromEntries(
		all.flatMap((source) =>
			source.streams.map((stream) => [`${source.tables ?? source.kind}__${stream.name}`, Object.keys(stream.columns)]),
		),
	)
}
