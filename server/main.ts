// The command line's entry, started by launcher.js. Loads nothing but the parser; a command loads the rest.
import { runCommandLine } from './cli.ts'

/** One press of Ctrl-C can come twice: from the terminal, and passed on by the launcher. Nobody presses again so soon. Milliseconds. */
const samePress = 200

const stop = new AbortController()
let stoppedAt: number | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.on(signal, () => {
		const now = performance.now()
		if (stoppedAt !== undefined && now - stoppedAt < samePress) return
		if (stoppedAt !== undefined) process.exit(130)
		stoppedAt = now
		if (signal === 'SIGINT' && process.stderr.isTTY) process.stderr.write('\nstopping clean; once more stops at once\n')
		stop.abort(new DOMException('stopped', 'AbortError'))
	})
}
// Whoever started us (the launcher, a server, the demo) holds a channel to us: when it is gone, so is who would wait for the end.
if (process.channel) {
	process.on('disconnect', () => stop.abort(new DOMException('stopped', 'AbortError')))
	process.channel.unref()
}
// A reader that has seen enough (`| head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') process.exit(0)
		throw error
	})
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
	environment: process.env,
	out: process.stdout,
	notes: process.stderr,
	signal: stop.signal,
	folder: process.cwd(),
})
