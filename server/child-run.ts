import { spawn } from 'node:child_process'
import path from 'node:path'

/** How a child command ended: its exit code, and what it wrote to standard output. */
export type ChildResult = { exitCode: number; output: string }

/**
 * Runs `tieout <words>` in a process of its own: its memory goes back when it ends, and a crash stays there. Its notes go to
 * `notes` (`inherit`: to ours). An aborted `signal` asks it to stop clean, and kills it 15 s later.
 */
export function runChild(
	words: readonly string[],
	{
		environment = process.env,
		notes = 'inherit',
		signal,
	}: { environment?: NodeJS.ProcessEnv; notes?: 'inherit' | 'ignore'; signal?: AbortSignal } = {},
): Promise<ChildResult> {
	const { promise, resolve, reject } = Promise.withResolvers<ChildResult>()
	const child = spawn(
		process.execPath,
		['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, 'main.ts'), ...words],
		{
			env: { ...environment, UV_THREADPOOL_SIZE: environment['UV_THREADPOOL_SIZE'] ?? '32' },
			// Nothing is said on the channel: it ends with this process, and then the child stops clean.
			stdio: ['ignore', 'pipe', notes, 'ipc'],
		},
	)
	let output = ''
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		output += text
	})
	let killer: NodeJS.Timeout | undefined
	const stop = () => {
		child.kill('SIGTERM')
		killer = setTimeout(() => child.kill('SIGKILL'), 15_000)
	}
	if (signal?.aborted) stop()
	else signal?.addEventListener('abort', stop, { once: true })
	child.once('error', reject)
	child.once('close', (code, name) => {
		clearTimeout(killer)
		signal?.removeEventListener('abort', stop)
		resolve({ exitCode: name ? 130 : (code ?? 3), output })
	})
	return promise
}
