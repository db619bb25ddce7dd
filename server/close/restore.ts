import { copyFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { TieoutError } from '../../models/error.ts'
import type { CloseEffects, Closing } from './closing.ts'
import type { Content } from './content.ts'
import { differencesOf } from './content-differences.ts'
import { baseSignature, paperLives } from './life.ts'
import { contentAgain, signedContent, withRebuilt } from './rebuild.ts'

/**
 * Puts the generation that a paper's newest signature stands on back, built again as of its moment, when its content has the signed
 * hash. Throws `close.not_signed`, `close.generation_kept`, and `close.rebuild_differs` when it comes out otherwise: then nothing is put back.
 */
export async function restoreGeneration(
	closing: Closing,
	paper: string,
	effects: CloseEffects = {},
): Promise<{ generation: string; hash: string }> {
	const { config, state, queries } = closing
	const life = (await paperLives(state.db)).lives.get(paper)
	const signature = life && baseSignature(life)
	if (!signature) throw refusal('close.not_signed', `nobody has signed ${paper} yet`, 'tieout close status')
	const { generation } = signature
	if (queries.kept().includes(generation))
		throw refusal(
			'close.generation_kept',
			`generation ${generation} is there: nothing is to be built again`,
			`tieout close changes ${paper}`,
		)
	const signed = await signedContent(closing, signature)
	return await withRebuilt(
		closing,
		signature,
		async (rebuilt) => {
			const { content, hash } = await contentAgain(rebuilt, paper, signed)
			if (hash !== signature.contentHash)
				throw new TieoutError(
					'data',
					'close.rebuild_differs',
					`built again as of ${signature.loadedUntil} UTC, ${paper} is not what was signed: ${differencesOf(signed, content).join('; ')}`,
					{
						where: paper,
						allowed: [signature.contentHash],
						next: whyOtherwise(signed, content),
					},
				)
			const name = `${generation}.duckdb`
			const building = path.join(config.project.published, `${name}.restoring`)
			try {
				copyFileSync(path.join(rebuilt.config.project.published, name), building)
				renameSync(building, path.join(config.project.published, name))
			} finally {
				rmSync(building, { force: true })
			}
			return { generation, hash }
		},
		effects,
	)
}

/** Other SQL comes from another release, or from the project's own models; with the same SQL it is the history that is another. */
function whyOtherwise(signed: Content, { version, models }: Content): string {
	if (version !== signed.version) return `run it with the version that it was signed with: ${signed.version}`
	const names = [...new Set([...Object.keys(signed.models), ...Object.keys(models)])]
	const others = names.filter((name) => signed.models[name] !== models[name]).sort()
	if (others.length === 0) return 'compare the warehouse with a backup: its history of that time was changed'
	const named = others.slice(0, 5).join(', ')
	return `run it with the models that were signed: ${named}${others.length > 5 ? ` and ${others.length - 5} more` : ''} (another SQL than then, or missing on one side)`
}

function refusal(code: string, message: string, next: string): TieoutError {
	return new TieoutError('usage', code, message, { next })
}
