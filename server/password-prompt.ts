import { StringDecoder } from 'node:string_decoder'
import { TieoutError } from '../models/error.ts'
import type { TextStream } from './terminal.ts'

/** Where a password is typed: a terminal, which shows nothing of it, or a file or pipe, whose first line it is. */
export type PasswordInput = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?: (isRaw: boolean) => unknown }

/**
 * A password, asked for with `question` on a terminal without showing it (twice, when `isNew`), else the first line of the input.
 * Throws `password.none` for an empty one, `password.differs` when the second is another.
 */
export async function readPassword(
	{ question, isNew }: { question: string; isNew: boolean },
	{ input, notes, signal }: { input: PasswordInput; notes: TextStream; signal: AbortSignal },
): Promise<string> {
	const effects = { input, notes, signal }
	const isTerminal = input.isTTY === true && input.setRawMode !== undefined
	const password = isTerminal ? await typed(question, effects) : await firstLine(input)
	if (password === '')
		throw new TieoutError('usage', 'password.none', 'no password came', {
			where: 'standard input',
			next: 'type it at the prompt, or send it: tieout user password ana < password.txt',
		})
	if (isTerminal && isNew && (await typed('the same again: ', effects)) !== password)
		throw new TieoutError('usage', 'password.differs', 'the two passwords are not the same', {
			next: 'run the command again',
		})
	return password
}

async function firstLine(input: PasswordInput): Promise<string> {
	let text = ''
	const decoder = new StringDecoder('utf8')
	for await (const part of input) {
		text += typeof part === 'string' ? part : decoder.write(part)
		if (text.includes('\n') || text.length > 4096) break
	}
	return text.split(/\r?\n/)[0] ?? ''
}

type Effects = { input: PasswordInput; notes: TextStream; signal: AbortSignal }

/** Reads keys until Enter; nothing is shown. Backspace takes the last character away, Ctrl-C ends the command. */
async function typed(question: string, { input, notes, signal }: Effects): Promise<string> {
	notes.write(question)
	input.setRawMode!(true)
	const decoder = new StringDecoder('utf8')
	let text: string[] = []
	const { promise, resolve, reject } = Promise.withResolvers<string>()
	const stopped = () => reject(new TieoutError('usage', 'password.stopped', 'stopped: nothing was changed'))
	const take = (part: Buffer | string) => {
		for (const key of typeof part === 'string' ? part : decoder.write(part)) {
			if (key === '\r' || key === '\n') return resolve(text.join(''))
			if (key === '\u0003' || (key === '\u0004' && text.length === 0)) return stopped()
			if (key === '\u007F' || key === '\b') text.pop()
			else if (key === '\u0015') text = []
			else if (key >= ' ') text.push(key)
		}
	}
	input.on('data', take)
	input.on('end', stopped)
	signal.addEventListener('abort', stopped)
	input.resume()
	try {
		return await promise
	} finally {
		input.off('data', take)
		input.off('end', stopped)
		signal.removeEventListener('abort', stopped)
		input.setRawMode!(false)
		input.pause()
		notes.write('\n')
	}
}
