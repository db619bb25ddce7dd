// Loaded before a command (`node --import`): kills the process with SIGKILL at one of the points at which it changes a file or the
// state. A point is `before <what>` or `after <what>`: a statement that writes to SQLite by its first words, a function of node:fs by its
// name. TIEOUT_KILL_POINT is `#12`, the twelfth point, or points separated by ` > `: the last one kills once the others were passed.

// Loaded before a command (`node --import`): kills the process with SIGKILL at one of the points at which it changes a file or the
// state. A point is `before <what>` or `after <what>`: a statement that writes to SQLite by its first words, a function of node:fs by its
// name. TIEOUT_KILL_POINT is `#12`, the twelfth point, or points separated by ` > `: the last one kills once the others were passed.
import fs, { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync } from 'node:sqlite'

const wanted = process.env['TIEOUT_KILL_POINT'] ?? ''
const passed = process.env['TIEOUT_KILL_LOG']
const awaited = wanted.startsWith('#') ? [] : wanted.split(' > ')
const last = wanted.startsWith('#') ? Number(wanted.slice(1)) : Number.POSITIVE_INFINITY
let count = 0
let isNoting = false

function point(name) {
	if (isNoting) return
	count += 1
	note(`${count} ${name}\n`)
	if (awaited.length > 0 && name.startsWith(awaited[0])) awaited.shift()
	if (count === last || (wanted !== '' && !wanted.startsWith('#') && awaited.length === 0)) {
		process.kill(process.pid, 'SIGKILL')
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
	}
}

function note(text) {
	if (!passed) return
	isNoting = true
	appendFileSync(passed, text)
	isNoting = false
}

/** `work` between its two points; of a promise the second is when it is settled. */
function between(name, work) {
	point(`before ${name}`)
	const done = work()
	if (!(done instanceof Promise)) {
		point(`after ${name}`)
		return done
	}
	return done.then((value) => {
		point(`after ${name}`)
		return value
	})
}

const isWriting = (sql) => !/^\s*(select|pragma|with)\b/i.test(sql)
const prepare = DatabaseSync.prototype.prepare
DatabaseSync.prototype.prepare = function (sql) {
	const statement = prepare.call(this, sql)
	const words = sql
		.replaceAll('"', '')
		.split(/[\s(]+/)
		.slice(0, 3)
		.join(' ')
	if (isWriting(sql))
		for (const name of ['run', 'all']) {
			const work = statement[name]
			statement[name] = (...parameters) => between(words, () => work.apply(statement, parameters))
		}
	return statement
}

const isReading = (name, [, flags = 'r']) => name === 'open' && flags === 'r'
const changing = 'mkdir mkdtemp rename rm copyFile writeFile unlink open'.split(' ')
for (const name of changing) {
	const work = fs.promises[name]
	fs.promises[name] = (...parameters) =>
		isReading(name, parameters) ? work(...parameters) : between(name, () => work(...parameters))
	const own = `${name}Sync`
	const sync = fs[own]
	fs[own] = (...parameters) =>
		isReading(name, parameters) ? sync(...parameters) : between(own, () => sync(...parameters))
}
const { createWriteStream } = fs
fs.createWriteStream = (...parameters) => between('createWriteStream', () => createWriteStream(...parameters))
syncBuiltinESMExports()
