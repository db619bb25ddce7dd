// The command line's entry, started by launcher.js. Loads nothing but the parser; a command loads the rest.
import { runCommandLine } from './cli.ts'

const stop = new AbortController()
let stops = 0
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.on(signal, () => {
		stops += 1
		if (stops > 1) process.exit(130)
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
