import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { TieoutError } from '../../models/error.ts'

/** What scrypt costs: 32 MiB and three passes over it, as OWASP's password storage sheet asks for. `N` is a power of two. */
export type PasswordCost = { N: number; r: number; p: number }

/** The cost of new passwords. One that was kept with another is hashed again when its owner signs in. */
export const usualCost: PasswordCost = { N: 2 ** 15, r: 8, p: 3 }

/** Shortest and longest password, in characters. */
export const passwordLength = { least: 12, most: 256 }

const hashLength = 32

/** `scrypt$N$r$p$salt$hash`, the last two in base64url: what is needed to compare with it later. */
export async function hashPassword(password: string, cost: PasswordCost = usualCost): Promise<string> {
	const salt = randomBytes(16)
	const hash = await inTurn(() => derive(password, salt, cost))
	return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/**
 * Whether the password is the one that was kept, compared in constant time. Without a kept one (nobody has that name) it takes as
 * long, and is false. `isOutdated`: the kept one cost something else than `cost`.
 */
export async function checkPassword(
	password: string,
	kept: string | null | undefined,
	cost: PasswordCost = usualCost,
): Promise<{ isRight: boolean; isOutdated: boolean }> {
	const known = kept ? readKept(kept) : undefined
	const { salt, hash, ...its } = known ?? { ...cost, salt: Buffer.alloc(16), hash: Buffer.alloc(hashLength) }
	const given = await inTurn(() => derive(password, salt, its))
	const isSame = timingSafeEqual(given, hash)
	const isOutdated = its.N !== cost.N || its.r !== cost.r || its.p !== cost.p
	return { isRight: known !== undefined && isSame, isOutdated }
}

/** Throws `password.weak` for a password that is too short, too long, or says no more than who its owner is. */
export function refuseWeakPassword(password: string, ownWords: readonly (string | null)[]): void {
	const length = [...password].length
	const plain = password.toLowerCase()
	const isOwn = ownWords.some((word) => word && word.length > 2 && plain.replaceAll(word.toLowerCase(), '').length < 6)
	const isRepeated = new Set(plain).size < 5
	if (length >= passwordLength.least && length <= passwordLength.most && !isOwn && !isRepeated) return
	const why =
		length < passwordLength.least || length > passwordLength.most
			? `it has ${length} characters`
			: isRepeated
				? 'it repeats a few characters'
				: 'it says little more than whose it is'
	throw new TieoutError('usage', 'password.weak', `the password is not taken: ${why}`, {
		where: 'password',
		allowed: [`${passwordLength.least} to ${passwordLength.most} characters, any of them`],
		next: 'choose a longer one: four words that have nothing to do with each other are easy to remember',
	})
}

function readKept(kept: string): (PasswordCost & { salt: Buffer; hash: Buffer }) | undefined {
	const [kind, n, r, p, salt = '', hash = ''] = kept.split('$')
	const cost = { N: Number(n), r: Number(r), p: Number(p) }
	const parts = { salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') }
	return kind === 'scrypt' && parts.hash.length === hashLength ? { ...cost, ...parts } : undefined
}

/** Passwords that look the same are the same, however a keyboard composes their letters (NFKC, RFC 8265). */
async function derive(password: string, salt: Buffer, { N, r, p }: PasswordCost): Promise<Buffer> {
	const options: ScryptOptions = { N, r, p, maxmem: 128 * N * r + 128 * r * p + 2 ** 20 }
	const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
	scrypt(password.normalize('NFKC'), salt, hashLength, options, (error, hash) =>
		error ? reject(error) : resolve(hash),
	)
	return await promise
}

/** Passwords that are compared at the same time, and that may wait for it: many logins at once must not eat the machine. */
const limits = { atOnce: 2, waiting: 50 }
let working = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
	if (working >= limits.atOnce) {
		if (waiting.length >= limits.waiting)
			throw new TieoutError('busy', 'login.busy', 'more people sign in than this machine can check at once', {
				next: 'try again in a few seconds',
			})
		await new Promise<void>((resolve) => waiting.push(resolve))
	} else working += 1
	try {
		return await work()
	} finally {
		const next = waiting.shift()
		if (next) next()
		else working -= 1
	}
}
