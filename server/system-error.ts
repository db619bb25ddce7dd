import path from 'node:path'
import { TieoutError } from '../models/error.ts'

/** What the operating system refuses most often, in words, and what helps. */
const refusals: Readonly<Record<string, { code: string; text: string; next: string }>> = {
	ENOSPC: {
		code: 'disk.full',
		text: 'the disk is full',
		next: 'free space, then run it again: what is published stays in service',
	},
	EDQUOT: {
		code: 'disk.full',
		text: 'the quota of the disk is used up',
		next: 'free space, then run it again: what is published stays in service',
	},
	EFBIG: {
		code: 'disk.full',
		text: 'the file may not grow so large',
		next: 'raise the limit of this user (ulimit -f), then run it again',
	},
	EACCES: {
		code: 'file.not_allowed',
		text: 'this user may not',
		next: 'give this user the right to it, or name another place',
	},
	EPERM: {
		code: 'file.not_allowed',
		text: 'this user may not',
		next: 'give this user the right to it, or name another place',
	},
	EROFS: { code: 'file.not_allowed', text: 'it can only be read', next: 'name a place that can be written to' },
	ENOTDIR: {
		code: 'file.in_the_way',
		text: 'a file is where a folder has to be',
		next: 'name another place, or move the file away',
	},
	EEXIST: { code: 'file.in_the_way', text: 'something is there already', next: 'name another place, or move it away' },
	EISDIR: { code: 'file.in_the_way', text: 'it is a folder', next: 'name a file' },
	ENOENT: { code: 'file.missing', text: 'it is not there', next: 'make the folder, or name one that is there' },
	EMFILE: {
		code: 'file.too_many',
		text: 'too many files are open',
		next: 'raise the limit of this user (ulimit -n), then run it again',
	},
}

/** What each call was about to do, as people say it. */
const calls: Readonly<Record<string, string>> = {
	mkdir: 'made',
	mkdtemp: 'made',
	copyfile: 'written',
	write: 'written',
	fsync: 'written',
	rename: 'written',
	unlink: 'removed',
	rm: 'removed',
	rmdir: 'removed',
	scandir: 'listed',
}

/** An error of the file system in the shape of ours, with its place; undefined for any other. */
export function systemError(error: unknown): TieoutError | undefined {
	if (!(error instanceof Error)) return undefined
	const { code = '', syscall = '', path: source, dest } = error as NodeJS.ErrnoException & { dest?: string }
	const refusal = refusals[code]
	// Sockets and processes have their own messages, where they are used.
	if (!refusal || /^(spawn|connect|listen|bind|getaddrinfo)/.test(syscall)) return undefined
	const file = dest ?? source
	const kind = refusal.code === 'disk.full' || refusal.code === 'file.too_many' ? 'broken' : 'usage'
	const what = `can't be ${calls[syscall] ?? (syscall === 'open' ? 'opened' : 'used')}: ${refusal.text}`
	return new TieoutError(kind, refusal.code, `${file === undefined ? 'a file' : path.resolve(file)} ${what}`, {
		...(file !== undefined && { where: path.resolve(file) }),
		next: refusal.next,
		cause: error,
	})
}
