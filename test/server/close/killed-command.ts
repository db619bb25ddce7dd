import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

const main = path.join(import.meta.dirname, '..', '..', '..', 'server', 'main.ts')
const preload = path.join(import.meta.dirname, 'kill-point.mjs')

/**
 * A command in a process of its own that kills itself at a point (see kill-point.mjs). `code` is null for one that was killed; without
 * `point` nothing is killed. `log`: a file that gets every point that was passed.
 */
export async function killedCommand(
	words: readonly string[],
	{ folder, point, log, token }: { folder: string; point?: string; log?: string; token?: string },
): Promise<{ code: number | null; notes: string }> {
	const child = spawn(
		process.execPath,
		['--disable-warning=ExperimentalWarning', '--import', preload, main, ...words, '--project', folder],
		{
			stdio: ['ignore', 'ignore', 'pipe'],
			env: {
				...process.env,
				UV_THREADPOOL_SIZE: '32',
				...(point !== undefined && { TIEOUT_KILL_POINT: point }),
				...(log !== undefined && { TIEOUT_KILL_LOG: log }),
				...(token !== undefined && { TIEOUT_TOKEN: token }),
			},
		},
	)
	let notes = ''
	child.stderr.on('data', (text) => {
		notes += text
	})
	const [code] = await once(child, 'close')
	return { code, notes }
}
