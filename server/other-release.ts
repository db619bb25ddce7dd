import { TieoutError } from '../models/error.ts'

/**
 * What is read and a generation lacks: that was published with other models, before or after an upgrade. Any other error as it is. Only for
 * SQL of our own: a person's may ask for what there is nowhere.
 */
export function ofOtherRelease(error: unknown): unknown {
	const missing =
		error instanceof TieoutError &&
		/^(duckdb|sql)\.(binder|catalog)$/.test(error.code) &&
		/Referenced column "([^"]+)" not found|Table with name (\S+) does not exist/.exec(error.message)
	if (!missing) return error
	const name = missing[1] ?? missing[2]
	return new TieoutError(
		'broken',
		'generation.other_release',
		`this generation has no "${name}": it was published by another release of tieout, or a report asks for what no model gives`,
		{
			next: 'tieout run publishes a generation with the models of this release; an earlier generation is read by the release that made it',
			cause: error,
		},
	)
}
